import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareRationals,
  decimalAbove,
  discreteLaplace,
  parseDecimal,
  probability,
  rational,
  rationalToNumber,
  reachesThreshold,
  smallestThreshold,
  thresholdDelta,
} from '../../src/dp/index.js';

// ln 3 = 1.09861228866810969139...
const BELOW_LN_3 = '1.0986122886681096913';
const ABOVE_LN_3 = '1.0986122886681096914';

describe('threshold', () => {
  it('is reached by the threshold itself', () => {
    expect([13n, 14n, 15n].map((noisy) => reachesThreshold(noisy, 14n))).toStrictEqual([false, true, true]);
  });

  it.each([
    ['0.1', 133n],
    ['0.5', 28n],
    ['1', 15n],
    [BELOW_LN_3, 14n],
    [ABOVE_LN_3, 14n],
  ])('epsilon %s at delta 1e-6: the smallest is %s', (epsilon, expected) => {
    const mechanism = discreteLaplace(epsilon, 1n);
    const delta = parseDecimal('1e-6')!;
    expect(smallestThreshold(mechanism, delta)).toBe(expected);
    expect(compareRationals(thresholdDelta(mechanism, expected), delta)).toBe(-1);
    expect(compareRationals(thresholdDelta(mechanism, expected - 1n), delta)).toBe(1);
  });

  it('is exact on either side of e^epsilon = 3, where delta is 3^-(T-1) / (4/3)', () => {
    const exact = rational(3n, 4n * 3n ** 13n);
    expect(compareRationals(thresholdDelta(discreteLaplace(BELOW_LN_3, 1n), 14n), exact)).toBe(1);
    expect(compareRationals(thresholdDelta(discreteLaplace(ABOVE_LN_3, 1n), 14n), exact)).toBe(-1);
  });

  it('is the sum of the probabilities that show a person who is alone in a cell', () => {
    for (const [epsilon, sensitivity, threshold] of [
      ['1', 1n, 1n],
      ['1', 1n, 5n],
      ['0.7', 1n, 20n],
      ['2', 5n, 9n],
    ] as const) {
      const mechanism = discreteLaplace(epsilon, sensitivity);
      let total = 0;
      for (let x = threshold - sensitivity; x < threshold + 130n; x += 1n) {
        total += rationalToNumber(probability(mechanism, x).upper, 'nearest');
      }
      expect(rationalToNumber(thresholdDelta(mechanism, threshold), 'nearest') / total).toBeCloseTo(1, 12);
    }
  });

  // OpenDP bc6e18b (MIT), python/test/test_meas.py, releases when noisy > 28, which is noisy >= 29.
  it('agrees with OpenDP, whose rule is > where this one is >=', () => {
    // OpenDP takes 1 - (1 - delta) in doubles, rounded up: 2^-53 of absolute error.
    const histogram = thresholdDelta(discreteLaplace('0.5', 1n), 29n);
    expect(Math.abs(rationalToNumber(histogram, 'nearest') - 5.175928103895444e-7)).toBeLessThan(2 ** -53);
    // Ten units a person, scale 2: epsilon 5 with sensitivity 10.
    const integer = thresholdDelta(discreteLaplace('5', 10n), 29n);
    expect(Math.abs(rationalToNumber(integer, 'nearest') - 4.659221997116436e-5)).toBeLessThan(2 ** -53);
  });

  it('is the smallest that meets delta, for any sensitivity', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.bigInt(1n, 1000n),
        fc.integer({ min: 3, max: 290 }),
        (thousandths, sensitivity, digits) => {
          const mechanism = discreteLaplace(rational(BigInt(thousandths), 1000n), sensitivity);
          const delta = rational(1n, 10n ** BigInt(digits));
          const threshold = smallestThreshold(mechanism, delta);
          expect(compareRationals(thresholdDelta(mechanism, threshold), delta)).toBe(-1);
          expect(compareRationals(thresholdDelta(mechanism, threshold - 1n), delta)).toBe(1);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('states its delta to 30 digits, rounded up', () => {
    // e^-14 / (1 + e^-1): Python's decimal module at 70 digits.
    expect(decimalAbove(thresholdDelta(discreteLaplace('1', 1n), 15n), 30)).toBe(
      '6.07896203477882922323000235249e-7',
    );
  });

  it('refuses a threshold below the sensitivity or out of all proportion', () => {
    const mechanism = discreteLaplace('1', 5n);
    for (const threshold of [4n, 0n, -1n, 4001n]) {
      expect(() => thresholdDelta(mechanism, threshold)).toThrow(
        expect.objectContaining({ code: 'dp/invalid-parameter', field: 'threshold' }),
      );
    }
    expect(thresholdDelta(mechanism, 4000n).numerator).toBeGreaterThan(0n);
    expect(rationalToNumber(thresholdDelta(mechanism, 5n), 'nearest')).toBeGreaterThan(0.5);
    expect(() => smallestThreshold(mechanism, '0.1')).toThrow(
      expect.objectContaining({ code: 'dp/invalid-parameter', field: 'delta' }),
    );
  });
});
