import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, uint32Bytes, utf8 } from '../bytes.js';
import { VesicaError } from '../errors.js';
import { dummyHalfWidth } from '../dp/index.js';
import type { KeyBatch } from '../group/index.js';
import { keyTypeCode } from '../group/index.js';
import type { Terms } from './codec/index.js';
import { LIMITS } from './limits.js';
import { countEpsilon } from './measures.js';

const LABEL = utf8('VESICA-V1-Dummy');
const DUMMY_TYPE = keyTypeCode('dummy');

/**
 * Dummies of each cell, D = 2h: the smallest even number for which counts that are off by d - h, d drawn from the
 * truncated discrete Laplace distribution on [0, D], are (epsilon, delta)-private, epsilon being the counts' share. 0 when counts are exact.
 *
 * @throws VesicaError `limit/dummies` when all cells together would need more than the limit.
 */
export function dummiesPerCell(terms: Terms, cells: number): number {
  if (terms.disclosure !== 'dp') return 0;
  const dummies = 2 * dummyHalfWidth(countEpsilon(terms), terms.delta);
  if (dummies * cells > LIMITS.dummies) {
    throw new VesicaError(
      'limit/dummies',
      `${cells} cells with ${dummies} dummies each exceed ${LIMITS.dummies}`,
      {
        field: 'privacy.epsilon',
      },
    );
  }
  return dummies;
}

/**
 * The public inputs U of dummies `from` to `to` - 1, counted through all cells: dummy k of cell c is number
 * c * perCell + k, and its key is SHA-256(label || session || I2OSP(c, 4) || I2OSP(k, 4)).
 */
export function dummyKeys(session: Uint8Array, perCell: number, from: number, to: number): KeyBatch {
  const types = new Uint8Array(to - from).fill(DUMMY_TYPE);
  const keys = new Uint8Array((to - from) * 32);
  for (let i = from; i < to; i += 1) keys.set(dummyKey(session, perCell, i), (i - from) * 32);
  return { types, keys };
}

/**
 * The keys at `positions` of a list followed by its dummies: below `batch`'s length a key of the list, from there on
 * the dummies in their order.
 */
export function gatherWithDummies(
  batch: KeyBatch,
  positions: Uint32Array,
  dummies: { readonly session: Uint8Array; readonly perCell: number },
): KeyBatch {
  const types = new Uint8Array(positions.length).fill(DUMMY_TYPE);
  const keys = new Uint8Array(positions.length * 32);
  positions.forEach((position, i) => {
    const isDummy = position >= batch.types.length;
    if (!isDummy) types[i] = batch.types[position] ?? 0;
    const key = isDummy
      ? dummyKey(dummies.session, dummies.perCell, position - batch.types.length)
      : batch.keys.subarray(position * 32, position * 32 + 32);
    keys.set(key, i * 32);
  });
  return { types, keys };
}

function dummyKey(session: Uint8Array, perCell: number, index: number): Uint8Array {
  const cell = Math.floor(index / perCell);
  return sha256(concatBytes(LABEL, session, uint32Bytes(cell), uint32Bytes(index - cell * perCell)));
}
