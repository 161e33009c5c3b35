import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateRatio, expNegativeBounds, ratioIsAtMost } from '../../src/dp/exponential.js';
import { compareRationals, parseDecimal, rational, rationalToNumber } from '../../src/dp/rational.js';
import { VesicaError } from '../../src/errors.js';

// e^-x to 60 digits: Python's decimal module, precision 120.
const EXPONENTIALS = [
  ['0.1', '0.904837418035959573164249059446436621194705360980400952056257'],
  ['1', '0.367879441171442321595523770161460867445811131031767834507836'],
  ['0.001', '0.999000499833374991668055357167655974702355902360082059052028'],
  ['25', '0.0000000000138879438649640205946617637460868569103997603802050835'],
  ['700.5', '5.98019611863979120641210733049510004798077289264143028991014306831e-305'],
] as const;

const exponent = fc
  .tuple(fc.bigInt(0n, 10n ** 9n), fc.bigInt(1n, 10n ** 9n))
  .map(([numerator, denominator]) => rational(numerator, denominator));

describe('expNegativeBounds', () => {
  it.each(EXPONENTIALS)('e^-%s lies between the bounds, which are close', (x, text) => {
    const digits = parseDecimal(text)!;
    for (const bits of [16, 64, 1200]) {
      const { lower, upper } = expNegativeBounds(parseDecimal(x)!, bits);
      const unit = 1n << BigInt(bits);
      expect(upper - lower).toBeLessThanOrEqual(2n);
      // The vectors are cut after 60 digits, which matters at 1200 bits only.
      const slack = bits === 1200 ? unit / 10n ** 60n + 1n : 0n;
      expect(lower * digits.denominator <= (digits.numerator + 1n) * unit).toBe(true);
      expect((upper + slack) * digits.denominator >= digits.numerator * unit).toBe(true);
      expect((lower - slack) * digits.denominator <= digits.numerator * unit).toBe(true);
    }
  });

  it('agrees with Math.exp, is ordered, tight, and narrows as bits are added', () => {
    fc.assert(
      fc.property(exponent, fc.integer({ min: 8, max: 400 }), (x, bits) => {
        const { lower, upper } = expNegativeBounds(x, bits);
        expect(lower <= upper).toBe(true);
        expect(upper - lower).toBeLessThanOrEqual(2n);
        const finer = expNegativeBounds(x, bits + 64);
        expect(lower << 64n <= finer.lower).toBe(true);
        expect(upper << 64n >= finer.upper).toBe(true);
        const reference = Math.exp(-Number(x.numerator) / Number(x.denominator));
        expect(Math.abs(Number(upper) / 2 ** bits - reference)).toBeLessThan(2 ** (2 - bits) + 1e-13);
      }),
    );
  });

  it('is exactly 1 at 0', () => {
    expect(expNegativeBounds(rational(0n), 100)).toStrictEqual({ lower: 1n << 100n, upper: 1n << 100n });
  });
});

describe('ratios', () => {
  const one = [{ coefficient: 1n, power: 0n }];
  const identity = { numerator: [{ coefficient: 1n, power: 1n }], denominator: one };
  // (1 - e^-x) / x -> 1 as x -> 0, and the numerator cancels: precision has to grow by itself.
  const cancelling = {
    numerator: [
      { coefficient: 1n, power: 0n },
      { coefficient: -1n, power: 1n },
    ],
    denominator: one,
  };

  it('are bounded to 33 digits, whatever cancels', () => {
    for (const text of ['1', '1e-9', '1e-60', '1e-300']) {
      const { lower, upper } = evaluateRatio(cancelling, parseDecimal(text)!);
      expect(compareRationals(lower, upper)).toBeLessThanOrEqual(0);
      const expected = -Math.expm1(-Number(text));
      expect(rationalToNumber(lower, 'nearest') / expected).toBeCloseTo(1, 14);
      expect(rationalToNumber(upper, 'nearest') / expected).toBeCloseTo(1, 14);
      const width = upper.numerator * lower.denominator - lower.numerator * upper.denominator;
      expect(width * 10n ** 33n < lower.numerator * upper.denominator).toBe(true);
    }
  });

  it('are compared with a limit that agrees to 60 digits, on either side', () => {
    const digits = EXPONENTIALS[1][1];
    expect(ratioIsAtMost(identity, rational(1n), parseDecimal(digits)!)).toBe(false);
    expect(ratioIsAtMost(identity, rational(1n), parseDecimal(`${digits.slice(0, -1)}7`)!)).toBe(true);
  });

  it('that are not positive are a defect and not an endless loop', () => {
    const zero = { numerator: [{ coefficient: 0n, power: 1n }], denominator: one };
    expect(() => evaluateRatio(zero, rational(1n))).toThrow(VesicaError);
  });
});
