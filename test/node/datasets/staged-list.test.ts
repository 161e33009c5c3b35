import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretKey } from 'node:crypto';
import type { LoadedList } from '../../../src/data/index.js';
import { listDigest } from '../../../src/node/datasets/list-digest.js';
import { decodeList, encodeList } from '../../../src/node/datasets/staged-list.js';
import { randomBytes } from '../../../src/random.js';
import { seededRandom } from '../../support/deterministic-random.js';
import { failure } from '../keys/support.js';

const counts: LoadedList['counts'] = {
  rows: 9,
  rowsWithoutConsent: 1,
  consent: { without: { missing: 1 }, created: null },
  ambiguous: 0,
  byType: { email: { keys: 1, hashed: 0, duplicates: 0, blank: 0, rejected: { blank: 2 } } },
  measures: {},
};

/** Any list, of numbers that need not make sense together: a copy is a copy. */
const anyList: fc.Arbitrary<LoadedList> = fc
  .record({ keys: fc.nat(40), shared: fc.nat(10), cells: fc.boolean(), measures: fc.nat(3), seed: fc.nat() })
  .map(({ keys, shared, cells, measures, seed }) => {
    const random = seededRandom(seed % 2 ** 32);
    const words = (length: number): Uint32Array => new Uint32Array(randomBytes(random, 4 * length).buffer);
    // As lists come: views into larger memory.
    const view = (length: number): Uint8Array => randomBytes(random, length + 8).subarray(3, 3 + length);
    return {
      keys: view(32 * keys),
      types: view(keys),
      rows: words(keys + 1).subarray(1),
      cells: cells ? words(keys) : undefined,
      cellLabels: cells
        ? [
            ['a', 'é "quoted"'],
            ['', 'b'],
          ]
        : [],
      shared: { rows: words(shared), keys: words(shared) },
      measures: Array.from({ length: measures }, () => Float64Array.from(words(keys))),
      counts,
    };
  });

const bytesOf = (list: LoadedList): Buffer => Buffer.concat([...encodeList(list)]);

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

describe('a staged list', () => {
  it('comes back byte for byte, wherever its pieces end', async () => {
    await fc.assert(
      fc.asyncProperty(anyList, fc.integer({ min: 1, max: 3000 }), async (list, size) => {
        const read = await decodeList(inPieces(bytesOf(list), size));
        expect(read).toEqual(list);
        expect(bytesOf(read).equals(bytesOf(list))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('is refused at every other length and in another version', async () => {
    const list = fc.sample(anyList, { seed: 3, numRuns: 1 })[0]!;
    const bytes = bytesOf(list);
    const columns = 2 * 4 * list.shared.rows.length + 37 * list.types.length;
    for (const length of [0, 11, bytes.length - columns, bytes.length - 1]) {
      await failure(decodeList(inPieces(bytes.subarray(0, length), 100)), 'keys/damaged');
    }
    await failure(decodeList(inPieces(Buffer.concat([bytes, Buffer.alloc(1)]), 100)), 'keys/damaged');
    const other = Buffer.from(bytes);
    other[7] = 2;
    await failure(decodeList(inPieces(other, 100)), 'keys/damaged');
  });
});

describe('the digest of a list', () => {
  const [secret, other] = [1, 2].map((seed) => createSecretKey(randomBytes(seededRandom(seed), 32)));

  it('is the same for the same list, and another for any other, and under another secret', () => {
    fc.assert(
      fc.property(anyList, fc.nat(), (list, which) => {
        const digest = listDigest(list, secret!);
        expect(digest).toMatch(/^[0-9a-f]{64}$/);
        expect(listDigest({ ...list, rows: new Uint32Array(0), keys: list.keys.slice() }, secret!)).toBe(
          digest,
        );
        expect(listDigest(list, other!)).not.toBe(digest);
        fc.pre(list.types.length > 0);
        const changed = <Column extends Uint8Array | Uint32Array | Float64Array>(column: Column): Column => {
          const copy = column.slice() as Column;
          copy[which % copy.length] = (copy[which % copy.length]! + 1) % 256;
          return copy;
        };
        const others: LoadedList[] = [
          { ...list, keys: changed(list.keys) },
          { ...list, types: changed(list.types) },
          { ...list, cellLabels: [...list.cellLabels, ['new']] },
          { ...list, measures: [...list.measures, new Float64Array(list.types.length)] },
          { ...list, cells: list.cells === undefined ? new Uint32Array(list.types.length) : undefined },
          ...(list.cells === undefined ? [] : [{ ...list, cells: changed(list.cells) }]),
          ...(list.measures[0] === undefined
            ? []
            : [{ ...list, measures: [changed(list.measures[0]), ...list.measures.slice(1)] }]),
        ];
        for (const one of others) expect(listDigest(one, secret!)).not.toBe(digest);
      }),
      { numRuns: 100 },
    );
  });
});
