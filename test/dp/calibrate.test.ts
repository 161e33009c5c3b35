import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRationals,
  compareRationals,
  costOf,
  discreteGaussian,
  discreteLaplace,
  epsilonForVariance,
  parseDecimal,
  rational,
  sigma2ForRho,
  splitBudget,
  variance,
} from '../../src/dp/index.js';

describe('epsilonForVariance', () => {
  it('finds the epsilon of a known variance', () => {
    // 2a/(1-a)^2 at epsilon 1 is 1.8413471884155845 (Python's decimal module), rounded up and down here.
    expect(epsilonForVariance('1.8413471884155846', 1n)).toStrictEqual(rational(1n));
    expect(epsilonForVariance('1.84134718', 1n)).toStrictEqual(parseDecimal('1.00001'));
  });

  it('meets the variance, and a slightly smaller epsilon would not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 6 }), fc.bigInt(1n, 1000n), (hundredths, sensitivity) => {
        const sigma2 = (hundredths / 100) * Number(sensitivity) ** 2;
        const epsilon = epsilonForVariance(sigma2, sensitivity);
        expect(variance(discreteLaplace(epsilon, sensitivity))).toBeLessThanOrEqual(sigma2);
        const smaller = rational(epsilon.numerator * 9999n, epsilon.denominator * 10_000n);
        expect(variance(discreteLaplace(smaller, sensitivity))).toBeGreaterThan(sigma2);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses what would take more than epsilon 20', () => {
    expect(() => epsilonForVariance('1', 100n)).toThrow(
      expect.objectContaining({ code: 'dp/invalid-parameter', field: 'epsilon' }),
    );
    expect(() => epsilonForVariance('0', 1n)).toThrow(
      expect.objectContaining({ code: 'dp/invalid-parameter', field: 'sigma2' }),
    );
  });
});

describe('budgets', () => {
  it('gives the Gaussian that costs exactly rho', () => {
    const sigma2 = sigma2ForRho(rational(1n, 32n), 3n);
    expect(sigma2).toStrictEqual(rational(144n));
    expect(costOf(discreteGaussian(sigma2, 3n, '1e-6')).rho).toStrictEqual(rational(1n, 32n));
    expect(() => sigma2ForRho(rational(0n), 1n)).toThrow(
      expect.objectContaining({ code: 'dp/invalid-parameter', field: 'rho' }),
    );
  });

  it('splits a budget by weight, to the last digit', () => {
    expect(splitBudget(rational(1n), [1n, 1n, 2n])).toStrictEqual([
      rational(1n, 4n),
      rational(1n, 4n),
      rational(1n, 2n),
    ]);
    fc.assert(
      fc.property(fc.array(fc.bigInt(1n, 1000n), { minLength: 1, maxLength: 8 }), (weights) => {
        const budget = parseDecimal('0.7')!;
        const shares = splitBudget(budget, weights);
        expect(shares.reduce(addRationals, rational(0n))).toStrictEqual(budget);
        const [first] = shares;
        expect(compareRationals(first!, rational(0n))).toBe(1);
      }),
    );
  });

  it.each([[[]], [[1n, 0n]], [[-1n]]])('refuses the weights %o', (weights) => {
    expect(() => splitBudget(rational(1n), weights)).toThrow(
      expect.objectContaining({ code: 'dp/invalid-parameter', field: 'weights' }),
    );
  });
});
