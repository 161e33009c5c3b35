import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { discreteLaplace, fourthCumulant, variance } from '../../src/dp/index.js';
import { conversionLift, sumConversionCells, twoSidedTest, valueLift } from '../../src/measurement/index.js';

/**
 * Noise with heavy tails: where one Laplace error makes up the whole uncertainty, 1.96 standard deviations cover 93.7 %
 * and not 95 %. Exact tails: of one Laplace error with variance 1, P(|x| > q) = e^(-q sqrt 2); of the sum of two with
 * variance 1 together, (1 + q) e^(-2q).
 */

const ONE_TAIL = (q: number): number => Math.exp(-q * Math.SQRT2);
const TWO_TAILS = (q: number): number => (1 + q) * Math.exp(-2 * q);

/** How many standard errors the interval reaches when the noise of `cells` cells is all the uncertainty there is. */
function reachOf(cells: number): number {
  const mechanism = discreteLaplace('0.001', 1n);
  const cell = {
    n: 1_000_000,
    conversions: 0,
    noiseVariance: variance(mechanism),
    noiseFourthCumulant: fourthCumulant(mechanism),
  };
  const arm = sumConversionCells(Array.from({ length: cells }, () => cell));
  const { treatment } = conversionLift({ treatment: arm, control: arm, confidence: 0.95 });
  const { value, standardError, interval } = treatment.rate;
  return (interval!.upper - value!) / standardError!;
}

describe('an interval of noise alone', () => {
  it('covers 95 % for one Laplace error and for two, as exact tails say', () => {
    expect(ONE_TAIL(1.959964)).toBeGreaterThan(0.062);
    expect(reachOf(1)).toBeCloseTo(2.166, 3);
    expect(ONE_TAIL(reachOf(1))).toBeCloseTo(0.05, 2);
    expect(ONE_TAIL(reachOf(1))).toBeLessThan(0.05);
    expect(TWO_TAILS(reachOf(2))).toBeCloseTo(0.05, 2);
    expect(TWO_TAILS(reachOf(2))).toBeLessThan(0.05);
  });

  it('comes to the normal one as cells add up, and never below it', () => {
    const reaches = [1, 2, 5, 20, 200].map(reachOf);
    expect([...reaches].sort((a, b) => b - a)).toEqual(reaches);
    expect(reaches.at(-1)).toBeCloseTo(1.959964, 2);
    expect(reaches.at(-1)).toBeGreaterThanOrEqual(1.959963);
  });

  it('is that of the difference where both arms have noise: two errors', () => {
    const mechanism = discreteLaplace('0.01', 1000n);
    const arm = {
      n: 1000,
      sumQuanta: 0,
      sumNoiseVariance: variance(mechanism),
      sumNoiseFourthCumulant: fourthCumulant(mechanism),
      sumOfSquaresQuanta: 0,
      sumOfSquaresNoiseVariance: 0,
    };
    const { absolute } = valueLift({
      treatment: arm,
      control: arm,
      confidence: 0.95,
      quantumMinorUnits: 0.01,
    });
    expect(TWO_TAILS(absolute.interval!.upper / absolute.standardError!)).toBeGreaterThan(0.045);
    expect(TWO_TAILS(absolute.interval!.upper / absolute.standardError!)).toBeLessThan(0.0505);
  });
});

describe('interval and p-value', () => {
  const statistic = fc.record({
    value: fc.double({ min: -10, max: 10, noNaN: true }),
    variance: fc.double({ min: 0.01, max: 10, noNaN: true }),
    degreesOfFreedom: fc.oneof(fc.constant(Infinity), fc.double({ min: 2, max: 1000, noNaN: true })),
    excessKurtosis: fc.double({ min: 0, max: 10, noNaN: true }),
  });

  it('are one test at every confidence, however heavy the tails', () => {
    fc.assert(
      fc.property(statistic, fc.constantFrom(0.5, 0.8, 0.9, 0.95, 0.999), (given, confidence) => {
        const { estimate, pValue } = twoSidedTest(given, confidence);
        const { lower, upper } = estimate.interval!;
        fc.pre(Math.abs(pValue! - (1 - confidence)) > 1e-9);
        expect(pValue! < 1 - confidence).toBe(lower > 0 || upper < 0);
      }),
    );
  });

  it('are never surer for heavier tails, and the same as ever without', () => {
    fc.assert(
      fc.property(statistic, (given) => {
        const { excessKurtosis, ...unsaid } = given;
        const normal = twoSidedTest({ ...given, excessKurtosis: 0 }, 0.95);
        const heavy = twoSidedTest({ ...unsaid, excessKurtosis }, 0.95);
        expect(twoSidedTest(unsaid, 0.95)).toEqual(normal);
        expect(heavy.pValue!).toBeGreaterThanOrEqual(normal.pValue! * (1 - 1e-9));
        expect(heavy.criticalValue!).toBeGreaterThanOrEqual(normal.criticalValue!);
      }),
    );
  });
});
