import { VesicaError } from '../errors.js';
import { NO_ARMS, type Arms, type Inventory } from '../protocol/index.js';
import type { LoadedList } from './load-list.js';

/**
 * What the partner is told of a list: its size, and its cells with their labels.
 *
 * @param dimensions the cohort columns of the definition that the list was loaded from.
 * @throws VesicaError `data/empty-cohort` when an arm has no row.
 */
export function inventoryOf(
  list: Pick<LoadedList, 'types' | 'cells' | 'cellLabels'>,
  { dimensions = [], arms = NO_ARMS }: { dimensions?: readonly string[]; arms?: Arms },
): Inventory {
  const sizes = new Uint32Array(list.cellLabels.length);
  for (const cell of list.cells ?? []) sizes[cell] = (sizes[cell] ?? 0) + 1;
  const cells = list.cellLabels.map((label, i) => ({ size: sizes[i] ?? 0, label: [...label] }));
  if (arms.column !== '') {
    const present = new Set(list.cellLabels.map((label) => label[dimensions.indexOf(arms.column)]));
    const absent = [...arms.treatment, arms.control].filter((arm) => !present.has(arm)).length;
    if (absent > 0) {
      throw new VesicaError(
        'data/empty-cohort',
        `${absent} of the arms named in arms have no row: the column ${arms.column} has ${present.size} other values`,
        { field: 'arms' },
      );
    }
  }
  return { size: list.types.length, dimensions, arms, cells };
}
