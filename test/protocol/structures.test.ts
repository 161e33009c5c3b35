import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomBytes } from '../../src/random.js';
import { sortRecords } from '../../src/protocol/sort-records.js';
import { tagLength } from '../../src/protocol/tags.js';
import { seededRandom } from '../support/deterministic-random.js';

/** Records of a width, of few or many different bytes, so that long common beginnings and repeats occur. */
const records = (minLength: number): fc.Arbitrary<{ width: number; bytes: Uint8Array }> =>
  fc
    .record({
      width: fc.integer({ min: 4, max: 32 }),
      count: fc.integer({ min: minLength, max: 60 }),
      alphabet: fc.constantFrom(1, 2, 256),
    })
    .chain(({ width, count, alphabet }) =>
      fc
        .uint8Array({ minLength: width * count, maxLength: width * count, max: alphabet - 1 })
        .map((bytes) => ({ width, bytes })),
    );

function cut(bytes: Uint8Array, width: number): Buffer[] {
  return Array.from({ length: bytes.length / width }, (_, i) =>
    Buffer.from(bytes.subarray(i * width, (i + 1) * width)),
  );
}

describe('sortRecords', () => {
  it('sorts as a plain comparison sort does', () => {
    fc.assert(
      fc.property(records(0), ({ width, bytes }) => {
        const expected = Buffer.concat(cut(bytes, width).sort((a, b) => a.compare(b)));
        sortRecords(bytes, width);
        expect(Buffer.compare(bytes, expected)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('sorts more records than a bucket of the first byte holds', () => {
    const bytes = randomBytes(seededRandom(1), 9 * 20_000);
    const expected = Buffer.concat(cut(bytes, 9).sort((a, b) => a.compare(b)));
    sortRecords(bytes, 9);
    expect(Buffer.compare(bytes, expected)).toBe(0);
  });
});

describe('tagLength', () => {
  it('is the formula of the specification, in whole numbers', () => {
    expect([tagLength(0, 0), tagLength(1, 1), tagLength(1, 2), tagLength(16, 16)]).toEqual([6, 6, 7, 7]);
    expect([tagLength(16, 17), tagLength(1_000_000, 1_000_000), tagLength(2 ** 27, 2 ** 27)]).toEqual([
      8, 11, 13,
    ]);
    // 2^48 - 1 and 2^48 + 2^25 + 1: on both sides of a power of two that floating point cannot tell apart.
    expect(tagLength(2 ** 24 - 1, 2 ** 24 + 1)).toBe(12);
    expect(tagLength(2 ** 24 + 1, 2 ** 24 + 1)).toBe(13);
  });

  it('is the same on both sides and enough for the stated chance', () => {
    const size = fc.integer({ min: 0, max: 2 ** 27 + 2 ** 22 });
    fc.assert(
      fc.property(size, size, (own, peer) => {
        const bytes = tagLength(own, peer);
        expect(tagLength(peer, own)).toBe(bytes);
        const pairs = BigInt(Math.max(own, 1)) * BigInt(Math.max(peer, 1));
        // pairs / 2^(8t - 1) <= 2^-47, and one byte fewer would not do.
        expect(pairs << 47n <= 1n << BigInt(8 * bytes - 1)).toBe(true);
        expect(pairs << 47n <= 1n << BigInt(8 * (bytes - 1) - 1)).toBe(false);
      }),
    );
  });
});
