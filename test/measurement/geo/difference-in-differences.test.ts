import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GeoSeries, allAssignments, differenceInDifferences } from '../../../src/measurement/index.js';
import { hasReferenceData } from '../../support/reference-data.js';
import { seededUniform } from '../support/numbers.js';
import { referenceCsv, toSeries } from '../support/panel.js';

const periods = { pretestDays: 1, testDays: 1 };
const fromChanges = (changes: readonly number[]): GeoSeries[] =>
  changes.map((change, i) => ({ geo: `g${i}`, values: [10, 10 + change] }));

describe('allAssignments', () => {
  it('lists every choice once', () => {
    expect([...allAssignments(4, 2)]).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    expect([...allAssignments(5, 5)]).toEqual([[0, 1, 2, 3, 4]]);
    expect(new Set([...allAssignments(10, 4)].map(String)).size).toBe(210);
  });

  it('refuses to list more than it should', () => {
    expect(() => [...allAssignments(100, 50)]).toThrow(/passed in/);
  });
});

describe('differenceInDifferences', () => {
  it('worked by hand: six regions, the two treated ones rose most', () => {
    const result = differenceInDifferences({
      geos: fromChanges([9, 8, 1, 2, 3, 2]),
      treated: [0, 1],
      periods,
      confidence: 0.8,
    });
    expect(result.effect.value).toBeCloseTo(8.5 - 2, 12);
    expect(result.incremental).toBeCloseTo(13, 12);
    expect(result.assignmentsCompared).toBe(15);
    // Only the actual assignment is as extreme: 2 * 1/15.
    expect(result.pValue).toBeCloseTo(2 / 15, 12);
    // At 80 % one assignment may be excluded on each side: the ends are the smallest and the largest threshold.
    expect(result.effect.interval!.lower).toBeCloseTo(5, 12);
    expect(result.effect.interval!.upper).toBeCloseTo(8, 12);
    expect(result.effect.standardError).toBeNull();
  });

  it('says so when no assignment can be excluded', () => {
    const result = differenceInDifferences({
      geos: fromChanges([5, 1, 2]),
      treated: [0],
      periods,
      confidence: 0.95,
    });
    expect(result.effect.interval).toBeNull();
    expect(result.effect.missing).toBe('too-few-assignments');
    expect(result.pValue).toBeCloseTo(2 / 3, 12);
  });

  const design = fc
    .record({ geos: fc.integer({ min: 4, max: 9 }), treated: fc.integer({ min: 1, max: 3 }) })
    .chain(({ geos, treated }) =>
      fc.record({
        changes: fc.array(fc.integer({ min: -20, max: 20 }), { minLength: geos, maxLength: geos }),
        treated: fc.constant(Array.from({ length: treated }, (_, i) => i)),
        confidence: fc.double({ min: 0.3, max: 0.95, noNaN: true }),
      }),
    );

  it('the interval holds exactly the effects that the permutation test does not reject', () => {
    fc.assert(
      fc.property(design, fc.integer({ min: -40, max: 40 }), ({ changes, treated, confidence }, tau) => {
        // A quarter off the integers, so that no threshold is met exactly and rounding cannot decide.
        const shift = tau + 0.2537;
        const { effect } = differenceInDifferences({
          geos: fromChanges(changes),
          treated,
          periods,
          confidence,
        });
        const shifted = changes.map((change, i) => (treated.includes(i) ? change - shift : change));
        const { pValue } = differenceInDifferences({
          geos: fromChanges(shifted),
          treated,
          periods,
          confidence,
        });
        const holds =
          effect.interval === null || (effect.interval.lower <= shift && shift <= effect.interval.upper);
        expect(pValue > 1 - confidence).toBe(holds);
      }),
      { numRuns: 500 },
    );
  });

  it('counts over assignments that were passed in', () => {
    const uniform = seededUniform(7);
    const draws = Array.from({ length: 999 }, () =>
      Array.from({ length: 12 }, (_, i) => ({ i, key: uniform() }))
        .sort((a, b) => a.key - b.key)
        .slice(0, 6)
        .map(({ i }) => i),
    );
    const changes = [9, 8, 9, 7, 8, 9, 1, 2, 1, 3, 2, 1];
    const treated = [0, 1, 2, 3, 4, 5];
    const drawn = differenceInDifferences({
      geos: fromChanges(changes),
      treated,
      periods,
      confidence: 0.95,
      assignments: draws,
    });
    const all = differenceInDifferences({ geos: fromChanges(changes), treated, periods, confidence: 0.95 });
    expect(all.assignmentsCompared).toBe(924);
    expect(drawn.pValue).toBeLessThan(0.02);
    expect(Math.abs(drawn.effect.interval!.lower - all.effect.interval!.lower)).toBeLessThan(0.5);
  });

  it.each([
    ['nobody treated', []],
    ['everybody treated', [0, 1, 2]],
    ['a region twice', [0, 0]],
    ['a region that does not exist', [3]],
  ])('refuses %s', (_what, treated) => {
    expect(() =>
      differenceInDifferences({ geos: fromChanges([1, 2, 3]), treated, periods, confidence: 0.95 }),
    ).toThrow(expect.objectContaining({ code: 'measurement/invalid-input', field: 'treated' }) as Error);
  });

  it.runIf(hasReferenceData)('counts 780 ways to choose two of the forty GeoLift cities', () => {
    const geos = toSeries(
      referenceCsv('geo/GeoLift_Test.csv').map((row) => ({
        geo: row['location']!,
        date: row['date']!,
        value: Number(row['Y']),
      })),
    );
    const treated = geos.flatMap(({ geo }, i) => (geo === 'chicago' || geo === 'portland' ? [i] : []));
    const result = differenceInDifferences({
      geos,
      treated,
      periods: { pretestDays: 90, testDays: 15 },
      confidence: 0.9,
    });
    expect(result.assignmentsCompared).toBe(780);
    expect(result.effect.interval!.lower).toBeLessThan(result.effect.value!);
    expect(result.effect.interval!.upper).toBeGreaterThan(result.effect.value!);
    expect(result.effect.value).toBeGreaterThan(0);
  });
});
