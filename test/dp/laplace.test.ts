import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  discreteLaplaceVariance,
  dummyHalfWidth,
  MAX_HALF_WIDTH,
  truncatedLaplaceDelta,
  truncatedLaplaceProbability,
  truncatedLaplaceVariance,
} from '../../src/dp/laplace.js';
import { compareRationals, decimalAbove, parseDecimal, rational } from '../../src/dp/rational.js';
import { VesicaError } from '../../src/errors.js';
import { evaluateAt } from './audit.js';

// Epsilon, half-width, delta rounded up to 30 digits, variance: Python's decimal module at 120 digits, summing over the
// whole support.
const TRUNCATED = [
  ['1', 14, '3.84263859719985187013218331638e-7', 1.841239005098097],
  ['0.1', 1, '3.2204346439638984691543453177e-1', 0.6440869287927797],
  ['0.1', 110, '8.34403070246394243290379148768e-7', 199.6045692272932],
  ['0.5', 26, '5.5359779979295454123860958748e-7', 7.834012529012718],
  ['2', 7, '6.3328753852240888264118123878e-7', 0.36201767761302683],
  ['0.01', 853, '9.87460626537152469556923064695e-7', 19823.141949270626],
  ['20', 1, '2.0611536139418493524088052959e-9', 4.122307227883698e-9],
  ['20', 34, '4.78357187731118180552665258141e-296', 4.122307261870533e-9],
  ['1e-9', 600, '8.32639217526912356532583896104e-4', 120199.98195498787],
  ['3', 230, '1.96574511277370545901413006899e-300', 0.11028201100411952],
  ['0.333', 5, '3.70683450860359418034234766635e-2', 5.893211003482952],
] as const;

/**
 * The smallest delta for e^epsilon = q/p between count + x and count + 1 + x, by going over every output. Weights of x
 * are (p/q)^|x|, times q^h to be integers.
 */
function hockeyStick(p: bigint, q: bigint, h: number) {
  const weight = (x: number) => {
    const magnitude = BigInt(Math.abs(x));
    return Math.abs(x) > h ? 0n : p ** magnitude * q ** (BigInt(h) - magnitude);
  };
  let total = 0n;
  let excess = 0n;
  for (let output = -h - 1; output <= h + 1; output += 1) {
    total += weight(output);
    // P - (q/p) P', times p.
    const difference = p * weight(output) - q * weight(output - 1);
    if (difference > 0n) excess += difference;
  }
  return rational(excess, p * total);
}

describe('truncated discrete Laplace', () => {
  it.each(TRUNCATED)('epsilon %s, half-width %i: delta and variance', (epsilon, halfWidth, delta, sigma2) => {
    expect(decimalAbove(truncatedLaplaceDelta(epsilon, halfWidth), 30)).toBe(delta);
    const found = truncatedLaplaceVariance(parseDecimal(epsilon)!, halfWidth);
    expect(Math.abs(found / sigma2 - 1)).toBeLessThan(1e-14);
  });

  it('has the delta that an enumeration of every output gives, exactly, for rational e^epsilon', () => {
    for (const [p, q] of [
      [1n, 2n],
      [1n, 3n],
      [9n, 10n],
      [99n, 100n],
      [1n, 1000n],
    ] as const) {
      for (let h = 1; h <= 20; h += 1) {
        const stated = evaluateAt(truncatedLaplaceProbability(BigInt(h), h), rational(p, q));
        expect(stated).toStrictEqual(hockeyStick(p, q, h));
      }
    }
  });

  it('has a smaller delta the wider it is and the larger epsilon', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4000 }),
        fc.integer({ min: 1, max: 150 }),
        (thousandths, halfWidth) => {
          const delta = truncatedLaplaceDelta(rational(BigInt(thousandths), 1000n), halfWidth);
          const wider = truncatedLaplaceDelta(rational(BigInt(thousandths), 1000n), halfWidth + 1);
          const stronger = truncatedLaplaceDelta(rational(BigInt(thousandths + 1), 1000n), halfWidth);
          expect(compareRationals(wider, delta)).toBe(-1);
          expect(compareRationals(stronger, delta)).toBe(-1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses a half-width that is not one', () => {
    const refused: readonly (readonly [() => unknown, string])[] = [
      [() => truncatedLaplaceDelta('1', 0), 'dp/invalid-parameter halfWidth'],
      [() => truncatedLaplaceDelta('1', 1.5), 'dp/invalid-parameter halfWidth'],
      [() => truncatedLaplaceDelta('1', 801), 'dp/invalid-parameter halfWidth'],
      [() => truncatedLaplaceDelta('1e-9', MAX_HALF_WIDTH + 1), 'limit/dummies halfWidth'],
      [() => truncatedLaplaceDelta('0', 1), 'dp/invalid-parameter epsilon'],
    ];
    for (const [action, expected] of refused) expect(failure(action)).toBe(expected);
    expect(compareRationals(truncatedLaplaceDelta('1', 800), parseDecimal('1e-347')!)).toBe(-1);
    expect(truncatedLaplaceDelta('1e-9', MAX_HALF_WIDTH).numerator).toBeGreaterThan(0n);
  });
});

describe('dummyHalfWidth', () => {
  // Python's decimal module at 120 digits, trying 1, 2, 3, ...
  it.each([
    ['0.01', [180, 852, 1543, 2234]],
    ['0.1', [40, 109, 178, 247]],
    ['0.25', [20, 47, 75, 103]],
    ['0.5', [12, 25, 39, 53]],
    ['1', [7, 14, 20, 27]],
    ['2', [4, 7, 11, 14]],
    ['5', [2, 3, 5, 6]],
    ['20', [1, 1, 2, 2]],
  ] as const)('epsilon %s at 1e-3, 1e-6, 1e-9, 1e-12', (epsilon, expected) => {
    expect(['1e-3', '1e-6', '1e-9', '1e-12'].map((delta) => dummyHalfWidth(epsilon, delta))).toStrictEqual(
      expected,
    );
  });

  it('is the smallest that meets delta', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 3, max: 290 }),
        (thousandths, digits) => {
          const epsilon = rational(BigInt(thousandths), 1000n);
          const delta = rational(1n, 10n ** BigInt(digits));
          const halfWidth = dummyHalfWidth(epsilon, delta);
          expect(compareRationals(truncatedLaplaceDelta(epsilon, halfWidth), delta)).toBe(-1);
          if (halfWidth === 1) return;
          expect(compareRationals(truncatedLaplaceDelta(epsilon, halfWidth - 1), delta)).toBe(1);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('tells apart a delta just above and just below the one of a half-width', () => {
    const delta = truncatedLaplaceDelta('0.5', 26);
    const unit = rational(1n, 10n ** 36n);
    const justBelow = rational(
      delta.numerator * unit.denominator - delta.denominator,
      delta.denominator * unit.denominator,
    );
    // 30 digits rounded up: the stated delta is enough, one unit in its last place less is not.
    expect(dummyHalfWidth('0.5', delta)).toBe(26);
    expect(dummyHalfWidth('0.5', justBelow)).toBe(27);
  });

  it('refuses what no half-width below the limit meets, and wrong parameters', () => {
    expect(failure(() => dummyHalfWidth('1e-9', '1e-12'))).toBe('limit/dummies delta');
    expect(failure(() => dummyHalfWidth('21', '1e-6'))).toBe('dp/invalid-parameter epsilon');
    expect(failure(() => dummyHalfWidth('1', '0.01'))).toBe('dp/invalid-parameter delta');
  });
});

describe('discrete Laplace variance 2a/(1-a)^2', () => {
  // Python's decimal module at 120 digits; the second is also the figure of the design.
  it.each([
    ['1', 1n, 1.8413471884155845],
    ['0.5', 1n, 7.835396178065528],
    ['0.1', 1n, 199.83341663360946],
    ['1', 100n, 19999.833334166662],
    ['0.1', 1_000_000n, 199999999999999.84],
    ['20', 1n, 4.122307261870533e-9],
    ['1e-9', 1n, 2e18],
  ])('epsilon %s, sensitivity %i', (epsilon, sensitivity, expected) => {
    const { numerator, denominator } = parseDecimal(epsilon)!;
    const found = discreteLaplaceVariance(rational(numerator, denominator * sensitivity));
    expect(Math.abs(found / expected - 1)).toBeLessThan(1e-15);
  });

  it('is what the truncated variance tends to', () => {
    const epsilon = parseDecimal('0.7')!;
    expect(truncatedLaplaceVariance(epsilon, 200)).toBeCloseTo(discreteLaplaceVariance(epsilon), 13);
    expect(truncatedLaplaceVariance(epsilon, 10)).toBeLessThan(discreteLaplaceVariance(epsilon));
  });
});

function failure(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof VesicaError) return `${error.code} ${String(error.field)}`;
  }
  return 'nothing thrown';
}
