import { VesicaError } from '../../errors.js';
import type { ActorKind, StateDatabase } from '../store/index.js';
import type { AuditAction } from './actions.js';
import { entryOf } from './chain.js';
import type { StoredAuditEntry } from './entry.js';

const DEFAULT_LIMIT = 100;
export const MAX_PAGE_ENTRIES = 1000;

/** Which entries to show. What is left out does not restrict. */
export interface AuditQuery {
  readonly actorKind?: ActorKind;
  readonly actorName?: string;
  readonly actions?: readonly AuditAction[];
  readonly subjectKind?: string;
  readonly subjectId?: string;
  /** Times as in the entries, `from` inclusive and `until` exclusive. */
  readonly from?: string;
  readonly until?: string;
  /** The newest first by default. */
  readonly order?: 'newest-first' | 'oldest-first';
  /** Entries in one page: 1 to 1000, 100 by default. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

export interface AuditPage {
  readonly entries: readonly StoredAuditEntry[];
  /** The cursor of the next page; absent on the last one. Entries that come later do not shift it. */
  readonly next?: string;
}

/** @throws VesicaError `config/invalid` with field `limit` or `cursor`. */
export async function queryEntries(db: StateDatabase, query: AuditQuery): Promise<AuditPage> {
  const limit = query.limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_ENTRIES) {
    throw invalid('limit', `limit is a whole number from 1 to ${MAX_PAGE_ENTRIES}`);
  }
  const isNewestFirst = (query.order ?? 'newest-first') === 'newest-first';
  let rows = db
    .selectFrom('audit_entries')
    .selectAll()
    .orderBy('sequence', isNewestFirst ? 'desc' : 'asc')
    // One more than asked for tells whether there is a next page.
    .limit(limit + 1);
  const { actorKind, actorName, actions, subjectKind, subjectId, from, until, cursor } = query;
  if (actorKind !== undefined) rows = rows.where('actor_kind', '=', actorKind);
  if (actorName !== undefined) rows = rows.where('actor_name', '=', actorName);
  if (actions !== undefined) rows = rows.where('action', 'in', actions);
  if (subjectKind !== undefined) rows = rows.where('subject_kind', '=', subjectKind);
  if (subjectId !== undefined) rows = rows.where('subject_id', '=', subjectId);
  if (from !== undefined) rows = rows.where('at', '>=', from);
  if (until !== undefined) rows = rows.where('at', '<', until);
  if (cursor !== undefined) rows = rows.where('sequence', isNewestFirst ? '<' : '>', sequenceOf(cursor));
  const found = await rows.execute();
  const entries = found.slice(0, limit).map(entryOf);
  const last = entries.at(-1);
  return found.length > limit && last !== undefined ? { entries, next: String(last.sequence) } : { entries };
}

function sequenceOf(cursor: string): number {
  if (!/^[1-9]\d{0,14}$/.test(cursor)) throw invalid('cursor', 'the cursor is not one of a page');
  return Number(cursor);
}

function invalid(field: string, message: string): VesicaError {
  return new VesicaError('config/invalid', message, { field });
}
