import type { TokenRole } from '../node/index.js';

/** The roles that may use a route, or `anyone` without a token or a session. */
export type Permission = readonly TokenRole[] | 'anyone';

const ALL = ['admin', 'operator', 'analyst', 'auditor'] as const;
/** Whoever has to know what was agreed, run and spent; reports are another matter. */
const OVERSIGHT = ['admin', 'operator', 'auditor'] as const;
const ADMIN = ['admin'] as const;
const OPERATOR = ['operator'] as const;

/**
 * Who may do what: the only place that says so. A route that is not here cannot be registered, and what is here must exist.
 *
 * The roles divide the work so that no single token can both allow a disclosure and make it:
 *
 * - `admin` decides with whom, on what terms and who has a token. It starts no session, loads no data and sees no result.
 *   A person who does both has two tokens, and the audit log shows the second being made.
 * - `operator` runs what was agreed: datasets, sessions, schedules, exports. It changes no agreement and makes no token.
 * - `analyst` reads sessions, schedules and reports, and nothing else: no list of people leaves with this token.
 * - `auditor` reads all that proves (agreements, ledger, audit log, tokens, what was exported) but no result and no list, and
 *   starts nothing: verifying the log and signing a checkpoint of it disclose nothing. It is also the token for a monitor.
 */
export const PERMISSIONS: Readonly<Record<string, Permission>> = {
  'GET /v1/health': 'anyone',
  'GET /v1/ready': 'anyone',
  'GET /v1/problems/:area/:name': 'anyone',
  'GET /': 'anyone',
  'GET /console': 'anyone',
  'GET /console/*': 'anyone',
  'GET /v1/login': 'anyone',
  'POST /v1/login': 'anyone',
  'POST /v1/logout': ALL,
  'GET /v1/openapi.json': ALL,
  'GET /v1/node': ALL,
  // Of each part as much as the role may see by the routes of its own.
  'GET /v1/overview': ALL,
  'GET /v1/metrics': OVERSIGHT,

  'GET /v1/token': ALL,
  'POST /v1/token/factor': ALL,
  'POST /v1/token/factor/confirm': ALL,
  'POST /v1/token/factor/remove': ALL,
  'GET /v1/tokens': ['admin', 'auditor'],
  'GET /v1/tokens/:id': ['admin', 'auditor'],
  'POST /v1/tokens': ADMIN,
  'POST /v1/tokens/:id/revoke': ADMIN,
  'POST /v1/tokens/:id/factor/remove': ADMIN,

  'GET /v1/partners': OVERSIGHT,
  'GET /v1/partners/:id': OVERSIGHT,
  'POST /v1/partners': ADMIN,
  'PATCH /v1/partners/:id': ADMIN,
  'POST /v1/partners/:id/suspend': ADMIN,
  'POST /v1/partners/:id/activate': ADMIN,
  'POST /v1/partners/:id/remove': ADMIN,

  'GET /v1/agreements': OVERSIGHT,
  'GET /v1/agreements/:id': OVERSIGHT,
  'POST /v1/agreements': ADMIN,
  'PATCH /v1/agreements/:id': ADMIN,
  'POST /v1/agreements/:id/activate': ADMIN,
  'POST /v1/agreements/:id/end': ADMIN,
  'POST /v1/agreements/:id/revoke': ADMIN,

  'GET /v1/datasets': OVERSIGHT,
  'GET /v1/datasets/:id': OVERSIGHT,
  'POST /v1/datasets': OPERATOR,
  'PUT /v1/datasets/:id': OPERATOR,
  'POST /v1/datasets/:id/archive': OPERATOR,
  'POST /v1/datasets/:id/activate': OPERATOR,
  'GET /v1/datasets/:id/versions': OVERSIGHT,
  'GET /v1/datasets/:id/versions/:version': OVERSIGHT,
  'POST /v1/datasets/:id/versions': OPERATOR,
  'DELETE /v1/datasets/:id/versions/:version': OPERATOR,

  'GET /v1/sessions': ALL,
  'GET /v1/sessions/:id': ALL,
  'GET /v1/sessions/:id/events': ALL,
  'GET /v1/sessions/:id/events/stream': ALL,
  'POST /v1/sessions': OPERATOR,
  'POST /v1/sessions/preview': OPERATOR,
  'POST /v1/sessions/:id/preview': OPERATOR,
  'POST /v1/sessions/:id/approve': OPERATOR,
  'POST /v1/sessions/:id/reject': OPERATOR,
  'POST /v1/sessions/:id/cancel': OPERATOR,

  'GET /v1/reports': ['operator', 'analyst', 'auditor'],
  'GET /v1/reports/:id': ['operator', 'analyst'],
  'GET /v1/reports/:id/html': ['operator', 'analyst'],
  'GET /v1/reports/:id/csv': ['operator', 'analyst'],

  'GET /v1/exports': ['operator', 'auditor'],
  'GET /v1/exports/:id': ['operator', 'auditor'],
  'POST /v1/exports': OPERATOR,
  'GET /v1/exports/:id/download': OPERATOR,
  'DELETE /v1/exports/:id': OPERATOR,

  'GET /v1/schedules': ALL,
  'GET /v1/schedules/:id': ALL,
  'GET /v1/schedules/:id/trend': ['operator', 'analyst'],
  'POST /v1/schedules': OPERATOR,
  'PATCH /v1/schedules/:id': OPERATOR,
  'POST /v1/schedules/:id/pause': OPERATOR,
  'POST /v1/schedules/:id/resume': OPERATOR,
  'POST /v1/schedules/:id/end': OPERATOR,
  'DELETE /v1/schedules/:id': OPERATOR,

  'GET /v1/ledger/accounts': OVERSIGHT,
  'GET /v1/ledger/accounts/:partner/:lineage/history': OVERSIGHT,

  'GET /v1/audit/entries': ['admin', 'auditor'],
  'POST /v1/audit/verify': ['admin', 'auditor'],
  'POST /v1/audit/checkpoint': ['admin', 'auditor'],

  'GET /v1/alarms': OVERSIGHT,
  'GET /v1/alarms/:id': OVERSIGHT,
  'POST /v1/alarms/:id/acknowledge': ['admin', 'operator'],
  'POST /v1/alarms/:id/close': ['admin', 'operator'],
};
