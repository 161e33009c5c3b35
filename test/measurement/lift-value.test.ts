import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ValueArm, type ValueCell, valueLift, valueTable } from '../../src/measurement/index.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';
import {
  allFinite,
  laplaceVariance,
  relativeError,
  seededUniform,
  simulatedLaplace,
} from './support/numbers.js';
import { referenceCsv } from './support/panel.js';

interface SpendOutcome {
  readonly sum_t: number;
  readonly mean_t: number;
  readonly diff: number;
  readonly se_welch: number;
  readonly df_welch: number;
  readonly ci95_welch: readonly [number, number];
  readonly p_two_sided: number;
}

/** The real customers' spend in cents, by arm and history segment. */
function hillstromCells(): ValueCell[] {
  const cells = new Map<string, { arm: string; cohort: string; n: number; sum: bigint; squares: bigint }>();
  for (const row of referenceCsv('hillstrom/hillstrom.csv.gz')) {
    const arm = row['segment']!;
    const cohort = row['history_segment']!;
    const cents = BigInt(Math.round(Number(row['spend']) * 100));
    const key = `${arm}|${cohort}`;
    const cell = cells.get(key) ?? { arm, cohort, n: 0, sum: 0n, squares: 0n };
    cells.set(key, { ...cell, n: cell.n + 1, sum: cell.sum + cents, squares: cell.squares + cents * cents });
  }
  return [...cells.values()].map(({ arm, cohort, n, sum, squares }) => ({
    arm,
    cohort,
    n,
    sumQuanta: sum,
    sumNoiseVariance: 0,
    sumOfSquaresQuanta: squares,
    sumOfSquaresNoiseVariance: 0,
  }));
}

describe.runIf(hasReferenceData)('valueTable: spend in the MineThatData e-mail experiment', () => {
  it('gives the published Welch figures for both arms, from bigint cents', () => {
    const table = valueTable({ cells: hillstromCells(), controlArm: 'No E-Mail', confidence: 0.95 });
    const file = referenceJson<Record<string, { spend: SpendOutcome }>>('hillstrom/expected.json');
    expect(table.treatmentArms.toSorted()).toEqual(['Mens E-Mail', 'Womens E-Mail']);
    expect(table.cohorts).toHaveLength(7);
    for (const { arm, lift, heterogeneity } of table.overall) {
      const expected = file[arm]!.spend;
      expect(relativeError(lift.absolute.value! / 100, expected.diff)).toBeLessThan(1e-12);
      expect(relativeError(lift.absolute.standardError! / 100, expected.se_welch)).toBeLessThan(1e-12);
      expect(relativeError(lift.absolute.interval!.lower / 100, expected.ci95_welch[0])).toBeLessThan(1e-11);
      expect(relativeError(lift.absolute.interval!.upper / 100, expected.ci95_welch[1])).toBeLessThan(1e-11);
      expect(relativeError(lift.pValue!, expected.p_two_sided)).toBeLessThan(1e-10);
      expect(lift.treatment.sumMinorUnits).toBeCloseTo(expected.sum_t * 100, 6);
      expect(
        relativeError(lift.incrementalValueMinorUnits.value! / lift.treatment.n, lift.absolute.value!),
      ).toBeLessThan(1e-15);
      expect(heterogeneity!.degreesOfFreedom).toBe(6);
      expect(lift.noiseShare).toBe(0);
    }
    // Two comparisons: Holm doubles the smaller p-value and leaves the larger.
    const [mens, womens] = ['Mens E-Mail', 'Womens E-Mail'].map((arm) =>
      table.overall.find((o) => o.arm === arm)!,
    );
    expect(mens!.adjustedPValue).toBe(2 * mens!.lift.pValue!);
    expect(womens!.adjustedPValue).toBe(womens!.lift.pValue);
  });

  it('gives the same in quanta of fifty cents when every value is a multiple', () => {
    const arm = (sum: number, squares: number): ValueArm => ({
      n: 100,
      sumQuanta: sum,
      sumNoiseVariance: 4,
      sumOfSquaresQuanta: squares,
      sumOfSquaresNoiseVariance: 9,
    });
    const inCents = valueLift({
      treatment: { ...arm(5000, 1e6), sumNoiseVariance: 1e4, sumOfSquaresNoiseVariance: 9 * 50 ** 4 },
      control: { ...arm(4000, 9e5), sumNoiseVariance: 1e4, sumOfSquaresNoiseVariance: 9 * 50 ** 4 },
      confidence: 0.9,
    });
    const inQuanta = valueLift({
      treatment: arm(100, 400),
      control: arm(80, 360),
      confidence: 0.9,
      quantumMinorUnits: 50,
    });
    expect(inQuanta.absolute.value).toBeCloseTo(inCents.absolute.value!, 10);
    expect(inQuanta.absolute.interval!.upper).toBeCloseTo(inCents.absolute.interval!.upper, 10);
    expect(inQuanta.pValue).toBeCloseTo(inCents.pValue!, 12);
  });
});

const exactArm = (n: number, sum: number, squares: number): ValueArm => ({
  n,
  sumQuanta: sum,
  sumNoiseVariance: 0,
  sumOfSquaresQuanta: squares,
  sumOfSquaresNoiseVariance: 0,
});

describe('valueLift: noise in the second moment', () => {
  const withNoise = (squaresNoise: number) => ({
    treatment: { ...exactArm(1000, 5000, 200_000), sumOfSquaresNoiseVariance: squaresNoise },
    control: { ...exactArm(1000, 4000, 150_000), sumOfSquaresNoiseVariance: squaresNoise },
    confidence: 0.95,
  });

  it('widens the interval and leaves estimate and standard error', () => {
    const known = valueLift(withNoise(0));
    const noisy = valueLift(withNoise(2e9));
    expect(noisy.absolute.value).toBe(known.absolute.value);
    expect(noisy.absolute.standardError).toBe(known.absolute.standardError);
    expect(noisy.absolute.interval!.upper).toBeGreaterThan(known.absolute.interval!.upper * 1.01);
    expect(noisy.pValue).toBeGreaterThan(known.pValue!);
  });

  it('gives no interval when it hides the variance', () => {
    const { absolute, relative, pValue, incrementalValueMinorUnits } = valueLift(withNoise(1e13));
    expect(absolute).toEqual({
      value: 1,
      standardError: null,
      interval: null,
      missing: 'variance-too-noisy',
    });
    expect(relative).toEqual({ value: 0.25, interval: null, missing: 'variance-too-noisy' });
    expect(pValue).toBeNull();
    expect(incrementalValueMinorUnits.value).toBe(1000);
  });

  it('a sum of squares that noise made negative is no variance of zero', () => {
    const arm = { ...exactArm(1000, 5000, -10_000), sumOfSquaresNoiseVariance: 1e10 };
    const { absolute } = valueLift({
      treatment: arm,
      control: { ...arm, sumQuanta: 4000 },
      confidence: 0.95,
    });
    expect(absolute.missing).toBe('variance-too-noisy');
  });

  it('takes the noise of the sum off its square', () => {
    const arm = { ...exactArm(10, 100, 1100), sumNoiseVariance: 400 };
    const lift = valueLift({ treatment: arm, control: arm, confidence: 0.95 });
    // s^2 = (1100 - (10000 - 400)/10)/9, and the noise 400/100 in the mean.
    expect(lift.treatment.mean.standardError! ** 2).toBeCloseTo((1100 - 960) / 9 / 10 + 4, 12);
  });
});

describe('valueLift: edges and properties', () => {
  it('names why there is no figure', () => {
    const some = exactArm(100, 50, 900);
    const lift = (treatment: ValueArm, control: ValueArm) =>
      valueLift({ treatment, control, confidence: 0.95 });
    expect(lift(some, exactArm(0, 0, 0)).absolute.missing).toBe('empty-arm');
    expect(lift(exactArm(1, 5, 25), some).absolute.missing).toBe('too-few-customers');
    expect(lift(exactArm(1, 5, 25), some).treatment.mean.missing).toBe('too-few-customers');
    const nobody = lift(exactArm(100, 0, 0), exactArm(100, 0, 0));
    expect(nobody.absolute).toEqual({
      value: 0,
      standardError: null,
      interval: null,
      missing: 'no-variance',
    });
    expect(nobody.noiseShare).toBeNull();
    expect(lift(some, exactArm(100, 0, 0)).relative.missing).toBe('denominator-not-positive');
  });

  it('has a p-value when the standard error is so small that its quotients overflow', () => {
    const treatment = { ...exactArm(2, 0, 0), sumNoiseVariance: 1.5e-323 };
    const { absolute, pValue } = valueLift({ treatment, control: exactArm(2, 1, 0), confidence: 0.5 });
    expect([absolute.interval === null, pValue]).toEqual([false, 0]);
  });

  const anyArm = fc.record({
    n: fc.integer({ min: 0, max: 1_000_000 }),
    sumQuanta: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 12n }),
    sumNoiseVariance: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e14, noNaN: true })),
    sumOfSquaresQuanta: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 18n }),
    sumOfSquaresNoiseVariance: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e30, noNaN: true })),
  });

  it('holds finite numbers only, and interval, p-value and Fieller interval agree', () => {
    fc.assert(
      fc.property(
        anyArm,
        anyArm,
        fc.double({ min: 0.5, max: 0.999, noNaN: true }),
        (treatment, control, confidence) => {
          const result = valueLift({ treatment, control, confidence });
          expect(allFinite(result)).toBe(true);
          const { absolute, relative, pValue } = result;
          expect(absolute.interval === null).toBe(pValue === null);
          expect(absolute.interval === null).toBe(absolute.missing !== null);
          if (absolute.interval === null) return;
          const significant = pValue! < 1 - confidence;
          expect(absolute.interval.lower > 0 || absolute.interval.upper < 0).toBe(significant);
          if (relative.interval === null) return;
          expect(relative.interval.lower > 0 || relative.interval.upper < 0).toBe(significant);
        },
      ),
      { numRuns: 400 },
    );
  });

  const good = { treatment: exactArm(10, 5, 20), control: exactArm(10, 5, 20), confidence: 0.95 };
  it.each([
    ['treatment.n', { ...good, treatment: { ...good.treatment, n: 2.5 } }],
    ['control.sumQuanta', { ...good, control: { ...good.control, sumQuanta: Number.NaN } }],
    [
      'control.sumOfSquaresNoiseVariance',
      { ...good, control: { ...good.control, sumOfSquaresNoiseVariance: -1 } },
    ],
    ['quantumMinorUnits', { ...good, quantumMinorUnits: 0 }],
  ])('refuses a bad %s', (field, input) => {
    expect(() => valueLift(input)).toThrow(
      expect.objectContaining({ code: 'measurement/invalid-input', field }) as Error,
    );
  });
});

describe('valueLift: coverage in a small simulation', () => {
  // 2,000 customers an arm, one in ten buys for 1 to 60; the true lift is zero.
  const n = 2000;
  const bound = 60;
  const epsilon = 0.1;

  function coverage(told: boolean): number {
    const uniform = seededUniform(99);
    const experiments = 400;
    const arm = (): ValueArm => {
      let sum = 0;
      let squares = 0;
      for (let i = 0; i < n; i += 1) {
        if (uniform() >= 0.1) continue;
        const value = 1 + Math.floor(uniform() * bound);
        sum += value;
        squares += value * value;
      }
      return {
        n,
        sumQuanta: sum + simulatedLaplace(uniform, epsilon / bound),
        sumNoiseVariance: told ? laplaceVariance(epsilon, bound) : 0,
        sumOfSquaresQuanta: squares + simulatedLaplace(uniform, epsilon / bound ** 2),
        sumOfSquaresNoiseVariance: told ? laplaceVariance(epsilon, bound ** 2) : 0,
      };
    };
    let covered = 0;
    let stated = 0;
    for (let i = 0; i < experiments; i += 1) {
      const { interval } = valueLift({ treatment: arm(), control: arm(), confidence: 0.95 }).absolute;
      if (interval === null) continue;
      stated += 1;
      if (interval.lower <= 0 && 0 <= interval.upper) covered += 1;
    }
    expect(stated).toBeGreaterThan(0.9 * experiments);
    return covered / stated;
  }

  it('covers with the noise and not without', () => {
    const honest = coverage(true);
    expect(honest).toBeGreaterThan(0.92);
    expect(honest).toBeLessThan(0.98);
    expect(coverage(false)).toBeLessThan(0.85);
  });
});
