import { VesicaError } from '../errors.js';
import type { RandomSource } from '../random.js';
import type { AuditEntry, AuditLog } from './audit/index.js';
import type { Store } from './store/index.js';

/** What every service of a node works with. */
export interface NodeContext {
  readonly store: Store;
  readonly audit: AuditLog;
  /** Ids in the order of time: see `idSource`. */
  readonly newId: () => string;
  readonly now: () => Date;
  readonly random: RandomSource;
}

/** Who asks for something: a token or a command by its name, a partner by its id, or the node itself. */
export type Actor = AuditEntry['actor'];

/** The node, acting by itself. */
export const NODE_ACTOR: Actor = { kind: 'node', name: 'node' };

/** Which part of a list: newest first. */
export interface PageQuery {
  /** Id of the last item of the page before. */
  readonly after?: string | undefined;
  /** 1 to 200; 50 unless told. */
  readonly limit?: number | undefined;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** `after` of the next page; `null` when this is the last. */
  readonly next: string | null;
}

export const DEFAULT_PAGE_ITEMS = 50;
export const MAX_PAGE_ITEMS = 200;

/** How many rows to ask the store for: one more than the page, which tells whether there is a next one. */
export function rowsToAsk({ limit = DEFAULT_PAGE_ITEMS }: PageQuery): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_ITEMS) {
    throw new VesicaError('config/invalid', `limit must be an integer from 1 to ${MAX_PAGE_ITEMS}`, {
      field: 'limit',
    });
  }
  return limit + 1;
}

/** The page that `rows` are, of which there are up to `rowsToAsk` many. */
export function pageOf<Row, Item extends { readonly id: string }>(
  rows: readonly Row[],
  query: PageQuery,
  toItem: (row: Row) => Item,
): Page<Item> {
  const limit = rowsToAsk(query) - 1;
  const items = rows.slice(0, limit).map(toItem);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** @throws VesicaError `api/not-found` with the kind of thing as field. */
export function found<Value>(value: Value | undefined, kind: string): Value {
  if (value === undefined)
    throw new VesicaError('api/not-found', `there is no such ${kind}`, { field: kind });
  return value;
}
