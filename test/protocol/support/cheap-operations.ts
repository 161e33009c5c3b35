import { createHash } from 'node:crypto';
import { concatBytes } from '../../../src/bytes.js';
import type { GroupOperations, KeyBatch } from '../../../src/group/index.js';
import {
  GROUP_ORDER,
  SKIP_GROUP,
  createEngine,
  engineOf,
  groupInput,
  inlineOperations,
} from '../../../src/group/index.js';

/**
 * A stand-in for the group, a thousand times cheaper and without any secrecy: the integers modulo the group's order
 * under addition, 32 bytes each. It commutes and refuses bad encodings and the identity as the real one does, so tests
 * of order, size and structure can use long lists and many sessions. What a test says about single values on the wire is
 * never run on it.
 */
const toInteger = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
const toBytes = (value: bigint): Uint8Array =>
  Buffer.from((value % GROUP_ORDER).toString(16).padStart(64, '0'), 'hex').reverse();

const hashed = (typeCode: number, key: Uint8Array): bigint => {
  const digest = createHash('sha512').update(groupInput(typeCode, key)).digest();
  return (toInteger(digest) % (GROUP_ORDER - 1n)) + 1n;
};

function hashTimes({ types, keys }: KeyBatch, factor: bigint): Uint8Array {
  const elements = new Uint8Array(keys.length);
  types.forEach((type, i) => {
    elements.set(toBytes(hashed(type, keys.subarray(32 * i, 32 * i + 32)) * factor), 32 * i);
  });
  return elements;
}

const kernel = {
  ...createEngine('noble'),
  variant: 'integers',
  hashToGroup: (batch: KeyBatch) => hashTimes(batch, 1n),
  hashAndMultiply: (batch: KeyBatch, _dst: Uint8Array, scalar: Uint8Array) =>
    hashTimes(batch, toInteger(scalar)),
  multiply(elements: Uint8Array, scalar: Uint8Array) {
    const factor = toInteger(scalar);
    const products = new Uint8Array(elements.length);
    const validity = new Uint8Array(Math.ceil(elements.length / 32 / 8));
    for (let i = 0; 32 * i < elements.length; i += 1) {
      const element = toInteger(elements.subarray(32 * i, 32 * i + 32));
      if (element === 0n || element >= GROUP_ORDER) continue;
      validity[i >> 3]! |= 1 << (i & 7);
      products.set(toBytes(element * factor), 32 * i);
    }
    return { elements: products, validity };
  },
  multiplyBase: (scalars: Uint8Array) => scalars.slice(),
  sum(elements: Uint8Array, width: number, groups: Uint32Array, groupCount: number) {
    const totals = Array.from({ length: groupCount * width }, () => 0n);
    const validity = new Uint8Array(Math.ceil(groups.length / 8));
    groups.forEach((group, row) => {
      const items = Array.from({ length: width }, (_, column) =>
        toInteger(elements.subarray(32 * (row * width + column), 32 * (row * width + column + 1))),
      );
      if (items.some((item) => item >= GROUP_ORDER)) return;
      validity[row >> 3]! |= 1 << (row & 7);
      items.forEach((item, column) => {
        if (group !== SKIP_GROUP) totals[group * width + column]! += item;
      });
    });
    return { sums: concatBytes(...totals.map(toBytes)), validity };
  },
  walk(start: Uint8Array, step: Uint8Array, count: number) {
    const [first, stride] = [toInteger(start), toInteger(step)];
    return concatBytes(...Array.from({ length: count }, (_, i) => toBytes(first + BigInt(i) * stride)));
  },
};

export const cheapOperations: GroupOperations = inlineOperations(engineOf(kernel));
