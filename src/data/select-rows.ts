import { VesicaError } from '../errors.js';
import type { MatchKeyList } from './list-builder.js';
import { rowsOfList } from './rows-of-list.js';

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
  const isMatched = matchedFlags(list, matchedKeys);
  const selected = new Uint32Array(list.rows.length);
  let count = 0;
  for (const { row, keys } of rowsOfList(list)) {
    if (keys.some((key) => isMatched[key] === 1) === (selection === 'matched')) {
      selected[count] = row;
      count += 1;
    }
  }
  return selected.slice(0, count);
}

/**
 * Of each key of `list` whether it matched: 1 or 0.
 *
 * @throws VesicaError `internal/defect` when a number is not one of a key of the list.
 */
export function matchedFlags({ rows }: Pick<MatchKeyList, 'rows'>, matchedKeys: Uint32Array): Uint8Array {
  const flags = new Uint8Array(rows.length);
  for (const key of matchedKeys) {
    if (key >= flags.length) throw new VesicaError('internal/defect', 'a matched key is not in the list');
    flags[key] = 1;
  }
  return flags;
}
