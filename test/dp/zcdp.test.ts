import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRationals,
  compareRationals,
  deltaOfRho,
  discreteGaussian,
  costOf,
  epsilonOfRho,
  parseDecimal,
  rational,
  rationalToNumber,
  type Rational,
} from '../../src/dp/index.js';
import { logarithmBounds } from '../../src/dp/logarithm.js';
import { epsilonAtOrder } from '../../src/dp/zcdp.js';
import { VesicaError } from '../../src/errors.js';

const decimal = (value: string | number): Rational => parseDecimal(value)!;
const double = (value: Rational): number => rationalToNumber(value, 'nearest');
const relative = (found: number, expected: number): number => Math.abs(found / expected - 1);

/** The textbook formula in doubles, at one order. */
function epsilonInDoubles(rho: number, delta: number, alpha: number): number {
  return rho * alpha + Math.log1p(-1 / alpha) + (-Math.log(delta) - Math.log(alpha)) / (alpha - 1);
}

const rhos = fc
  .integer({ min: 1, max: 10 ** 7 })
  .map((millionths) => rational(BigInt(millionths), 10n ** 6n));
const deltas = fc.integer({ min: 1, max: 40 }).map((digits) => rational(1n, 10n ** BigInt(digits)));

describe('logarithmBounds', () => {
  // Python's decimal module at 70 digits.
  it.each([
    ['2', 1, '0.6931471805599453094172321214581765680755001343602552541206800094'],
    ['0.1', -1, '2.3025850929940456840179914546843642076011014886287729760333279009676'],
    ['3', 1, '1.0986122886681096913952452369225257046474905578227494517346943336'],
    ['1e-300', -1, '690.7755278982137052053974364053092622803304465886318928099983702902718'],
    ['1.0000000001', 1, '0.00000000009999999999500000000033333333330833333333533333333316666666668095238095'],
  ])('ln %s', (text, sign, digits) => {
    const expected = decimal(digits);
    const bits = 180;
    const { lower, upper } = logarithmBounds(decimal(text), bits);
    expect(upper - lower).toBeLessThanOrEqual(3n);
    const scaled = ((BigInt(sign) * expected.numerator) << BigInt(bits)) / expected.denominator;
    expect(lower - 1n <= scaled && scaled <= upper + 1n).toBe(true);
  });

  it('is exactly 0 at 1, and between bounds that narrow', () => {
    const { lower, upper } = logarithmBounds(rational(1n), 100);
    expect(lower <= 0n && upper >= 0n && upper - lower <= 2n).toBe(true);
    fc.assert(
      fc.property(fc.bigInt(1n, 1n << 90n), fc.bigInt(1n, 1n << 90n), (numerator, denominator) => {
        const value = rational(numerator, denominator);
        const coarse = logarithmBounds(value, 60);
        const fine = logarithmBounds(value, 160);
        expect(coarse.lower << 100n <= fine.lower && fine.upper <= coarse.upper << 100n).toBe(true);
        expect(fine.lower <= fine.upper).toBe(true);
        expect(coarse.upper - coarse.lower).toBeLessThanOrEqual(3n);
        const reference = Math.log(Number(numerator)) - Math.log(Number(denominator));
        expect(Math.abs(Number(fine.lower) / 2 ** 160 - reference)).toBeLessThan(1e-12);
      }),
    );
  });
});

// OpenDP bc6e18b (MIT), rust/src/combinators/measure_cast/zCDP_to_approxDP and python/test; to 1e-12, as it rounds up.
describe('conversion, against OpenDP', () => {
  it('gives epsilon at a delta', () => {
    expect(double(epsilonOfRho(rational(1n, 32n), decimal('1e-3')))).toBeCloseTo(0.68800245548780846, 14);
    expect(
      relative(double(epsilonOfRho(decimal('0.005'), decimal('1e-6'))), 0.42994146883694934),
    ).toBeLessThan(1e-12);
    // Two releases of rho 1/2, each converted at 1e-7, then composed plainly.
    expect(
      relative(2 * double(epsilonOfRho(decimal('0.5'), decimal('1e-7'))), 11.341717670937543),
    ).toBeLessThan(1e-12);
  });

  it.each([
    ['0.03125', '0', 0.1508457845622862],
    ['0.05', '0.25', 0.0817727531036956],
    ['0.5', '0', 0.5588356393474351],
    ['5e-30', '1e-13', 2.619676329730346e-234],
  ])('gives delta at rho %s, epsilon %s', (rho, epsilon, expected) => {
    expect(relative(double(deltaOfRho(decimal(rho), decimal(epsilon))), expected)).toBeLessThan(1e-12);
  });

  it('gives the rho of a discrete Gaussian of scale 2, sensitivity 1', () => {
    expect(costOf(discreteGaussian('4', 1n, '1e-6')).rho).toStrictEqual(rational(1n, 8n));
  });
});

describe('conversion', () => {
  // Google dp_accounting b5b0286 (Apache-2.0), rdp_privacy_accountant_test.py: constant RDP 1.1, best order 32.
  it('agrees with dp_accounting at a fixed order', () => {
    expect(double(epsilonAtOrder(decimal('1.1'), rational(32n), decimal('1e-5')))).toBeCloseTo(
      1.32783806176,
      11,
    );
  });

  // The same file: sigma = 4.530877117 is (1, 1e-6)-private over orders on a grid of 0.001.
  it('agrees with dp_accounting for a Gaussian', () => {
    const rho = decimal(1 / (2 * 4.530877117 ** 2));
    expect(double(epsilonOfRho(rho, decimal('1e-6')))).toBeCloseTo(1, 7);
  });

  it('is no worse than at any order of a grid', () => {
    fc.assert(
      fc.property(rhos, deltas, (rho, delta) => {
        const found = double(epsilonOfRho(rho, delta));
        for (let step = -60; step <= 60; step += 1) {
          const alpha = 1 + 10 ** (step / 10);
          const there = Math.max(0, epsilonInDoubles(double(rho), double(delta), alpha));
          expect(found).toBeLessThanOrEqual(there * (1 + 1e-9) + 1e-12);
        }
      }),
    );
  });

  it('grows with rho, falls with delta, and is undone by the conversion to delta', () => {
    fc.assert(
      fc.property(rhos, deltas, (rho, delta) => {
        const epsilon = epsilonOfRho(rho, delta);
        fc.pre(epsilon.numerator > 0n);
        expect(
          compareRationals(epsilonOfRho(rational(2n * rho.numerator, rho.denominator), delta), epsilon),
        ).toBe(1);
        const tenth = rational(delta.numerator, 10n * delta.denominator);
        expect(compareRationals(epsilonOfRho(rho, tenth), epsilon)).toBe(1);
        expect(relative(double(deltaOfRho(rho, epsilon)), double(delta))).toBeLessThan(1e-9);
      }),
      { numRuns: 50 },
    );
  });

  it('never states less than the exact bound at the order it chose', () => {
    // At alpha = 2: rho * 2 + ln(1/2) + ln(1/delta) - ln 2, with delta = 1/4: rho * 2 exactly.
    const stated = epsilonAtOrder(decimal('0.3'), rational(2n), rational(1n, 4n));
    expect(compareRationals(stated, decimal('0.3'))).toBeGreaterThanOrEqual(0);
    expect(double(stated)).toBe(0.3);
    // A hair above 30 digits is rounded up to the next, not cut.
    const hair = addRationals(decimal('0.3'), decimal('1e-100'));
    expect(compareRationals(epsilonAtOrder(hair, rational(2n), rational(1n, 4n)), hair)).toBe(1);
  });

  it('is 0 for nothing, 0 where the bound is negative, and delta never passes 1', () => {
    expect(epsilonOfRho(rational(0n), decimal('1e-6'))).toStrictEqual(rational(0n));
    expect(deltaOfRho(rational(0n), decimal('1'))).toStrictEqual(rational(0n));
    expect(epsilonOfRho(decimal('1e-6'), decimal('0.5'))).toStrictEqual(rational(0n));
    expect(compareRationals(deltaOfRho(rational(1000n), rational(0n)), rational(1n))).toBeLessThanOrEqual(0);
  });

  it('reaches the ends of the range', () => {
    expect(double(epsilonOfRho(decimal('1e-40'), decimal('1e-300')))).toBeGreaterThan(0);
    expect(double(epsilonOfRho(rational(10n ** 6n), decimal('1e-300')))).toBeGreaterThan(1e6);
    expect(double(deltaOfRho(decimal('1e-6'), rational(20n)))).toBeLessThan(1e-300);
  });

  it.each([rational(0n), rational(1n), rational(2n)])('refuses a delta outside (0, 1) (%#)', (delta) => {
    expect(() => epsilonOfRho(rational(1n), delta)).toThrow(VesicaError);
    expect(() => epsilonAtOrder(rational(1n), rational(2n), delta)).toThrow(VesicaError);
  });

  it('refuses an order of 1', () => {
    expect(() => epsilonAtOrder(rational(1n), rational(1n), decimal('1e-6'))).toThrow(
      expect.objectContaining({ code: 'dp/invalid-parameter', field: 'alpha' }),
    );
  });
});
