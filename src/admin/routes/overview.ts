import type { OverviewParts, TokenRole } from '../../node/index.js';
import { PERMISSIONS } from '../permissions.js';
import { json, route, type Route } from '../route.js';
import { OVERVIEW } from '../schemas/overview.js';

/** Whoever may use this route may see the part, and nobody else. */
const ROUTE_OF_PART: Readonly<Record<keyof OverviewParts, string>> = {
  approvals: 'GET /v1/sessions',
  running: 'GET /v1/sessions',
  alarms: 'GET /v1/alarms',
  budgets: 'GET /v1/ledger/accounts',
  reports: 'GET /v1/reports',
  datasetsWithoutList: 'GET /v1/datasets',
  endingAgreements: 'GET /v1/agreements',
};

function maySee(role: TokenRole | undefined, part: keyof OverviewParts): boolean {
  const permission = PERMISSIONS[ROUTE_OF_PART[part]] ?? [];
  return permission !== 'anyone' && role !== undefined && permission.includes(role);
}

export const overviewRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/overview',
    operation: 'getOverview',
    tag: 'node',
    summary: 'What needs somebody, and what is new; of each part as much as the role may see elsewhere',
    answer: json(OVERVIEW, 'The parts; null for what the role may not see.'),
    run: ({ services, caller }) => services.overview.of((part) => maySee(caller?.role, part)),
  }),
];
