import { VesicaError } from '../errors.js';
import type { MatchKeyList } from './list-builder.js';

/** `matched`: rows of which at least one key matched (an audience). `unmatched`: of which none did (a suppression). */
export type RowSelection = 'matched' | 'unmatched';

/**
 * The source rows of `list` that matched, or did not, ascending. A row counts if the list has a key from it; rows that
 * only repeat earlier ones, or have no usable identifier, are in neither selection. A row that shares a key with an
 * earlier row is matched when that key is.
 *
 * @param matchedKeys numbers of the keys that matched, in any order.
 * @throws VesicaError `internal/defect` when a number is not one of a key of the list.
 */
export function selectRows(
  list: Pick<MatchKeyList, 'rows' | 'shared'>,
  matchedKeys: Uint32Array,
  selection: RowSelection,
): Uint32Array {
  const { rows, shared } = list;
  const matched = new Uint8Array(rows.length);
  for (const key of matchedKeys) {
    if (key >= matched.length) throw new VesicaError('internal/defect', 'a matched key is not in the list');
    matched[key] = 1;
  }
  const selected = new Uint32Array(rows.length);
  let count = 0;
  let link = 0;
  for (let key = 0; key < rows.length;) {
    const row = rows[key] ?? 0;
    let rowMatched = false;
    for (; key < rows.length && rows[key] === row; key += 1) if (matched[key] === 1) rowMatched = true;
    while (link < shared.rows.length && (shared.rows[link] ?? 0) < row) link += 1;
    for (; link < shared.rows.length && shared.rows[link] === row; link += 1) {
      if (matched[shared.keys[link] ?? 0] === 1) rowMatched = true;
    }
    if (rowMatched === (selection === 'matched')) {
      selected[count] = row;
      count += 1;
    }
  }
  return selected.slice(0, count);
}
