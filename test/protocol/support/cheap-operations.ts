import { createHash } from 'node:crypto';
import type { GroupOperations, KeyBatch } from '../../../src/group/index.js';
import {
  GROUP_ORDER,
  bigIntToScalar,
  createEngine,
  engineOf,
  groupInput,
  inlineOperations,
  scalarToBigInt,
} from '../../../src/group/index.js';

/**
 * A stand-in for the group, a thousand times cheaper and without any secrecy: the integers modulo the group's order
 * under addition, 32 bytes each. It commutes and refuses bad encodings and the identity as the real one does, so tests
 * of order, size and structure can use long lists. What a test says about secrecy is never run on it.
 */
const hashed = (typeCode: number, key: Uint8Array): bigint => {
  const digest = createHash('sha512').update(groupInput(typeCode, key)).digest();
  return (scalarToBigInt(digest) % (GROUP_ORDER - 1n)) + 1n;
};

function hashTimes({ types, keys }: KeyBatch, factor: bigint): Uint8Array {
  const elements = new Uint8Array(keys.length);
  types.forEach((type, i) => {
    elements.set(bigIntToScalar(hashed(type, keys.subarray(32 * i, 32 * i + 32)) * factor), 32 * i);
  });
  return elements;
}

const kernel = {
  ...createEngine('noble'),
  variant: 'integers',
  hashToGroup: (batch: KeyBatch) => hashTimes(batch, 1n),
  hashAndMultiply: (batch: KeyBatch, _dst: Uint8Array, scalar: Uint8Array) =>
    hashTimes(batch, scalarToBigInt(scalar)),
  multiply(elements: Uint8Array, scalar: Uint8Array) {
    const factor = scalarToBigInt(scalar);
    const products = new Uint8Array(elements.length);
    const validity = new Uint8Array(Math.ceil(elements.length / 32 / 8));
    for (let i = 0; 32 * i < elements.length; i += 1) {
      const element = scalarToBigInt(elements.subarray(32 * i, 32 * i + 32));
      if (element === 0n || element >= GROUP_ORDER) continue;
      validity[i >> 3]! |= 1 << (i & 7);
      products.set(bigIntToScalar(element * factor), 32 * i);
    }
    return { elements: products, validity };
  },
  multiplyBase: (scalars: Uint8Array) => scalars.slice(),
};

export const cheapOperations: GroupOperations = inlineOperations(engineOf(kernel));
