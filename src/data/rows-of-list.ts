import type { MatchKeyList } from './list-builder.js';

/** A source row that gave a list a key. */
export interface ListRow {
  row: number;
  /** Numbers of all keys of the list that the row has: its own first, then those that an earlier row had first. */
  keys: number[];
}

/**
 * The source rows that `list` has a key from, ascending. Rows that only repeat earlier ones are not among them. One object
 * is reused from row to row.
 */
export function* rowsOfList({ rows, shared }: Pick<MatchKeyList, 'rows' | 'shared'>): Generator<ListRow> {
  const current: ListRow = { row: 0, keys: [] };
  let link = 0;
  for (let key = 0; key < rows.length;) {
    const row = rows[key] ?? 0;
    current.row = row;
    current.keys.length = 0;
    for (; key < rows.length && rows[key] === row; key += 1) current.keys.push(key);
    while (link < shared.rows.length && (shared.rows[link] ?? 0) < row) link += 1;
    for (; link < shared.rows.length && shared.rows[link] === row; link += 1) {
      current.keys.push(shared.keys[link] ?? 0);
    }
    yield current;
  }
}
