import { createHash } from 'node:crypto';
import type { SketchedList } from '../../../src/node/ledger/index.js';

/** One row of a test's list. */
export interface Row {
  readonly key: number;
  readonly cell: number;
  readonly value: number;
}

export const CELL_NAMES = ['north', 'south', 'east', 'west'];

export const row = (key: number): Row => ({ key, cell: key % CELL_NAMES.length, value: key % 7 });
export const rows = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, i) => row(from + i));

const keyOf = (key: number): Uint8Array => createHash('sha256').update(`person ${key}`).digest();

/** The list with these rows, in this order. */
export function listOf(of: readonly Row[], columns: 'keys' | 'cells' | 'all' = 'all'): SketchedList {
  const batch = { types: new Uint8Array(of.length).fill(1), keys: new Uint8Array(32 * of.length) };
  for (const [i, { key }] of of.entries()) batch.keys.set(keyOf(key), 32 * i);
  if (columns === 'keys') return { batch };
  const cells = { cellOf: Uint32Array.from(of, ({ cell }) => cell), cellNames: CELL_NAMES };
  if (columns === 'cells') return { batch, ...cells };
  return { batch, ...cells, measures: [Float64Array.from(of, ({ value }) => value)] };
}
