import type { MessageKey } from '../messages/index.js';
import { isAllowed, type Operation, type Role } from './session/allowed.js';

export interface Place {
  readonly href: string;
  readonly label: MessageKey;
  /** Whoever may do this sees the place. */
  readonly needs: Operation;
}

export interface Group {
  readonly label: MessageKey;
  readonly places: readonly Place[];
}

const place = (href: string, label: MessageKey, needs: Operation): Place => ({ href, label, needs });

const GROUPS: readonly Group[] = [
  {
    label: 'shell.nav.measure',
    places: [
      place('/', 'shell.nav.overview', 'GET /v1/token'),
      place('/sessions', 'shell.nav.sessions', 'GET /v1/sessions'),
      place('/reports', 'shell.nav.reports', 'GET /v1/reports'),
      place('/trends', 'shell.nav.trends', 'GET /v1/schedules/:id/trend'),
      place('/exports', 'shell.nav.exports', 'GET /v1/exports'),
    ],
  },
  {
    label: 'shell.nav.arrange',
    places: [
      place('/datasets', 'shell.nav.datasets', 'GET /v1/datasets'),
      place('/partners', 'shell.nav.partners', 'GET /v1/partners'),
      place('/schedules', 'shell.nav.schedules', 'GET /v1/schedules'),
    ],
  },
  {
    label: 'shell.nav.oversee',
    places: [
      place('/budget', 'shell.nav.budget', 'GET /v1/ledger/accounts'),
      place('/alarms', 'shell.nav.alarms', 'GET /v1/alarms'),
      place('/audit', 'shell.nav.audit', 'GET /v1/audit/entries'),
      place('/settings', 'shell.nav.settings', 'GET /v1/token'),
    ],
  },
];

/** The places that a role may go to, in their groups. */
export function placesOf(role: Role): readonly Group[] {
  const groups = GROUPS.map(({ label, places }) => ({
    label,
    places: places.filter(({ needs }) => isAllowed(role, needs)),
  }));
  return groups.filter(({ places }) => places.length > 0);
}

/** Whether `path` is in the part of the console that `href` opens. */
export function isWithin(path: string, href: string): boolean {
  if (href === '/partners' && path.startsWith('/agreements/')) return true;
  return href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
}
