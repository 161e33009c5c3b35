import type { Route } from '../route.js';
import { agreementRoutes } from './agreements.js';
import { alarmRoutes } from './alarms.js';
import { auditRoutes } from './audit.js';
import { datasetRoutes } from './datasets.js';
import { exportRoutes } from './exports.js';
import { ledgerRoutes } from './ledger.js';
import { nodeRoutes } from './node.js';
import { overviewRoutes } from './overview.js';
import { partnerRoutes } from './partners.js';
import { reportRoutes } from './reports.js';
import { scheduleRoutes } from './schedules.js';
import { sessionRoutes } from './sessions.js';
import { tokenRoutes } from './tokens.js';

/** All routes but those that speak of the server itself: metrics, the OpenAPI document and streams of events. */
export const SERVICE_ROUTES: readonly Route[] = [
  ...nodeRoutes,
  ...overviewRoutes,
  ...tokenRoutes,
  ...partnerRoutes,
  ...agreementRoutes,
  ...datasetRoutes,
  ...sessionRoutes,
  ...reportRoutes,
  ...exportRoutes,
  ...scheduleRoutes,
  ...ledgerRoutes,
  ...auditRoutes,
  ...alarmRoutes,
];
