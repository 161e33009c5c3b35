import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRationals,
  compareRationals,
  composeInParallel,
  composeSequentially,
  costOf,
  costOfLoss,
  discreteGaussian,
  discreteLaplace,
  epsilonOfRho,
  lossAt,
  NO_COST,
  parseDecimal,
  rational,
  rationalToNumber,
  truncatedDiscreteLaplace,
  truncatedLaplaceDelta,
  type PrivacyCost,
} from '../../src/dp/index.js';

const decimal = (text: string) => parseDecimal(text)!;
const repeat = (cost: PrivacyCost, times: number) => Array.from({ length: times }, () => cost);

const laplace = costOf(discreteLaplace('1', 1n));
const dummies = costOf(truncatedDiscreteLaplace('0.5', 26));
const gaussian = costOf(discreteGaussian('16', 1n, '1e-6'));

const cost = fc
  .tuple(fc.bigInt(0n, 1000n), fc.option(fc.bigInt(0n, 1000n)), fc.bigInt(0n, 1000n))
  .map(([rho, epsilon, delta]): PrivacyCost => ({
    rho: rational(rho, 700n),
    epsilon: epsilon === null ? undefined : rational(epsilon, 300n),
    delta: rational(delta, 10n ** 9n),
  }));

describe('the cost of one release', () => {
  it('is epsilon^2/2 for Laplace, whatever its sensitivity', () => {
    expect(laplace).toStrictEqual({ rho: rational(1n, 2n), epsilon: rational(1n), delta: rational(0n) });
    expect(costOf(discreteLaplace('0.1', 500n)).rho).toStrictEqual(rational(1n, 200n));
  });

  it('has the cut tail as its delta for dummies', () => {
    expect(dummies).toStrictEqual({
      rho: rational(1n, 8n),
      epsilon: rational(1n, 2n),
      delta: truncatedLaplaceDelta('0.5', 26),
    });
  });

  it('is sensitivity^2 / (2 sigma2) for a Gaussian, without a pure epsilon', () => {
    expect(gaussian).toStrictEqual({ rho: rational(1n, 32n), epsilon: undefined, delta: rational(0n) });
    expect(costOf(discreteGaussian('16', 6n, '1e-6')).rho).toStrictEqual(rational(9n, 8n));
  });

  it('of any (epsilon, delta) carries its delta', () => {
    const loss = { epsilon: rational(3n), delta: decimal('1e-7') };
    expect(costOfLoss(loss)).toStrictEqual({ rho: rational(9n, 2n), ...loss });
  });
});

describe('composition', () => {
  it('adds one after the other, exactly', () => {
    const tenth = costOf(discreteLaplace('0.1', 1n));
    expect(composeSequentially(repeat(tenth, 10))).toStrictEqual({
      rho: rational(1n, 20n),
      epsilon: rational(1n),
      delta: rational(0n),
    });
    expect(composeSequentially([laplace, gaussian]).epsilon).toBeUndefined();
    expect(composeSequentially([laplace, gaussian]).rho).toStrictEqual(rational(17n, 32n));
    expect(composeSequentially([])).toStrictEqual(NO_COST);
  });

  // Google dp_accounting b5b0286 (Apache-2.0): pld_privacy_accountant_test.py, and accountant_test.py basic_composition.
  it('agrees with dp_accounting where plain composition is exact', () => {
    const noisy = [...repeat(costOfLoss({ epsilon: rational(1n), delta: rational(0n) }), 3)];
    noisy.push(...repeat(costOfLoss({ epsilon: rational(1n, 2n), delta: rational(0n) }), 2));
    expect(composeSequentially(noisy).epsilon).toStrictEqual(rational(4n));
    // 5 queries of sensitivity 2 within epsilon 3: decay 0.3 a unit, so epsilon 0.6 each.
    const each = costOf(discreteLaplace('0.6', 2n));
    expect(composeSequentially(repeat(each, 5)).epsilon).toStrictEqual(rational(3n));
    // (1, 0.1) with (2, 0.2) is (3, 0.28) exactly; the sum of the deltas is above it.
    const loose = composeSequentially([
      costOfLoss({ epsilon: rational(1n), delta: decimal('0.1') }),
      costOfLoss({ epsilon: rational(2n), delta: decimal('0.2') }),
    ]);
    expect(loose.epsilon).toStrictEqual(rational(3n));
    expect(loose.delta).toStrictEqual(decimal('0.3'));
  });

  it('counts disjoint cells once, each part at its dearest', () => {
    expect(composeInParallel(repeat(laplace, 50))).toStrictEqual(laplace);
    expect(composeInParallel([laplace, dummies])).toStrictEqual({
      rho: rational(1n, 2n),
      epsilon: rational(1n),
      delta: dummies.delta,
    });
    expect(composeInParallel([laplace, gaussian]).epsilon).toBeUndefined();
    expect(composeInParallel([])).toStrictEqual(NO_COST);
  });

  it('is the same in any order and grouping, and parallel is never dearer', () => {
    fc.assert(
      fc.property(fc.array(cost, { maxLength: 6 }), fc.array(cost, { maxLength: 6 }), (some, others) => {
        const all = composeSequentially([...some, ...others]);
        expect(composeSequentially([...others, ...some])).toStrictEqual(all);
        expect(composeSequentially([composeSequentially(some), composeSequentially(others)])).toStrictEqual(
          all,
        );
        const parallel = composeInParallel([...others, ...some]);
        expect(composeInParallel([composeInParallel(some), composeInParallel(others)])).toStrictEqual(
          parallel,
        );
        expect(compareRationals(parallel.rho, all.rho)).toBeLessThanOrEqual(0);
        expect(compareRationals(parallel.delta, all.delta)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('lossAt', () => {
  it('takes plain composition for few releases and zCDP for many', () => {
    const delta = decimal('1e-6');
    expect(lossAt(laplace, delta).epsilon).toStrictEqual(rational(1n));
    const many = composeSequentially(repeat(costOf(discreteLaplace('0.1', 1n)), 400));
    expect(many.epsilon).toStrictEqual(rational(40n));
    const { epsilon } = lossAt(many, delta);
    expect(epsilon).toStrictEqual(epsilonOfRho(rational(2n), delta));
    expect(rationalToNumber(epsilon, 'nearest')).toBeLessThan(12);
  });

  it('leaves the conversion only what the cut tails have not used of delta', () => {
    const both = composeSequentially([dummies, gaussian]);
    const delta = decimal('1e-6');
    const { epsilon } = lossAt(both, delta);
    const rest = rational(
      delta.numerator * dummies.delta.denominator - dummies.delta.numerator * delta.denominator,
      delta.denominator * dummies.delta.denominator,
    );
    expect(addRationals(rest, dummies.delta)).toStrictEqual(delta);
    expect(epsilon).toStrictEqual(epsilonOfRho(rational(5n, 32n), rest));
    expect(compareRationals(epsilon, epsilonOfRho(rational(5n, 32n), delta))).toBe(1);
  });

  it('gives the plain epsilon when delta is used up to the last bit, and refuses one past it', () => {
    expect(lossAt(dummies, dummies.delta)).toStrictEqual({ epsilon: rational(1n, 2n), delta: dummies.delta });
    const both = composeSequentially([dummies, gaussian]);
    const below = rational(dummies.delta.numerator - 1n, dummies.delta.denominator);
    for (const [spent, delta] of [
      [dummies, below],
      [both, dummies.delta],
      [laplace, rational(1n)],
    ] as const) {
      expect(() => lossAt(spent, delta)).toThrow(
        expect.objectContaining({ code: 'dp/invalid-parameter', field: 'delta' }),
      );
    }
  });

  it('costs nothing when nothing was released', () => {
    expect(lossAt(NO_COST, decimal('1e-6')).epsilon).toStrictEqual(rational(0n));
  });
});
