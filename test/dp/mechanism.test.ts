import { describe, expect, it } from 'vitest';
import {
  discreteGaussian,
  discreteLaplace,
  draw,
  dummyHalfWidth,
  epsilonOfRho,
  fourthCumulant,
  privacyLoss,
  probability,
  rational,
  rationalToNumber,
  stateMechanism,
  truncatedDiscreteLaplace,
  truncatedLaplaceDelta,
  variance,
  type Mechanism,
} from '../../src/dp/index.js';
import { systemRandom } from '../../src/system-random.js';

const MECHANISMS: readonly (readonly [string, Mechanism])[] = [
  ['discrete Laplace, epsilon 1', discreteLaplace('1', 1n)],
  ['discrete Laplace, epsilon 0.1', discreteLaplace('0.1', 1n)],
  ['discrete Laplace, epsilon 20', discreteLaplace('20', 1n)],
  ['discrete Laplace, epsilon 1, sensitivity 7', discreteLaplace('1', 7n)],
  ['discrete Laplace, epsilon 3/7, sensitivity 3', discreteLaplace(rational(3n, 7n), 3n)],
  ['truncated, epsilon 1 at 1e-6', truncatedDiscreteLaplace('1', dummyHalfWidth('1', '1e-6'))],
  ['truncated, epsilon 0.1, half-width 12', truncatedDiscreteLaplace('0.1', 12)],
  ['truncated, epsilon 1e-6, half-width 3', truncatedDiscreteLaplace('1e-6', 3)],
  ['discrete Gaussian, sigma2 1', discreteGaussian('1', 1n, '1e-6')],
  ['discrete Gaussian, sigma2 0.3', discreteGaussian('0.3', 1n, '1e-6')],
  ['discrete Gaussian, sigma2 30.5', discreteGaussian('30.5', 2n, '1e-6')],
];

const VARIANCES = [
  ['0.001', 1.4249152813482571e-217],
  ['0.1', 0.013296725173624157],
  ['0.3', 0.2810538300795618],
  ['1', 0.9999997887677281],
  ['3.99', 3.99],
  ['4', 4.0],
  ['4.01', 4.01],
  ['1e30', 1e30],
] as const;

function pmf(mechanism: Mechanism, x: number): number {
  return rationalToNumber(probability(mechanism, BigInt(x)).lower, 'nearest');
}

/**
 * A bound that a chi-square variable of `freedom` degrees passes with probability below e^-25 = 1.4e-11
 * (Laurent and Massart 2000, lemma 1).
 */
function chiSquareLimit(freedom: number): number {
  return freedom + 2 * Math.sqrt(freedom * 25) + 2 * 25;
}

describe.each(MECHANISMS)('%s', (_, mechanism) => {
  const DRAWS = 40_000;

  it('draws what its probabilities say, from the system CSPRNG', () => {
    const counts = new Map<number, number>();
    let sum = 0;
    for (let i = 0; i < DRAWS; i += 1) {
      const x = Number(draw(mechanism, systemRandom));
      counts.set(x, (counts.get(x) ?? 0) + 1);
      sum += x;
    }
    // Bins of at least 30 expected draws; everything else is one bin.
    let statistic = 0;
    let bins = 0;
    let restExpected = DRAWS;
    let restFound = DRAWS;
    for (let x = 0; pmf(mechanism, x) * DRAWS >= 30; x += 1) {
      for (const value of x === 0 ? [0] : [x, -x]) {
        const expected = pmf(mechanism, value) * DRAWS;
        const found = counts.get(value) ?? 0;
        statistic += (found - expected) ** 2 / expected;
        bins += 1;
        restExpected -= expected;
        restFound -= found;
      }
    }
    if (restExpected >= 30) statistic += (restFound - restExpected) ** 2 / restExpected;
    else expect(restFound).toBeLessThan(100);
    expect(statistic).toBeLessThan(chiSquareLimit(bins));
    // The mean is 0: 7 standard errors are passed once in 10^11 runs.
    expect(Math.abs(sum / DRAWS)).toBeLessThan(7 * Math.sqrt(variance(mechanism) / DRAWS) + 1e-3);
  });

  it('has probabilities that sum to 1 and give the stated variance', () => {
    let total = pmf(mechanism, 0);
    let second = 0;
    for (let x = 1; x < 700; x += 1) {
      const both = 2 * pmf(mechanism, x);
      total += both;
      second += both * x * x;
      if (both < 1e-25) break;
    }
    expect(total).toBeCloseTo(1, 12);
    expect(Math.abs(second / variance(mechanism) - 1)).toBeLessThan(1e-12);
  });

  it('states itself in plain JSON that does not promise less loss than there is', () => {
    const statement = stateMechanism(mechanism);
    const { epsilon, delta } = privacyLoss(mechanism);
    expect(JSON.parse(JSON.stringify(statement))).toStrictEqual(statement);
    expect(statement.mechanism).toBe(mechanism.kind);
    expect(statement.sigma2).toBe(variance(mechanism));
    expect(statement.epsilon).toBe(rationalToNumber(epsilon, 'up'));
    expect(statement.delta).toBe(rationalToNumber(delta, 'up'));
  });
});

describe('privacy loss', () => {
  it('is pure for discrete Laplace and has the exact tail for the truncated one', () => {
    expect(privacyLoss(discreteLaplace('0.1', 5n))).toStrictEqual({
      epsilon: rational(1n, 10n),
      delta: rational(0n),
    });
    expect(privacyLoss(truncatedDiscreteLaplace('1', 14))).toStrictEqual({
      epsilon: rational(1n),
      delta: truncatedLaplaceDelta('1', 14),
    });
  });

  it('of a Gaussian is its zCDP cost converted at its delta', () => {
    expect(privacyLoss(discreteGaussian('16', 1n, '1e-3'))).toStrictEqual({
      epsilon: epsilonOfRho(rational(1n, 32n), rational(1n, 1000n)),
      delta: rational(1n, 1000n),
    });
  });

  it.each([
    ['0.0009', 1n, '1e-6', 'sigma2'],
    ['1.1e30', 1n, '1e-6', 'sigma2'],
    ['1', 0n, '1e-6', 'sensitivity'],
    ['1', 1n, '0.01', 'delta'],
  ])('refuses a Gaussian of sigma2 %s, sensitivity %s, delta %s', (sigma2, sensitivity, delta, field) => {
    expect(() => discreteGaussian(sigma2, sensitivity, delta)).toThrow(
      expect.objectContaining({ code: 'dp/invalid-parameter', field }),
    );
  });

  it('of a Gaussian has a variance a little below sigma2 when that is small', () => {
    // Sums of x^2 e^(-x^2/(2 sigma2)) by Python's decimal module at 60 digits.
    for (const [sigma2, expected] of VARIANCES) {
      expect(Math.abs(variance(discreteGaussian(sigma2, 1n, '1e-6')) / expected - 1)).toBeLessThan(1e-15);
    }
  });

  it('is 0 outside the support', () => {
    const mechanism = truncatedDiscreteLaplace('1', 3);
    expect(pmf(mechanism, 3)).toBeGreaterThan(0);
    expect(pmf(mechanism, 4)).toBe(0);
    expect(pmf(mechanism, -4)).toBe(0);
  });

  it.each([0n, -1n])('refuses a sensitivity of %s', (sensitivity) => {
    expect(() => discreteLaplace('1', sensitivity)).toThrow(
      expect.objectContaining({ code: 'dp/invalid-parameter', field: 'sensitivity' }),
    );
  });
});

describe('fourthCumulant', () => {
  it.each([
    ['0.3', 1n],
    ['2', 1n],
    ['1', 7n],
  ])('is that of the distribution: epsilon %s, sensitivity %s', (epsilon, sensitivity) => {
    const mechanism = discreteLaplace(epsilon, sensitivity);
    let [second, fourth] = [0, 0];
    for (let x = -600n; x <= 600n; x += 1n) {
      const chance = rationalToNumber(probability(mechanism, x).lower, 'nearest');
      second += chance * Number(x) ** 2;
      fourth += chance * Number(x) ** 4;
    }
    expect(fourthCumulant(mechanism) / (fourth - 3 * second ** 2)).toBeCloseTo(1, 9);
  });

  it('is none for Gaussian noise', () => {
    expect(fourthCumulant(discreteGaussian('4', 1n, '0.000001'))).toBe(0);
  });
});
