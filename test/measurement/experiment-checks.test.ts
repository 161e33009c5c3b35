import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Estimate,
  conversionTable,
  costPerOutcome,
  heterogeneity,
  holmAdjust,
  returnOnSpend,
  sampleRatioCheck,
} from '../../src/measurement/index.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';
import { relativeError, seededUniform, simulatedLaplace, laplaceVariance } from './support/numbers.js';

describe('holmAdjust', () => {
  it('worked by hand, with a comparison that could not be made', () => {
    const adjusted = holmAdjust([0.01, 0.04, null, 0.03, 0.005]);
    expect(adjusted[2]).toBeNull();
    [0.03, 0.06, null, 0.06, 0.02].forEach((p, i) => {
      if (p !== null) expect(adjusted[i]).toBeCloseTo(p, 12);
    });
    expect(holmAdjust([0.9, 0.8])).toEqual([1, 1]);
    expect(holmAdjust([])).toEqual([]);
  });

  it('lies between no correction and the correction of Bonferroni, and keeps the order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 }),
        (pValues) => {
          const adjusted = holmAdjust(pValues);
          pValues.forEach((p, i) => {
            expect(adjusted[i]!).toBeGreaterThanOrEqual(p);
            expect(adjusted[i]!).toBeLessThanOrEqual(Math.min(1, p * pValues.length) + 1e-15);
            pValues.forEach((q, j) => {
              if (p < q) expect(adjusted[i]!).toBeLessThanOrEqual(adjusted[j]!);
            });
          });
        },
      ),
    );
  });
});

const effect = (value: number, standardError: number): Estimate => ({
  value,
  standardError,
  interval: null,
  missing: null,
});

describe('heterogeneity', () => {
  it('worked by hand: effects 1 and 3 with standard error 1', () => {
    const result = heterogeneity([effect(1, 1), effect(3, 1)])!;
    expect(result.statistic).toBeCloseTo(2, 12);
    expect(result.degreesOfFreedom).toBe(1);
    // Chi-square of 2 with one degree of freedom is a normal value of sqrt 2, two-sided.
    expect(result.pValue).toBeCloseTo(0.15729920705028513, 14);
    expect(result.unexplainedShare).toBeCloseTo(0.5, 12);
    expect(result.pooled.value).toBeCloseTo(2, 12);
    expect(result.pooled.standardError).toBeCloseTo(Math.SQRT1_2, 12);
  });

  it('leaves out effects that are not known, and needs two', () => {
    const unknown: Estimate = { value: null, standardError: null, interval: null, missing: 'empty-arm' };
    expect(heterogeneity([effect(1, 1), unknown])).toBeNull();
    expect(heterogeneity([effect(1, 1), unknown, effect(1, 2)])!.statistic).toBe(0);
    expect(heterogeneity([effect(1, 1), effect(1, 2)])!.unexplainedShare).toBe(0);
  });

  it('reaches the table: one cohort reacts, the others do not', () => {
    const cells = ['x', 'y', 'z'].flatMap((cohort) => [
      { arm: 'mail', cohort, n: 10_000, conversions: cohort === 'x' ? 400 : 200, noiseVariance: 0 },
      { arm: 'none', cohort, n: 10_000, conversions: 200, noiseVariance: 0 },
    ]);
    const reacting = conversionTable({ cells, controlArm: 'none', confidence: 0.95 });
    expect(reacting.overall[0]!.heterogeneity!.pValue).toBeLessThan(1e-6);
    const even = conversionTable({
      cells: cells.map((cell) => ({ ...cell, conversions: cell.arm === 'mail' ? 300 : 200 })),
      controlArm: 'none',
      confidence: 0.95,
    });
    expect(even.overall[0]!.heterogeneity!.pValue).toBeGreaterThan(0.99);
  });
});

describe('sampleRatioCheck', () => {
  it.runIf(hasReferenceData)('the published split of the MineThatData experiment into thirds', () => {
    const file = referenceJson<{ srm_equal_thirds: { chi2: number; p: number } }>('hillstrom/expected.json');
    const arms = [21_307, 21_387, 21_306].map((n) => ({ n, designShare: 1 }));
    const result = sampleRatioCheck({ arms });
    expect(relativeError(result.statistic, file.srm_equal_thirds.chi2)).toBeLessThan(1e-11);
    expect(relativeError(result.pValue, file.srm_equal_thirds.p)).toBeLessThan(1e-11);
    expect(result.mismatch).toBe(false);
  });

  it('is the same whichever arm comes last, with and without noise', () => {
    const arms = [
      { n: 5100, designShare: 0.5, sizeNoiseVariance: 50 },
      { n: 2900, designShare: 0.3, sizeNoiseVariance: 200 },
      { n: 2050, designShare: 0.2, sizeNoiseVariance: 10 },
    ];
    const forward = sampleRatioCheck({ arms }).statistic;
    expect(sampleRatioCheck({ arms: arms.toReversed() }).statistic).toBeCloseTo(forward, 9);
    const exact = sampleRatioCheck({
      arms: arms.map(({ n, designShare }) => ({ n, designShare })),
    }).statistic;
    const total = 10_050;
    const pearson = [
      [5100, 0.5],
      [2900, 0.3],
      [2050, 0.2],
    ].reduce((sum, [n, share]) => sum + (n! - total * share!) ** 2 / (total * share!), 0);
    expect(exact).toBeCloseTo(pearson, 9);
    expect(forward).toBeLessThan(exact);
  });

  it('finds a broken split, and noise alone raises no alarm', () => {
    expect(
      sampleRatioCheck({
        arms: [
          { n: 50_600, designShare: 1 },
          { n: 49_400, designShare: 1 },
        ],
      }).mismatch,
    ).toBe(true);
    const uniform = seededUniform(5);
    const epsilon = 0.05;
    let alarms = 0;
    for (let i = 0; i < 500; i += 1) {
      const arm = () => ({
        n: 1000 + simulatedLaplace(uniform, epsilon),
        designShare: 1,
        sizeNoiseVariance: laplaceVariance(epsilon),
      });
      if (sampleRatioCheck({ arms: [arm(), arm()], alarmBelow: 0.01 }).mismatch) alarms += 1;
    }
    expect(alarms).toBeLessThan(10);
  });

  it.each([
    ['one arm', [{ n: 1, designShare: 1 }], 'arms'],
    [
      'a share of zero',
      [
        { n: 1, designShare: 1 },
        { n: 1, designShare: 0 },
      ],
      'arms.designShare',
    ],
    [
      'nobody',
      [
        { n: 0, designShare: 1 },
        { n: 0, designShare: 1 },
      ],
      'arms.n',
    ],
  ])('refuses %s', (_what, arms, field) => {
    expect(() => sampleRatioCheck({ arms })).toThrow(expect.objectContaining({ field }) as Error);
  });
});

describe('return on spend and cost of an outcome', () => {
  const outcome = (value: number, lower: number, upper: number): Estimate => ({
    value,
    standardError: 1,
    interval: { lower, upper },
    missing: null,
  });

  it('divides value by spend and spend by outcomes', () => {
    expect(returnOnSpend(outcome(300, 100, 500), 200)).toEqual({
      value: 1.5,
      standardError: 0.005,
      interval: { lower: 0.5, upper: 2.5 },
      missing: null,
    });
    expect(costPerOutcome(outcome(300, 100, 600), 6000)).toEqual({
      value: 20,
      interval: { lower: 10, upper: 60 },
      missing: null,
    });
  });

  it('is unbounded when the outcomes could be none, and nothing when they are none', () => {
    expect(costPerOutcome(outcome(300, 0, 600), 6000)).toEqual({
      value: 20,
      interval: null,
      missing: 'unbounded',
    });
    expect(costPerOutcome(outcome(-3, -9, 3), 6000).missing).toBe('denominator-not-positive');
    expect(
      costPerOutcome({ value: null, standardError: null, interval: null, missing: 'empty-arm' }, 1).missing,
    ).toBe('empty-arm');
    expect(() => returnOnSpend(outcome(1, 0, 2), 0)).toThrow(/spendMinorUnits/);
  });
});
