import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FigureTree,
  attribute,
  attributionColumns,
  cohortKpi,
  frequencyDistribution,
  matchRate,
  overlap,
  reach,
  reconcileTotal,
  roundConsistently,
} from '../../src/measurement/index.js';
import { allFinite, laplaceVariance, seededUniform, simulatedLaplace } from './support/numbers.js';

const count = (value: number, noiseVariance = 0) => ({ count: value, noiseVariance });

describe('reach and overlap', () => {
  it('states count and share with the interval of the noise', () => {
    const { reached, share } = reach({ listSize: 10_000, reached: count(2500, 8), confidence: 0.95 });
    // A single Laplace value of variance 8 (scale 2) lies within 2 ln 20 of its centre 95 % of the time.
    expect(reached.interval!.upper - 2500).toBeCloseTo(2 * Math.log(20), 12);
    expect(share.value).toBe(0.25);
    expect(share.interval!.lower).toBeCloseTo((2500 - 2 * Math.log(20)) / 10_000, 12);
    expect(reach({ listSize: 0, reached: count(0), confidence: 0.95 }).share.missing).toBe('empty-arm');
    expect(reach({ listSize: 10, reached: count(3, 8), confidence: 0.95 }).reached.noiseDominated).toBe(true);
  });

  it('the interval covers Laplace noise at every confidence', () => {
    const uniform = seededUniform(3);
    const draws = Array.from({ length: 4000 }, () => simulatedLaplace(uniform, 0.1));
    for (const confidence of [0.8, 0.9, 0.95, 0.99]) {
      const { interval } = reach({
        listSize: 1,
        reached: count(0, laplaceVariance(0.1)),
        confidence,
      }).reached;
      const inside = draws.filter((draw) => interval!.lower <= draw && draw <= interval!.upper).length;
      expect(inside / draws.length).toBeGreaterThan(confidence - 0.02);
    }
  });

  it('splits two lists into what each adds', () => {
    const result = overlap({
      firstListSize: 1000,
      secondListSize: 400,
      matched: count(300, 2),
      confidence: 0.95,
    });
    expect(result.union.value).toBe(1100);
    expect(result.incrementalReachOfSecond.value).toBe(100);
    expect(result.incrementalReachOfFirst.value).toBe(700);
    expect(result.shareOfFirst.value).toBe(0.3);
    expect(result.shareOfSecond.value).toBe(0.75);
    expect(result.union.standardError).toBe(Math.SQRT2);
  });
});

describe('frequencyDistribution', () => {
  const bucket = (least: number, most: number | null, customers: number) => ({
    leastExposures: least,
    mostExposures: most,
    ...count(customers, 2),
  });

  it('adds up and accumulates from the top', () => {
    const result = frequencyDistribution({
      buckets: [bucket(1, 1, 500), bucket(2, 3, 300), bucket(4, null, 200)],
      confidence: 0.95,
    });
    expect(result.customers.value).toBe(1000);
    expect(result.buckets.map(({ share }) => share.value)).toEqual([0.5, 0.3, 0.2]);
    expect(result.buckets.map(({ customersWithAtLeast }) => customersWithAtLeast.value)).toEqual([
      1000, 500, 200,
    ]);
    expect(result.averageAtLeast.value).toBeCloseTo((500 + 600 + 800) / 1000, 12);
    expect(result.averageAtLeast.interval!.lower).toBeLessThan(1.9);
    expect(result.averageAtLeast.interval!.upper).toBeGreaterThan(1.9);
  });

  it('takes a bucket of people never exposed, and shares from each bucket up', () => {
    const result = frequencyDistribution({
      buckets: [bucket(0, 0, 500), bucket(1, 1, 300), bucket(2, null, 200)],
      confidence: 0.95,
    });
    expect(result.buckets.map(({ shareWithAtLeast }) => shareWithAtLeast.value)).toEqual([1, 0.5, 0.2]);
    // Numerator and denominator share the noise: (1 - r)^2 4 + r^2 2 = 3/2 at r = 1/2, over the total of 1000.
    const { interval } = result.buckets[1]!.shareWithAtLeast;
    expect(interval!.upper - interval!.lower).toBeCloseTo(
      (2 * (Math.log(20) / Math.SQRT2) * Math.sqrt(1.5)) / 1000,
      5,
    );
    expect(result.averageAtLeast.value).toBeCloseTo(0.7, 12);
  });

  it('a share of one bucket alone is one, without doubt', () => {
    const { buckets } = frequencyDistribution({ buckets: [bucket(1, null, 500)], confidence: 0.95 });
    expect(buckets[0]!.share.interval!.lower).toBeCloseTo(1, 9);
    expect(buckets[0]!.share.interval!.upper).toBeCloseTo(1, 9);
  });

  it('keeps negative counts, and refuses gaps', () => {
    const result = frequencyDistribution({
      buckets: [bucket(1, 1, 500), bucket(2, null, -3)],
      confidence: 0.95,
    });
    expect(result.customers.value).toBe(497);
    expect(allFinite(result)).toBe(true);
    const broken = [bucket(1, 1, 5), bucket(3, null, 5)];
    expect(() => frequencyDistribution({ buckets: broken, confidence: 0.95 })).toThrow(/without a gap/);
    const afterOpen = [bucket(1, null, 5), bucket(2, 2, 5)];
    expect(() => frequencyDistribution({ buckets: afterOpen, confidence: 0.95 })).toThrow(/without a gap/);
    expect(() => frequencyDistribution({ buckets: [], confidence: 0.95 })).toThrow(/one or more/);
  });
});

describe('matchRate', () => {
  it.each([
    [1000, 734, 73, false, '73 %'],
    [1000, 850, 85, false, '85 %'],
    [1000, 854, 85, false, '85 %'],
    [1000, 856, 85, true, '>85 %'],
    [1000, 1200, 85, true, '>85 %'],
    [1000, -4, 0, false, '0 %'],
    [0, 3, null, false, 'no identifiers'],
  ])('of %d with %d matched', (...[listSize, matched, percent, capped, text]) => {
    const result = matchRate({
      identifierType: 'email',
      listSize,
      matched: count(matched, 2),
      rejects: { blank: 4, 'not-an-address': 2 },
    });
    expect(result).toEqual({
      identifierType: 'email',
      listSize,
      percent,
      capped,
      text,
      rejects: { blank: 4, 'not-an-address': 2 },
    });
  });

  it('says no more about lists that match almost wholly', () => {
    const rate = (matched: number) =>
      JSON.stringify(matchRate({ identifierType: 'phone', listSize: 1000, matched: count(matched) }));
    expect(rate(870)).toBe(rate(999));
  });
});

describe('cohortKpi', () => {
  const conversions = { n: 10_000, conversions: 200, noiseVariance: 8 };
  const value = {
    sumQuanta: 1_000_000,
    sumNoiseVariance: 1e6,
    sumOfSquaresQuanta: 200 * 5500 ** 2,
    sumOfSquaresNoiseVariance: 0,
  };

  it('gives rate, CPA, ROAS and values', () => {
    const kpi = cohortKpi({ conversions, value, spendMinorUnits: 400_000, confidence: 0.95 });
    expect(kpi.conversionRate.value).toBe(0.02);
    expect(kpi.costPerConversion!.value).toBe(2000);
    expect(kpi.costPerConversion!.interval!.lower).toBeCloseTo(
      400_000 / (10_000 * kpi.conversionRate.interval!.upper),
      8,
    );
    expect(kpi.returnOnSpend!.value).toBeCloseTo(2.5, 12);
    expect(kpi.valuePerCustomerMinorUnits!.value).toBe(100);
    expect(kpi.valuePerConversionMinorUnits!.value).toBeCloseTo(5000, 9);
    expect(allFinite(kpi)).toBe(true);
  });

  it('knows the value of a conversion better than two unrelated figures would', () => {
    // Every conversion is worth 5000: without noise its mean has no error at all, though rate and value both have.
    const constant = { ...value, sumNoiseVariance: 0, sumOfSquaresQuanta: 200 * 5000 ** 2 };
    const exact = { ...conversions, noiseVariance: 0 };
    const { valuePerConversionMinorUnits } = cohortKpi({
      conversions: exact,
      value: constant,
      confidence: 0.95,
    });
    const { lower, upper } = valuePerConversionMinorUnits!.interval!;
    expect(upper - lower).toBeLessThan(50);
  });

  it('leaves out what was not given, and names what cannot be said', () => {
    const bare = cohortKpi({ conversions, confidence: 0.95 });
    expect(Object.keys(bare)).toEqual(['n', 'conversionRate']);
    const empty = { n: 0, conversions: 0, noiseVariance: 8 };
    const kpi = cohortKpi({ conversions: empty, value, spendMinorUnits: 1, confidence: 0.95 });
    expect(kpi.conversionRate.missing).toBe('empty-arm');
    expect(kpi.costPerConversion!.missing).toBe('empty-arm');
    expect(kpi.valuePerConversionMinorUnits!.missing).toBe('empty-arm');
    expect(allFinite(kpi)).toBe(true);
    const few = { ...conversions, conversions: 2 };
    expect(
      cohortKpi({ conversions: few, spendMinorUnits: 5, confidence: 0.95 }).costPerConversion!.missing,
    ).toBe('unbounded');
  });
});

describe('attribution windows', () => {
  const days = { firstColumnDay: 100, columnCount: 10 };

  it.each([
    [102, 0, 6, 2, 9, true],
    [100, 0, 0, 0, 1, true],
    [100, 1, 3, 1, 4, true],
    [105, 0, 6, 5, 10, false],
    [95, 0, 6, 0, 2, false],
    [90, 0, 6, 0, 0, false],
    [120, 0, 6, 10, 10, false],
    [103, -2, 0, 1, 4, true],
  ])('exposed on day %d, window %d to %d', (...[exposureDay, firstDay, lastDay, from, to, complete]) => {
    expect(attributionColumns(exposureDay, { firstDay, lastDay }, days)).toEqual({ from, to, complete });
  });

  it('counts exactly the conversions within the window, against a list of single conversions', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            exposed: fc.integer({ min: 95, max: 112 }),
            converted: fc.integer({ min: 100, max: 109 }),
          }),
        ),
        fc.integer({ min: -3, max: 5 }),
        fc.integer({ min: 0, max: 8 }),
        (events, firstDay, length) => {
          const window = { firstDay, lastDay: firstDay + length };
          const exposureDays = [...new Set(events.map(({ exposed }) => exposed))];
          const cells = exposureDays.map((exposureDay) => ({
            exposureDay,
            columns: Array.from({ length: 10 }, (_, i) =>
              count(events.filter((e) => e.exposed === exposureDay && e.converted === 100 + i).length, 2),
            ),
          }));
          const attributed = attribute({ cells, firstColumnDay: 100, window });
          const total = attributed.reduce((sum, cell) => sum + cell.count, 0);
          const lag = (e: { exposed: number; converted: number }) => e.converted - e.exposed;
          expect(total).toBe(
            events.filter((e) => lag(e) >= window.firstDay && lag(e) <= window.lastDay).length,
          );
          for (const cell of attributed) expect(cell.noiseVariance).toBe(2 * cell.columnsSummed);
        },
      ),
    );
  });

  it('refuses ragged cells and windows that end before they begin', () => {
    const window = { firstDay: 0, lastDay: 6 };
    const cells = [
      { exposureDay: 100, columns: [count(1), count(2)] },
      { exposureDay: 101, columns: [count(1)] },
    ];
    expect(() => attribute({ cells, firstColumnDay: 100, window })).toThrow(/same number/);
    expect(() => attributionColumns(100, { firstDay: 3, lastDay: 2 }, days)).toThrow(/window\.lastDay/);
    expect(() => attributionColumns(100.5, window, days)).toThrow(/exposureDay/);
    expect(attribute({ cells: [], firstColumnDay: 0, window })).toEqual([]);
  });
});

describe('reconcileTotal', () => {
  it('moves each figure by its share of the noise', () => {
    const { total, parts } = reconcileTotal(count(110, 6), [count(40, 2), count(50, 2)]);
    // The gap of 20 is shared 6 : 2 : 2.
    expect(total.count).toBeCloseTo(98, 12);
    expect(parts.map((part) => part.count)).toEqual([44, 54]);
    expect(parts[0]!.noiseVariance).toBeCloseTo(1.6, 12);
    expect(total.noiseVariance).toBeCloseTo(2.4, 12);
  });

  it('leaves exact figures and what already adds up, and refuses exact figures that disagree', () => {
    const exactTotal = reconcileTotal(count(100, 0), [count(40, 1), count(50, 1)]);
    expect(exactTotal.total.count).toBe(100);
    expect(exactTotal.parts.map((part) => part.count)).toEqual([45, 55]);
    expect(reconcileTotal(count(90), [count(40), count(50)]).total.count).toBe(90);
    expect(() => reconcileTotal(count(91), [count(40), count(50)])).toThrow(/do not add up/);
  });
});

describe('roundConsistently', () => {
  const leaf = fc.double({ min: -1000, max: 1000, noNaN: true }).map((value): FigureTree => ({ value }));
  const parent = (children: fc.Arbitrary<FigureTree>) =>
    fc
      .array(children, { minLength: 1, maxLength: 6 })
      .map((parts): FigureTree => ({ value: parts.reduce((sum, part) => sum + part.value, 0), parts }));
  const tree = parent(fc.oneof(leaf, parent(leaf)));

  /** What is wrong with `rounded`, level by level; nothing if all is well. */
  function faults(rounded: FigureTree, exact: FigureTree, unit: number, depth = 0): string[] {
    const inUnits = rounded.value / unit;
    const parts = rounded.parts ?? [];
    const total = parts.reduce((sum, part) => sum + Math.round(part.value / unit), 0);
    return [
      ...(Math.abs(inUnits - Math.round(inUnits)) < 1e-9 ? [] : [`level ${depth}: not a multiple`]),
      ...(Math.abs(rounded.value - exact.value) < unit * (depth + 1)
        ? []
        : [`level ${depth}: moved too far`]),
      ...(parts.length === (exact.parts?.length ?? 0) ? [] : [`level ${depth}: parts lost`]),
      ...(parts.length === 0 || total === Math.round(inUnits) + 0 ? [] : [`level ${depth}: does not add up`]),
      ...parts.flatMap((part, i) => faults(part, exact.parts![i]!, unit, depth + 1)),
    ];
  }

  it('gives multiples that add up on every level, each near its exact value', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(1, 0.01, 10, 25), (exact, unit) => {
        expect(faults(roundConsistently(exact, unit), exact, unit)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('thirds of a hundred, and negative parts are kept', () => {
    const third = { value: 100 / 3 };
    expect(roundConsistently({ value: 100, parts: [third, third, third] }, 1)).toEqual({
      value: 100,
      parts: [{ value: 34 }, { value: 33 }, { value: 33 }],
    });
    const withNegative = roundConsistently({ value: 7.2, parts: [{ value: 10.4 }, { value: -3.2 }] }, 1);
    expect(withNegative).toEqual({ value: 7, parts: [{ value: 10 }, { value: -3 }] });
  });

  it('refuses parts that do not add up', () => {
    expect(() => roundConsistently({ value: 5, parts: [{ value: 1 }, { value: 2 }] }, 1)).toThrow(
      /sum of its parts/,
    );
  });
});
