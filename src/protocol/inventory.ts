import { utf8 } from '../bytes.js';
import { VesicaError } from '../errors.js';
import type { Arms, Cell, MessageOf, Terms } from './codec/index.js';
import { requirePlainText } from './codec/index.js';
import { LIMITS } from './limits.js';
import type { Inventories } from './mode.js';
import { roleOf } from './terms.js';
import type { Side } from './transcript.js';

/** What a party tells of its list once the terms are accepted: its size, and its cells when it has the role `cohorts`. */
export interface Inventory {
  readonly size: number;
  /** Names of the cohort dimensions; empty without cells, or when labels stay private. */
  readonly dimensions: readonly string[];
  /** The experiment in those dimensions; `NO_ARMS` without one, or when labels stay private. */
  readonly arms: Arms;
  readonly cells: readonly Cell[];
}

export const NO_ARMS: Arms = { column: '', treatment: [], control: '' };

/**
 * Checks an inventory, one's own before it is sent and the peer's when it comes, against the limits and the terms.
 *
 * @throws VesicaError `limit/elements`, `limit/cells`, `limit/text`, `policy/list-too-small`, `policy/cell-too-small`,
 * or `peer/wrong-count` when cells and list do not fit each other or the role.
 */
export function requireSoundInventory(
  inventory: Inventory,
  terms: Terms,
  side: Side,
  maxItems: number = LIMITS.elements,
): void {
  const { size, cells, dimensions, arms } = inventory;
  const where = `the list of the ${side}`;
  if (size > maxItems) {
    throw new VesicaError('limit/elements', `${where} has ${size} keys, the limit is ${maxItems}`, {
      field: 'data',
    });
  }
  if (cells.length > LIMITS.cells || dimensions.length > LIMITS.dimensions) {
    throw new VesicaError(
      'limit/cells',
      `${where} has ${cells.length} cells in ${dimensions.length} dimensions`,
      {
        field: 'data.cohorts',
      },
    );
  }
  if (size < terms.minList) {
    throw new VesicaError('policy/list-too-small', `${where} has ${size} keys, below ${terms.minList}`, {
      field: 'privacy.minList',
    });
  }
  if (arms.column !== '' && !dimensions.includes(arms.column)) {
    throw new VesicaError('peer/wrong-count', `${where} has arms in a dimension that it does not have`, {
      field: 'arms',
    });
  }
  const hasCells = roleOf(terms, side) === 'cohorts';
  const inCells = cells.reduce((sum, cell) => sum + cell.size, 0);
  if (hasCells ? cells.length === 0 || inCells !== size : cells.length > 0 || dimensions.length > 0) {
    throw new VesicaError('peer/wrong-count', `${where}: cells of ${inCells} keys for a list of ${size}`, {
      field: 'cells',
    });
  }
  for (const [index, cell] of cells.entries()) {
    if (cell.size < terms.minCell) {
      throw new VesicaError(
        'policy/cell-too-small',
        `cell ${index} of ${where} has ${cell.size} keys, below ${terms.minCell}`,
        {
          field: 'privacy.minCell',
        },
      );
    }
    if (cell.label.length !== dimensions.length) {
      throw new VesicaError('peer/wrong-count', `cell ${index} of ${where} has ${cell.label.length} labels`, {
        field: 'cells',
      });
    }
  }
  requireShortTexts(inventory);
}

/** Each name and label within `textBytes`, and all together within `labelBytes`. */
function requireShortTexts({ dimensions, arms, cells }: Inventory): void {
  const texts = [
    ...dimensions,
    arms.column,
    ...arms.treatment,
    arms.control,
    ...cells.flatMap(({ label }) => label),
  ];
  for (const text of texts) requirePlainText(text, 'data.cohorts');
  const total = texts.reduce((sum, text) => sum + utf8(text).length, 0);
  if (total > LIMITS.labelBytes) {
    throw new VesicaError('limit/text', `labels of ${total} bytes together exceed ${LIMITS.labelBytes}`, {
      field: 'data.cohorts',
    });
  }
}

/** The `inventory` message with this party's 32-byte input tag; without labels when the terms keep them private. */
export function inventoryMessage(
  inventory: Inventory,
  terms: Terms,
  input: Uint8Array,
): MessageOf<'inventory'> {
  const { size } = inventory;
  const { dimensions, arms } = terms.shareLabels ? inventory : { dimensions: [], arms: NO_ARMS };
  const { column, treatment, control } = arms;
  // Every map anew, with its fields in the order of the specification.
  const cells = inventory.cells.map((cell) => ({
    size: cell.size,
    label: terms.shareLabels ? cell.label : [],
  }));
  return { type: 'inventory', size, dimensions, arms: { column, treatment, control }, cells, input };
}

/** Both inventories from one side's point of view. */
export function joinInventories(own: Inventory, peer: Inventory, terms: Terms, side: Side): Inventories {
  const role = roleOf(terms, side);
  const holder = role === 'cohorts' || role === 'receiver' ? own : peer;
  const cells = terms.mode === 'aggregate' ? holder.cells : [{ size: holder.size, label: [] }];
  return { ownItems: own.size, peerItems: peer.size, cells };
}
