import type { VesicaError } from '../../errors.js';
import type { StoredSessionState } from '../store/index.js';

/**
 * Where a session may go from where it is. `draft`: kept by the side that starts it, its partner not reached yet.
 * `offered`: both sides know it. `accepted`: both have agreed. `running`: lists are read and compared.
 */
const NEXT: Readonly<Record<StoredSessionState, readonly StoredSessionState[]>> = {
  draft: ['offered', 'failed', 'cancelled', 'expired'],
  offered: ['accepted', 'failed', 'rejected', 'cancelled', 'expired'],
  accepted: ['running', 'failed', 'cancelled'],
  running: ['done', 'failed', 'cancelled'],
  done: [],
  failed: [],
  rejected: [],
  cancelled: [],
  expired: [],
};

export function mayGo(from: StoredSessionState, to: StoredSessionState): boolean {
  return NEXT[from].includes(to);
}

/** Whether nothing can follow. */
export function isEnd(state: StoredSessionState): boolean {
  return NEXT[state].length === 0;
}

/** The states of sessions that have not ended. */
export const OPEN_STATES = (Object.keys(NEXT) as StoredSessionState[]).filter((state) => !isEnd(state));

/** States that a failure may end in. */
export type EndState = 'failed' | 'rejected' | 'cancelled' | 'expired';

/** The state in which `error` ends a session that is in `from`. */
export function endOf(error: VesicaError, from: StoredSessionState): EndState {
  const ends: Readonly<Record<string, EndState>> = {
    'session/rejected': 'rejected',
    'session/cancelled': 'cancelled',
    'session/expired': 'expired',
  };
  const end = ends[error.code] ?? 'failed';
  return mayGo(from, end) ? end : 'failed';
}
