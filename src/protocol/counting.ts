import type { Mechanism } from '../dp/index.js';
import { discreteLaplace, truncatedDiscreteLaplace } from '../dp/index.js';
import { VesicaError } from '../errors.js';
import type { Cell, MessageOf, Terms } from './codec/index.js';
import { dummiesPerCell } from './dummies.js';
import { roleOf } from './terms.js';
import type { Side } from './transcript.js';

/**
 * What `psi-ca` and `aggregate` share: counts of matched keys by cell (protocol-spec/modes.md). The party that holds the
 * cells learns counts made noisy by the other's dummies; the other learns counts with noise that the first adds.
 */

/** A noisy count of one cell. */
export interface CellCount {
  readonly size: number;
  /** Cohort labels; empty when the cell's owner keeps them private. */
  readonly label: readonly string[];
  readonly count: number;
}

export interface CountResult {
  readonly kind: 'counts';
  /** `undefined` when this party may not learn. */
  readonly counts: readonly CellCount[] | undefined;
  /** How the other party made these counts private; `undefined` when they are exact. */
  readonly mechanism: Mechanism | undefined;
}

/** How the counts that the receiver learns are made private by the sender; `undefined` when they are exact. */
export function receiverMechanism(terms: Terms, dummies: number): Mechanism | undefined {
  return terms.disclosure === 'dp' ? truncatedDiscreteLaplace(terms.epsilon, dummies / 2) : undefined;
}

/** How the counts that the sender learns are made private by the receiver; `undefined` when they are exact. */
export function senderMechanism(terms: Terms): Mechanism | undefined {
  return terms.disclosure === 'dp' ? discreteLaplace(terms.epsilon, 1n) : undefined;
}

/**
 * How the counts that `side` learns, and those that its partner learns, are made private; a mechanism that is
 * `undefined` is no noise at all, and `nothing` means that no count is told.
 */
export function mechanismsOf(
  terms: Terms,
  side: Side,
): { readonly learned: Mechanism | undefined; readonly disclosed: Mechanism | 'nothing' | undefined } {
  if (terms.mode === 'psi') return { learned: undefined, disclosed: 'nothing' };
  const role = roleOf(terms, side);
  const toReceiver = receiverMechanism(terms, dummiesPerCell(terms, 1));
  const toSender = terms.shareResults ? senderMechanism(terms) : 'nothing';
  if (role === 'receiver' || role === 'cohorts') return { learned: toReceiver, disclosed: toSender };
  return { learned: toSender === 'nothing' ? undefined : toSender, disclosed: toReceiver };
}

/** The cells with their counts. */
export function countsOf(cells: readonly Cell[], counts: readonly number[]): CellCount[] {
  return cells.map(({ size, label }, i) => ({ size, label, count: counts[i] ?? 0 }));
}

/** The `counts` message: a signed 64-bit integer a cell. */
export function packCounts(counts: readonly number[]): MessageOf<'counts'> {
  const values = new Uint8Array(8 * counts.length);
  const view = new DataView(values.buffer);
  counts.forEach((count, i) => view.setBigInt64(8 * i, BigInt(count)));
  return { type: 'counts', values };
}

/**
 * The counts in a `counts` message for `cells` cells.
 *
 * @throws VesicaError `peer/wrong-count` when it is not one safe integer a cell.
 */
export function unpackCounts({ values }: MessageOf<'counts'>, cells: number): number[] {
  if (values.length !== 8 * cells) throw wrongCounts(`${values.length} bytes for ${cells} cells`);
  const view = new DataView(values.buffer, values.byteOffset, values.length);
  return Array.from({ length: cells }, (_, i) => {
    const count = Number(view.getBigInt64(8 * i));
    if (!Number.isSafeInteger(count)) throw wrongCounts(`the count of cell ${i} is out of range`);
    return count;
  });
}

function wrongCounts(what: string): VesicaError {
  return new VesicaError('peer/wrong-count', `wrong counts: ${what}`, { field: 'counts' });
}

/** First entry of each cell in a stage that holds `size + perCell` entries a cell, and the total as last item. */
export function cellOffsets(cells: readonly Cell[], perCell: number): number[] {
  const offsets = [0];
  for (const [i, { size }] of cells.entries()) offsets.push((offsets[i] ?? 0) + size + perCell);
  return offsets;
}
