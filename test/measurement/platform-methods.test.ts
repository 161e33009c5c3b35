import { describe, expect, it } from 'vitest';
import {
  type ArmMean,
  type Statistic,
  differenceOfMeans,
  flatPriorPosterior,
  oneSidedTest,
  probabilityAbove,
  relativeByDeltaMethod,
  sequentialTest,
  twoSidedTest,
} from '../../src/measurement/index.js';
import { meanOfMoments } from '../../src/measurement/lift-value.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';

interface Sample {
  readonly sum: number;
  readonly sum_squares?: number;
  readonly n: number;
}

interface GrowthBookCase {
  readonly test: string;
  readonly a: Sample;
  readonly b: Sample;
  readonly expected: number;
  readonly ci: readonly [number | null, number | null];
  readonly stddev: number;
  readonly p?: number;
  readonly chance_to_win?: number;
}

/** A sample without a sum of squares is of zeros and ones; its variance is then p(1 - p), divided by n. */
function armMean({ sum, sum_squares: sumOfSquares, n }: Sample): ArmMean {
  if (sumOfSquares !== undefined) {
    const exact = { sumNoiseVariance: 0, sumNoiseFourthCumulant: 0, sumOfSquaresNoiseVariance: 0 };
    return meanOfMoments({ n, sum, sumOfSquares, ...exact });
  }
  const mean = sum / n;
  const variance = (mean * (1 - mean)) / n;
  return { mean, variance, noiseVariance: 0, varianceOfVariance: (2 * variance * variance) / (n - 1) };
}

interface Reading {
  readonly lower: number | null;
  readonly upper: number | null;
  readonly p?: number;
  readonly chanceToWin?: number;
}

function read(name: string, statistic: Statistic, n: number): Reading {
  if (name.startsWith('one-sided')) {
    const alternative = name.includes('greater') ? 'greater' : 'less';
    const { bound, pValue } = oneSidedTest(statistic, alternative, 0.95);
    return alternative === 'greater'
      ? { lower: bound, upper: null, p: pValue }
      : { lower: null, upper: bound, p: pValue };
  }
  if (name.startsWith('sequential')) {
    const tuningN = Number(/tuning (\d+)/.exec(name)![1]);
    const { interval, pValue } = sequentialTest({ statistic, n, confidence: 0.95, tuningN });
    return { ...interval, p: pValue };
  }
  if (name.startsWith('Bayesian')) {
    const { interval, chanceToWin } = flatPriorPosterior(statistic, 0.95);
    return { ...interval, chanceToWin };
  }
  const { estimate, pValue } = twoSidedTest(statistic, 0.95);
  return { ...estimate.interval!, p: pValue! };
}

/** Equal once rounded as upstream rounds: five decimals, or as many as the file prints. */
function expectPrinted(actual: number | null | undefined, published: number | null | undefined): void {
  if (published === null || published === undefined) {
    expect(actual ?? null).toBeNull();
    return;
  }
  const decimals = (/\.(\d+)$/.exec(String(published))?.[1] ?? '').length;
  if (decimals > 5) expect(actual).toBeCloseTo(published, 12);
  else expect(Number(actual!.toFixed(5))).toBe(published);
}

describe.runIf(hasReferenceData)('methods of experiment platforms: the GrowthBook cases', () => {
  const names = [
    'two-sided t, relative',
    'two-sided t, absolute',
    'two-sided t, relative, proportions',
    'one-sided greater t, relative',
    'one-sided greater t, absolute',
    'one-sided lesser t, absolute',
    'sequential two-sided, relative, tuning 1000',
    'sequential two-sided, relative, proportions, tuning 5000 default',
    'Bayesian flat prior, relative',
  ];
  const cases = () => referenceJson<{ cases: GrowthBookCase[] }>('stats/growthbook_expected.json').cases;

  it('are the nine known here', () => {
    expect(cases().map(({ test }) => test)).toEqual(names);
  });

  it.each(names)('%s', (name) => {
    const expected = cases().find(({ test }) => test === name)!;
    const [control, treatment] = [armMean(expected.a), armMean(expected.b)];
    const statistic = name.includes('absolute')
      ? differenceOfMeans(treatment, control)
      : relativeByDeltaMethod(treatment, control)!;
    expectPrinted(statistic.value, expected.expected);
    expectPrinted(Math.sqrt(statistic.variance), expected.stddev);
    const reading = read(name, statistic, expected.a.n + expected.b.n);
    expectPrinted(reading.lower, expected.ci[0]);
    expectPrinted(reading.upper, expected.ci[1]);
    expectPrinted(reading.p, expected.p);
    expectPrinted(reading.chanceToWin, expected.chance_to_win);
  });
});

describe('methods of experiment platforms', () => {
  const arm = (mean: number): ArmMean => ({ mean, variance: 1, noiseVariance: 0, varianceOfVariance: 0 });

  it('no relative difference to a control mean of zero or less', () => {
    expect(relativeByDeltaMethod(arm(1), arm(0))).toBeUndefined();
    expect(relativeByDeltaMethod(arm(1), arm(-1))).toBeUndefined();
  });

  it('the sequential interval leaves out zero exactly when its p-value is below the level', () => {
    for (let value = 0; value < 6; value += 0.01) {
      const statistic = { value, variance: 1, degreesOfFreedom: Infinity };
      const { interval, pValue } = sequentialTest({ statistic, n: 3000, confidence: 0.9, tuningN: 5000 });
      expect(interval.lower > 0).toBe(pValue < 0.1);
    }
  });

  it('refuses a statistic without variance', () => {
    const statistic = { value: 1, variance: 0, degreesOfFreedom: 10 };
    const refused = expect.objectContaining({ field: 'statistic.variance' }) as Error;
    expect(() => oneSidedTest(statistic, 'greater', 0.95)).toThrow(refused);
    expect(() => probabilityAbove(statistic, 0)).toThrow(refused);
    expect(() => flatPriorPosterior(statistic, 0.95)).toThrow(refused);
    expect(() => sequentialTest({ statistic, n: 10, confidence: 0.95, tuningN: 10 })).toThrow(refused);
  });
});
