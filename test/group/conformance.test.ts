import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes.js';
import { HASH_TO_GROUP_DST, availableEngines, bigIntToScalar, createEngine } from '../../src/group/index.js';
import { randomBytes } from '../../src/random.js';
import { seededRandom } from '../support/deterministic-random.js';
import { EDGE_SCALARS, describeEngine, seededKeys } from './engine-conformance.js';

const engines = availableEngines().map(({ name, variant }) => createEngine(`${name}:${variant}`));
const fast = engines.filter(({ name }) => name !== 'noble');
const noble = createEngine('noble');

for (const engine of engines) describeEngine(`${engine.name} (${engine.variant})`, engine);

describe.each(fast.map((engine) => [`${engine.name} (${engine.variant})`, engine] as const))(
  '%s against noble',
  (_, engine) => {
    it.each([0, 1, 2, 7, 8, 9, 15, 16, 17, 33])('gives the same bytes for batches of %i', (count) => {
      const scalar = bigIntToScalar(EDGE_SCALARS[count % EDGE_SCALARS.length]!);
      const batch = seededKeys(count, count);
      const expected = noble.hashAndMultiply(batch, HASH_TO_GROUP_DST, scalar);
      expect(toHex(engine.hashAndMultiply(batch, HASH_TO_GROUP_DST, scalar))).toBe(toHex(expected));
      const mixed = expected.slice();
      if (count > 2) mixed.set(randomBytes(seededRandom(count), 32), 32);
      expect(engine.multiply(mixed, scalar)).toEqual(noble.multiply(mixed, scalar));
      const groups = Uint32Array.from({ length: count }, (_unused, i) => i % 3);
      expect(engine.sum(mixed, 1, groups, 3)).toEqual(noble.sum(mixed, 1, groups, 3));
    });
  },
);

describe('large batches', () => {
  it.each([1023, 1024, 1025, 8191, 8192, 8193])(
    'every engine gives the same bytes for %i elements',
    (count) => {
      const scalar = bigIntToScalar(EDGE_SCALARS[6]!);
      const batch = seededKeys(count, count);
      const blinded = fast.map((engine) => engine.hashAndMultiply(batch, HASH_TO_GROUP_DST, scalar));
      for (const other of blinded) expect(Buffer.compare(other, blinded[0]!)).toBe(0);
      const [first] = blinded;
      if (first === undefined) return;
      first.fill(0xff, 32 * (count - 1));
      const evaluated = fast.map((engine) => engine.multiply(first, scalar));
      for (const other of evaluated) {
        expect(Buffer.compare(other.elements, evaluated[0]!.elements)).toBe(0);
        expect(other.validity).toEqual(evaluated[0]!.validity);
      }
      // The reference settles both ends of the batch.
      const ends = [0, count - 2];
      for (const i of ends) {
        const one = noble.multiply(first.subarray(32 * i, 32 * i + 32), scalar).elements;
        expect(toHex(evaluated[0]!.elements.subarray(32 * i, 32 * i + 32))).toBe(toHex(one));
      }
    },
  );
});
