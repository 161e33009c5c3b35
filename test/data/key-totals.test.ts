import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyTotals } from '../../src/data/key-totals.js';

describe('KeyTotals', () => {
  it('add up by key and stop one above the bound, in any order of keys', () => {
    const additions = fc.array(fc.tuple(fc.nat(5_000), fc.nat(2 ** 36)), { maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(additions, fc.integer({ min: 1, max: 2 ** 36 }), (all, bound) => {
        const totals = new KeyTotals(bound);
        const sums = new Array<number>(5_001).fill(0);
        for (const [key, quanta] of all) {
          totals.add(key, quanta);
          sums[key] = Math.min(sums[key]! + quanta, bound + 1);
        }
        for (const [key] of all) expect(totals.of(key)).toBe(sums[key]);
        expect([...totals.view(5_001)]).toEqual(sums);
      }),
      { numRuns: 30 },
    );
  });

  it('are 0 for keys to which nothing was added, however many', () => {
    const totals = new KeyTotals(1);
    expect(totals.of(7)).toBe(0);
    expect(totals.view(0)).toHaveLength(0);
    expect(totals.view(3_000)).toEqual(new Float64Array(3_000));
  });
});
