import type { Token } from '../../admin/index.js';

export type Role = Token['role'];

const ALL = ['admin', 'operator', 'analyst', 'auditor'] as const;
const OVERSIGHT = ['admin', 'operator', 'auditor'] as const;
const ADMIN = ['admin'] as const;
const OPERATOR = ['operator'] as const;
const RESULTS = ['operator', 'analyst'] as const;
const PROOF = ['admin', 'auditor'] as const;

/**
 * What a page may show to whom: the routes that pages use and their roles. The node decides by its own table; a test compares
 * the two, so that nothing is offered that would be refused.
 */
export const ALLOWED = {
  'GET /v1/node': ALL,
  'GET /v1/token': ALL,
  'GET /v1/tokens': PROOF,
  'POST /v1/tokens': ADMIN,
  'POST /v1/tokens/:id/revoke': ADMIN,
  'POST /v1/tokens/:id/factor/remove': ADMIN,
  'POST /v1/token/factor': ALL,
  'POST /v1/token/factor/confirm': ALL,
  'POST /v1/token/factor/remove': ALL,

  'GET /v1/partners': OVERSIGHT,
  'POST /v1/partners': ADMIN,
  'PATCH /v1/partners/:id': ADMIN,
  'POST /v1/partners/:id/suspend': ADMIN,
  'POST /v1/partners/:id/activate': ADMIN,
  'POST /v1/partners/:id/remove': ADMIN,

  'GET /v1/agreements': OVERSIGHT,
  'POST /v1/agreements': ADMIN,
  'PATCH /v1/agreements/:id': ADMIN,
  'POST /v1/agreements/:id/activate': ADMIN,
  'POST /v1/agreements/:id/end': ADMIN,
  'POST /v1/agreements/:id/revoke': ADMIN,

  'GET /v1/datasets': OVERSIGHT,
  'POST /v1/datasets': OPERATOR,
  'PUT /v1/datasets/:id': OPERATOR,
  'POST /v1/datasets/:id/archive': OPERATOR,
  'POST /v1/datasets/:id/activate': OPERATOR,
  'POST /v1/datasets/:id/versions': OPERATOR,
  'DELETE /v1/datasets/:id/versions/:version': OPERATOR,

  'GET /v1/sessions': ALL,
  'POST /v1/sessions': OPERATOR,
  'POST /v1/sessions/preview': OPERATOR,
  'POST /v1/sessions/:id/preview': OPERATOR,
  'POST /v1/sessions/:id/approve': OPERATOR,
  'POST /v1/sessions/:id/reject': OPERATOR,
  'POST /v1/sessions/:id/cancel': OPERATOR,

  'GET /v1/reports': ['operator', 'analyst', 'auditor'],
  'GET /v1/reports/:id': RESULTS,
  'GET /v1/reports/:id/html': RESULTS,
  'GET /v1/reports/:id/csv': RESULTS,
  'GET /v1/schedules/:id/trend': RESULTS,

  'GET /v1/exports': ['operator', 'auditor'],
  'POST /v1/exports': OPERATOR,
  'GET /v1/exports/:id/download': OPERATOR,
  'DELETE /v1/exports/:id': OPERATOR,

  'GET /v1/schedules': ALL,
  'POST /v1/schedules': OPERATOR,
  'PATCH /v1/schedules/:id': OPERATOR,
  'POST /v1/schedules/:id/pause': OPERATOR,
  'POST /v1/schedules/:id/resume': OPERATOR,
  'POST /v1/schedules/:id/end': OPERATOR,
  'DELETE /v1/schedules/:id': OPERATOR,

  'GET /v1/ledger/accounts': OVERSIGHT,
  'GET /v1/ledger/accounts/:partner/:lineage/history': OVERSIGHT,

  'GET /v1/audit/entries': PROOF,
  'POST /v1/audit/verify': PROOF,
  'POST /v1/audit/checkpoint': PROOF,

  'GET /v1/alarms': OVERSIGHT,
  'POST /v1/alarms/:id/acknowledge': ['admin', 'operator'],
  'POST /v1/alarms/:id/close': ['admin', 'operator'],
} as const satisfies Record<string, readonly Role[]>;

export type Operation = keyof typeof ALLOWED;

export function rolesOf(operation: Operation): readonly Role[] {
  return ALLOWED[operation];
}

export function isAllowed(role: Role, operation: Operation): boolean {
  return rolesOf(operation).includes(role);
}
