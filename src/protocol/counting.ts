import type { Mechanism } from '../dp/index.js';
import { discreteLaplace, truncatedDiscreteLaplace } from '../dp/index.js';
import { VesicaError } from '../errors.js';
import { ELEMENT_BYTES } from '../group/index.js';
import type { Cell, MessageOf, Statistic, Terms } from './codec/index.js';
import { dummiesPerCell } from './dummies.js';
import type { Column } from './measures.js';
import { columnsOf, countEpsilon } from './measures.js';
import type { Inventories } from './mode.js';
import { tagLength } from './tags.js';
import { roleOf } from './terms.js';
import type { Side } from './transcript.js';

/**
 * What `psi-ca` and `aggregate` share: counts of matched keys by cell, and sums of measures (protocol-spec/modes.md). The
 * party that holds the cells learns figures made noisy by the other's noise; the other learns figures with noise that
 * the first adds.
 */

/** A noisy count of one cell. */
export interface CellCount {
  readonly size: number;
  /** Cohort labels; empty when the cell's owner keeps them private. */
  readonly label: readonly string[];
  readonly count: number;
}

/** Noisy sums of one measure over the matched people of each cell, in the order of the cells. */
export interface MeasureSums {
  readonly name: string;
  readonly quantum: string;
  readonly bound: string;
  readonly statistic: Statistic;
  /** In quanta; whole, and below zero where the noise makes them so. */
  readonly sums: readonly number[];
  /** How the sums were made private: noise in quanta. */
  readonly sumMechanism: Mechanism;
  /** With `sum-and-squares`: sums of squares, in units of `squareUnit` squared quanta. */
  readonly squares: readonly number[] | undefined;
  /** Squared quanta in one unit of `squares`, a power of two. */
  readonly squareUnit: number;
  readonly squaresMechanism: Mechanism | undefined;
}

export interface CountResult {
  readonly kind: 'counts';
  /** `undefined` when this party may not learn. */
  readonly counts: readonly CellCount[] | undefined;
  /** How the other party made these counts private; `undefined` when they are exact. */
  readonly mechanism: Mechanism | undefined;
  /** One entry a measure of the terms, each with the other party's noise. */
  readonly measures: readonly MeasureSums[];
}

/** The noisy integers that a party ends with: all of its answer that the terms and the inventories do not tell. */
export interface Figures {
  readonly counts: readonly number[] | undefined;
  /** For each column one integer a cell. */
  readonly columns: readonly (readonly number[])[];
}

/** The sizes of a session's streams, the same for both parties. */
export interface CountingShape {
  readonly cells: readonly Cell[];
  /** Dummies of each cell. */
  readonly perCell: number;
  readonly dummies: number;
  /** First entry of each cell in `tags`, and the total as last item: a cell has its size and its dummies. */
  readonly offsets: readonly number[];
  readonly columns: readonly Column[];
  /** Entries of the list of the party without cells, dummies included. */
  readonly listItems: number;
  /** An element and, with measures, a row of ciphertexts. */
  readonly listItemBytes: number;
  readonly tagBytes: number;
}

/**
 * @throws VesicaError `limit/dummies` or `limit/measure-range`: both parties find the same.
 */
export function countingShape(
  terms: Terms,
  { ownItems, peerItems, cells }: Inventories,
  holdsCells: boolean,
): CountingShape {
  const inList = holdsCells ? peerItems : ownItems;
  const perCell = dummiesPerCell(terms, cells.length);
  const dummies = perCell * cells.length;
  const offsets = [0];
  for (const [i, { size }] of cells.entries()) offsets.push((offsets[i] ?? 0) + size + perCell);
  const columns = columnsOf(terms, Math.max(0, ...cells.map(({ size }) => Math.min(size, inList))));
  return {
    cells,
    perCell,
    dummies,
    offsets,
    columns,
    listItems: inList + dummies,
    listItemBytes: ELEMENT_BYTES * (columns.length === 0 ? 1 : columns.length + 2),
    tagBytes: tagLength(ownItems + dummies, peerItems + dummies),
  };
}

/** Dummies of a session, all cells together. @throws VesicaError `limit/dummies`. */
export function dummiesOf(terms: Terms, { cells }: Pick<Inventories, 'cells'>): number {
  return terms.mode === 'psi' ? 0 : cells.length * dummiesPerCell(terms, cells.length);
}

/** How the counts that the receiver learns are made private by the sender; `undefined` when they are exact. */
export function receiverMechanism(terms: Terms): Mechanism | undefined {
  if (terms.disclosure !== 'dp') return undefined;
  return truncatedDiscreteLaplace(countEpsilon(terms), dummiesPerCell(terms, 1) / 2);
}

/** How the counts that the sender learns are made private by the receiver; `undefined` when they are exact. */
export function senderMechanism(terms: Terms): Mechanism | undefined {
  return terms.disclosure === 'dp' ? discreteLaplace(countEpsilon(terms), 1n) : undefined;
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
  const toReceiver = receiverMechanism(terms);
  const toSender = terms.shareResults ? senderMechanism(terms) : 'nothing';
  if (holdsCells(terms, side)) return { learned: toReceiver, disclosed: toSender };
  return { learned: toSender === 'nothing' ? undefined : toSender, disclosed: toReceiver };
}

/** Whether `side` is the party with the cells: the receiver of `psi-ca`, the cohort party of `aggregate`. */
export function holdsCells(terms: Terms, side: Side): boolean {
  const role = roleOf(terms, side);
  return role === 'receiver' || role === 'cohorts';
}

/** The answer that `figures` make for `side`. */
export function countResult(
  terms: Terms,
  side: Side,
  inventories: Inventories,
  figures: Figures,
): CountResult {
  const { cells, columns } = countingShape(terms, inventories, holdsCells(terms, side));
  const { counts } = figures;
  const at = (measure: number, kind: Column['kind']): number =>
    columns.findIndex((column) => column.measure === measure && column.kind === kind);
  const measures = terms.measures.map((term, i): MeasureSums => {
    const [sum, squares] = [at(i, 'sum'), at(i, 'squares')];
    const mechanism = columns[sum]?.mechanism;
    if (mechanism === undefined) throw new VesicaError('internal/defect', 'a measure without a column');
    return {
      ...term,
      sums: figures.columns[sum] ?? [],
      sumMechanism: mechanism,
      squares: figures.columns[squares],
      squareUnit: columns[squares]?.unit ?? 1,
      squaresMechanism: columns[squares]?.mechanism,
    };
  });
  return {
    kind: 'counts',
    counts: counts && cells.map(({ size, label }, i) => ({ size, label, count: counts[i] ?? 0 })),
    mechanism: holdsCells(terms, side) ? receiverMechanism(terms) : senderMechanism(terms),
    measures,
  };
}

/** What `countResult` was made of. */
export function figuresOfResult({ counts, measures }: CountResult): Figures {
  return {
    counts: counts?.map(({ count }) => count),
    columns: measures.flatMap(({ sums, squares }) => (squares === undefined ? [sums] : [sums, squares])),
  };
}

/** The `figures` message: a signed 64-bit integer a value. */
export function packFigures(values: readonly number[]): MessageOf<'figures'> {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setBigInt64(8 * i, BigInt(value)));
  return { type: 'figures', values: bytes };
}

/** No figure is larger: no sum that can be decrypted, and no count, with any noise. Own noise taken out leaves it safe. */
const LARGEST_FIGURE = 2 ** 48;

/**
 * The `expected` integers in a `figures` message.
 *
 * @throws VesicaError `peer/wrong-count` when there are more or fewer, or one is beyond 2^48.
 */
export function unpackFigures({ values }: MessageOf<'figures'>, expected: number): number[] {
  if (values.length !== 8 * expected) throw wrongFigures(`${values.length} bytes for ${expected} figures`);
  const view = new DataView(values.buffer, values.byteOffset, values.length);
  return Array.from({ length: expected }, (_, i) => {
    const figure = Number(view.getBigInt64(8 * i));
    if (Math.abs(figure) > LARGEST_FIGURE) throw wrongFigures(`figure ${i} is out of range`);
    return figure;
  });
}

function wrongFigures(what: string): VesicaError {
  return new VesicaError('peer/wrong-count', `wrong figures: ${what}`, { field: 'figures' });
}
