import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RatioInput, fiellerRatio } from '../../src/measurement/fieller.js';

const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
const inputs: fc.Arbitrary<RatioInput> = fc
  .record({
    numerator: fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    numeratorVariance: positive,
    denominator: positive,
    denominatorVariance: positive,
    correlation: fc.double({ min: -0.99, max: 0.99, noNaN: true }),
    criticalValue: fc.double({ min: 0.5, max: 3, noNaN: true }),
  })
  .map(({ correlation, ...rest }) => ({
    ...rest,
    covariance: correlation * Math.sqrt(rest.numeratorVariance * rest.denominatorVariance),
  }));

/** How far theta is from the edge of the test (N - theta D)^2 = z^2 Var(N - theta D), as a share of the right side. */
function gapAt(theta: number, input: RatioInput): number {
  const { numerator, denominator, criticalValue } = input;
  const variance =
    input.numeratorVariance - 2 * theta * input.covariance + theta * theta * input.denominatorVariance;
  return (numerator - theta * denominator) ** 2 / (criticalValue ** 2 * variance) - 1;
}

describe('fiellerRatio', () => {
  it('has ends on the edge of the test, and everything between them inside', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { value, interval, missing } = fiellerRatio(input);
        expect(value).toBe(input.numerator / input.denominator);
        const distance = input.denominator ** 2 / input.denominatorVariance;
        expect(missing).toBe(distance > input.criticalValue ** 2 ? null : 'unbounded');
        if (interval === null || distance < 1.01 * input.criticalValue ** 2) return;
        expect(Math.abs(gapAt(interval.lower, input))).toBeLessThan(1e-6);
        expect(Math.abs(gapAt(interval.upper, input))).toBeLessThan(1e-6);
        expect(gapAt((interval.lower + interval.upper) / 2, input)).toBeLessThan(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('is the interval turned over when only the denominator is uncertain', () => {
    const { interval } = fiellerRatio({
      numerator: 100,
      numeratorVariance: 0,
      denominator: 10,
      denominatorVariance: 1,
      covariance: 0,
      criticalValue: 2,
    });
    expect(interval!.lower).toBeCloseTo(100 / 12, 12);
    expect(interval!.upper).toBeCloseTo(100 / 8, 12);
  });

  it('cuts a covariance that the variances do not allow', () => {
    const input: RatioInput = {
      numerator: 30,
      numeratorVariance: 4,
      denominator: 20,
      denominatorVariance: 1,
      covariance: 2,
      criticalValue: 2,
    };
    expect(fiellerRatio({ ...input, covariance: 9 })).toEqual(fiellerRatio(input));
    expect(fiellerRatio({ ...input, covariance: -9 })).toEqual(fiellerRatio({ ...input, covariance: -2 }));
  });

  it('of two figures without error is a point', () => {
    const exact = { numeratorVariance: 0, denominatorVariance: 0, covariance: 0, criticalValue: 2 };
    expect(fiellerRatio({ numerator: 3, denominator: 2, ...exact }).interval).toEqual({
      lower: 1.5,
      upper: 1.5,
    });
    expect(fiellerRatio({ numerator: 0, denominator: 2, ...exact }).interval).toEqual({ lower: 0, upper: 0 });
  });
});
