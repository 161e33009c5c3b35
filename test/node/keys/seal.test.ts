import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { open, openStream, seal, sealStream, type SealContext } from '../../../src/node/keys/index.js';
import { randomBytes } from '../../../src/random.js';
import { seededRandom } from '../../support/deterministic-random.js';
import { failure, gather, sealing } from './support.js';

const HEADER = 144;
/** The second of the two places of the header, which is empty outside of a rotation. */
const EMPTY_PLACE = [76, 144] as const;
const CHUNK = 65_536;
const SEALED_CHUNK = CHUNK + 16;

const context: SealContext = { purpose: 'list', id: 'a' };
const one = sealing(1);
const plainOf = (length: number, seed = 7): Uint8Array => randomBytes(seededRandom(seed), length);

/** `bytes` in pieces that end at `cuts`, taken modulo the length. */
function* pieces(bytes: Uint8Array, cuts: readonly number[]): Generator<Uint8Array> {
  let from = 0;
  for (const cut of cuts.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b)) {
    yield bytes.subarray(from, cut);
    from = cut;
  }
  yield bytes.subarray(from);
}

const lengths = fc.oneof(
  fc.constantFrom(0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1),
  fc.integer({ min: 0, max: 3 * CHUNK }),
);
const cuts = fc.array(fc.nat(4 * CHUNK), { maxLength: 6 });

describe('what was sealed', () => {
  it('is what comes out, wherever the pieces end on either way', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, cuts, cuts, async (length, before, after) => {
        const plain = plainOf(length);
        const sealed = await gather(sealStream(pieces(plain, before), context, one));
        expect(sealed.length).toBe(HEADER + length + 16 * Math.max(1, Math.ceil(length / CHUNK)));
        const opened = await gather(openStream(pieces(sealed, after), context, one.keys));
        expect(opened.equals(plain)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is never the same twice', async () => {
    const plain = plainOf(100);
    const [first, second] = [await seal(plain, context, one), await seal(plain, context, one)];
    expect(Buffer.from(first).subarray(HEADER).equals(Buffer.from(second).subarray(HEADER))).toBe(false);
  });

  it('does not open with another key, and the error names the one that is needed', async () => {
    const sealed = await seal(plainOf(10), context, one);
    const error = await failure(open(sealed, context, sealing(2, 3).keys), 'keys/wrong-key');
    expect(error.message).toContain(one.keys.current.id);
    expect(await open(sealed, context, sealing(2, 1).keys)).toEqual(plainOf(10));
  });

  it('does not open under another purpose or id', async () => {
    const sealed = await seal(plainOf(10), context, one);
    for (const other of [
      { purpose: 'list', id: 'b' },
      { purpose: 'export', id: 'a' },
      { purpose: 'lis', id: 'ta' },
      { purpose: '', id: 'lista' },
    ]) {
      await failure(open(sealed, other, one.keys), 'keys/damaged');
    }
  });
});

describe('something sealed that was changed', () => {
  it('does not open once a bit of it is another', async () => {
    const sealed = await seal(plainOf(300), context, one);
    for (let bit = 0; bit < 8 * sealed.length; bit += 1) {
      const at = bit >> 3;
      // Nothing is in the empty place, and rotation clears whatever is.
      if (at >= EMPTY_PLACE[0] && at < EMPTY_PLACE[1]) continue;
      const changed = Uint8Array.from(sealed);
      changed[at]! ^= 1 << (bit & 7);
      // A changed key id is that of a key nobody has.
      await failure(
        open(changed, context, one.keys),
        ...(at >= 8 && at < 16 ? ['keys/wrong-key' as const] : ['keys/damaged' as const]),
      );
    }
  });

  it('does not open once its end is cut off, at any length', async () => {
    const sealed = await seal(plainOf(300), context, one);
    for (let length = 0; length < sealed.length; length += 1) {
      await failure(open(sealed.subarray(0, length), context, one.keys), 'keys/damaged');
    }
    const long = await seal(plainOf(3 * CHUNK), context, one);
    for (const chunks of [0, 1, 2]) {
      await failure(
        open(long.subarray(0, HEADER + chunks * SEALED_CHUNK), context, one.keys),
        'keys/damaged',
      );
    }
  });

  it('does not open with anything behind its end', async () => {
    for (const length of [0, 10, CHUNK]) {
      const sealed = await seal(plainOf(length), context, one);
      for (const more of [new Uint8Array(1), new Uint8Array(16), sealed.subarray(HEADER)]) {
        await failure(open(Buffer.concat([sealed, more]), context, one.keys), 'keys/damaged');
      }
    }
  });

  it('does not open with chunks left out, repeated, in another order, or from another file', async () => {
    const split = (sealed: Uint8Array): Uint8Array[] =>
      [0, 1, 2, 3].map((i) => sealed.subarray(HEADER + i * SEALED_CHUNK, HEADER + (i + 1) * SEALED_CHUNK));
    const mine = await seal(plainOf(4 * CHUNK, 1), context, one);
    const header = mine.subarray(0, HEADER);
    const [a, b, c, d] = split(mine) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const [, otherB] = split(await seal(plainOf(4 * CHUNK, 1), context, one));
    expect(await open(Buffer.concat([header, a, b, c, d]), context, one.keys)).toEqual(plainOf(4 * CHUNK, 1));
    for (const chunks of [
      [b, c, d],
      [a, c, d],
      [a, b, d],
      [a, b, c],
      [a, a, c, d],
      [a, b, b, c, d],
      [a, c, b, d],
      [d],
      [a, otherB!, c, d],
    ]) {
      await failure(open(Buffer.concat([header, ...chunks]), context, one.keys), 'keys/damaged');
    }
  });

  it('does not open under the header of another file, even of the same name', async () => {
    const [mine, other] = [await seal(plainOf(50), context, one), await seal(plainOf(50), context, one)];
    const foreign = await seal(plainOf(50), { purpose: 'list', id: 'b' }, one);
    for (const header of [other, foreign]) {
      const swapped = Buffer.concat([header.subarray(0, HEADER), mine.subarray(HEADER)]);
      await failure(open(swapped, context, one.keys), 'keys/damaged');
    }
  });

  it('gives no chunk that is not as it was sealed, even on the way to an error', async () => {
    const plain = plainOf(3 * CHUNK);
    const sealed = Uint8Array.from(await seal(plain, context, one));
    sealed[HEADER + SEALED_CHUNK + 5]! ^= 1;
    let given = 0;
    const reading = (async () => {
      for await (const chunk of openStream([sealed], context, one.keys)) {
        expect(Buffer.from(chunk).equals(plain.subarray(given, given + chunk.length))).toBe(true);
        given += chunk.length;
      }
    })();
    await failure(reading, 'keys/damaged');
    expect(given).toBe(CHUNK);
  });
});
