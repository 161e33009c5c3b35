import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idSource, isId } from '../../../src/node/store/index.js';
import { seededRandom } from '../../support/deterministic-random.js';

const fixed = (byte: number): { fill: (target: Uint8Array) => void } => ({
  fill: (target) => target.fill(byte),
});

describe('an id', () => {
  it('has the form of the ULID specification, with its example of a time', () => {
    const id = idSource({ random: fixed(0), now: () => new Date(1465824320894) })();
    expect(id).toBe(`01AN4Z07BY${'0'.repeat(16)}`);
  });

  it('holds all of the random bits, and the largest time', () => {
    const id = idSource({ random: fixed(255), now: () => new Date(8.64e15) });
    expect(() => id()).toThrow(expect.objectContaining({ code: 'internal/defect' }) as Error);
    expect(idSource({ random: fixed(255), now: () => new Date(0) })()).toBe(
      `${'0'.repeat(10)}${'Z'.repeat(16)}`,
    );
  });

  it('rises whatever the clock does, and is never made twice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 2 }),
        fc.nat(1000),
        (times, seed) => {
          const clock = times.values();
          const next = idSource({
            random: seededRandom(seed),
            now: () => new Date(clock.next().value ?? 0),
          });
          const ids = times.map(() => next());
          expect(ids.every(isId)).toBe(true);
          expect([...new Set(ids)].sort()).toEqual(ids);
        },
      ),
    );
  });

  it('goes on to the next millisecond when the random part is used up', () => {
    const next = idSource({ random: fixed(255), now: () => new Date(1) });
    const ids = [next(), next(), next()];
    expect([...new Set(ids)].sort()).toEqual(ids);
    expect(ids[1]!.slice(0, 10)).toBe('0000000002');
  });

  it('is told from other texts', () => {
    const id = idSource({ random: seededRandom(1), now: () => new Date(0) })();
    expect(
      [id, id.toLowerCase(), id.slice(1), `${id}0`, `8${id.slice(1)}`, `${id.slice(1)}U`].map(isId),
    ).toEqual([true, false, false, false, false, false]);
  });
});
