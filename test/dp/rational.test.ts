import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDelta, parseEpsilon, positiveInteger } from '../../src/dp/parameters.js';
import {
  addRationals,
  bitLength,
  compareRationals,
  decimalAbove,
  divideRationals,
  divideUp,
  multiplyRationals,
  parseDecimal,
  rational,
  rationalToNumber,
} from '../../src/dp/rational.js';
import { VesicaError } from '../../src/errors.js';

const fraction = fc
  .tuple(fc.bigInt(0n, 1n << 200n), fc.bigInt(1n, 1n << 200n))
  .map(([numerator, denominator]) => rational(numerator, denominator));

/** The exact value of a finite non-negative double, from its bits. */
function exactDouble(value: number) {
  const bits = new BigUint64Array(new Float64Array([value]).buffer)[0]!;
  const exponent = bits >> 52n;
  const mantissa = (bits & ((1n << 52n) - 1n)) | (exponent === 0n ? 0n : 1n << 52n);
  const shift = (exponent === 0n ? 1n : exponent) - 1075n;
  return shift >= 0n ? rational(mantissa << shift) : rational(mantissa, 1n << -shift);
}

/** The largest double below a positive one. */
function previousDouble(value: number): number {
  const bits = new BigUint64Array(new Float64Array([value]).buffer);
  bits[0] = bits[0]! - 1n;
  return new Float64Array(bits.buffer)[0]!;
}

function fieldOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof VesicaError && error.code === 'dp/invalid-parameter') return error.field;
  }
  return undefined;
}

describe('parseDecimal', () => {
  it.each([
    ['0.1', 1n, 10n],
    ['1', 1n, 1n],
    ['1e-6', 1n, 1_000_000n],
    ['2.50', 5n, 2n],
    ['1.5E+3', 1500n, 1n],
    ['000.125', 1n, 8n],
    [0.1, 1n, 10n],
    [1, 1n, 1n],
    [1e-6, 1n, 1_000_000n],
    [1e-7, 1n, 10_000_000n],
    [1e21, 10n ** 21n, 1n],
    [0, 0n, 1n],
    [0.30000000000000004, 7500000000000001n, 25000000000000000n],
  ])('%s', (value, numerator, denominator) => {
    expect(parseDecimal(value)).toStrictEqual({ numerator, denominator });
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '-1',
    '+1',
    '.5',
    '5.',
    '0x10',
    '1e',
    '1e1000',
    '1,5',
    'NaN',
    'Infinity',
    '1/3',
    '1_0',
  ])('refuses %j', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  it.each([NaN, Infinity, -Infinity, -1, -1e-9])('refuses the number %d', (value) => {
    expect(parseDecimal(value)).toBeUndefined();
  });

  it('reads up to 400 characters and no more', () => {
    expect(parseDecimal('1'.repeat(400))).toBeDefined();
    expect(parseDecimal('1'.repeat(401))).toBeUndefined();
  });

  it('means what the text of a number says, for every number', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (value) => {
        // -0 prints as 0.
        expect(rationalToNumber(parseDecimal(value)!, 'nearest')).toBe(Math.abs(value));
      }),
    );
  });
});

describe('arithmetic', () => {
  it('is exact and in lowest terms', () => {
    const a = parseDecimal('0.1')!;
    const b = parseDecimal('0.2')!;
    expect(addRationals(a, b)).toStrictEqual({ numerator: 3n, denominator: 10n });
    expect(multiplyRationals(a, b)).toStrictEqual({ numerator: 1n, denominator: 50n });
    expect(divideRationals(a, b)).toStrictEqual({ numerator: 1n, denominator: 2n });
    expect(compareRationals(a, b)).toBe(-1);
    expect(compareRationals(b, a)).toBe(1);
    expect(compareRationals(a, rational(2n, 20n))).toBe(0);
  });

  it('refuses what is not a non-negative fraction', () => {
    expect(() => rational(-1n)).toThrow(VesicaError);
    expect(() => rational(1n, 0n)).toThrow(VesicaError);
    expect(() => rational(1n, -1n)).toThrow(VesicaError);
    expect(() => divideRationals(rational(1n), rational(0n))).toThrow(VesicaError);
  });

  it('divides what it multiplied, and orders as it adds', () => {
    fc.assert(
      fc.property(fraction, fraction, (a, b) => {
        fc.pre(b.numerator > 0n);
        expect(divideRationals(multiplyRationals(a, b), b)).toStrictEqual(a);
        expect(compareRationals(addRationals(a, b), a)).toBe(1);
      }),
    );
  });

  it('rounds a quotient up, and counts bits', () => {
    expect([divideUp(0n, 3n), divideUp(1n, 3n), divideUp(3n, 3n), divideUp(4n, 3n)]).toStrictEqual([
      0n,
      1n,
      1n,
      2n,
    ]);
    expect([0n, 1n, 2n, 3n, 4n, 255n, 256n].map(bitLength)).toStrictEqual([0, 1, 2, 2, 3, 8, 9]);
  });
});

describe('rationalToNumber', () => {
  it('rounds up to the smallest double not below the value', () => {
    fc.assert(
      fc.property(fraction, (value) => {
        fc.pre(value.numerator > 0n);
        const up = rationalToNumber(value, 'up');
        expect(compareRationals(exactDouble(up), value)).toBeGreaterThanOrEqual(0);
        expect(compareRationals(exactDouble(previousDouble(up)), value)).toBe(-1);
      }),
    );
  });

  it('keeps every double as it is, subnormal and largest ones too', () => {
    for (const value of [0, 5e-324, 1.5e-323, 2 ** -1022, 0.1, 1, 2 ** 53 - 1, 2 ** 53, Number.MAX_VALUE]) {
      expect(rationalToNumber(exactDouble(value), 'up')).toBe(value);
      expect(rationalToNumber(exactDouble(value), 'nearest')).toBe(value);
    }
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(rationalToNumber(exactDouble(value), 'up')).toBe(Math.abs(value));
        expect(rationalToNumber(exactDouble(value), 'nearest')).toBe(Math.abs(value));
      }),
    );
  });

  it('never rounds an upper bound down, at the edges', () => {
    expect(rationalToNumber(rational(1n, 10n ** 400n), 'up')).toBe(5e-324);
    expect(rationalToNumber(rational(1n, 10n ** 400n), 'nearest')).toBe(0);
    expect(rationalToNumber(rational((1n << 53n) + 1n), 'up')).toBe(2 ** 53 + 2);
    expect(rationalToNumber(rational((1n << 54n) - 1n), 'up')).toBe(2 ** 54);
    expect(rationalToNumber(rational((1n << 1024n) - 1n), 'up')).toBe(Infinity);
    expect(rationalToNumber(rational(10n ** 400n), 'nearest')).toBe(Infinity);
    expect(rationalToNumber(rational(1n, 3n), 'nearest')).toBe(1 / 3);
  });
});

describe('decimalAbove', () => {
  it.each([
    ['0', 3, '0'],
    ['0.1', 30, '1e-1'],
    ['12.34', 3, '1.24e1'],
    ['12.34', 4, '1.234e1'],
    ['0.9999', 3, '1e0'],
    ['0.000123401', 4, '1.235e-4'],
    ['99999', 2, '1e5'],
    ['1', 1, '1e0'],
  ])('%s to %i digits', (text, digits, expected) => {
    expect(decimalAbove(parseDecimal(text)!, digits)).toBe(expected);
  });

  it('is at least the value, by less than one unit in the last digit', () => {
    fc.assert(
      fc.property(fraction, fc.integer({ min: 1, max: 30 }), (value, digits) => {
        fc.pre(value.numerator > 0n);
        const above = parseDecimal(decimalAbove(value, digits))!;
        expect(compareRationals(above, value)).toBeGreaterThanOrEqual(0);
        const unit = rational(above.numerator, above.denominator * 10n ** BigInt(digits - 1));
        expect(compareRationals(above, addRationals(value, unit))).toBe(-1);
      }),
    );
  });
});

describe('parameters', () => {
  it('takes epsilon in [1e-9, 20] and delta in [1e-300, 0.001]', () => {
    expect(parseEpsilon('1e-9')).toStrictEqual(rational(1n, 10n ** 9n));
    expect(parseEpsilon('20')).toStrictEqual(rational(20n));
    expect(parseEpsilon(rational(3n, 7n))).toStrictEqual(rational(3n, 7n));
    expect(parseEpsilon({ numerator: 2n, denominator: 4n })).toStrictEqual(rational(1n, 2n));
    expect(parseDelta(0.001)).toStrictEqual(rational(1n, 1000n));
    expect(parseDelta('1e-300')).toStrictEqual(rational(1n, 10n ** 300n));
  });

  it.each([
    '0',
    '0.0',
    '9.99e-10',
    '20.0000001',
    '-1',
    'one',
    NaN,
    { numerator: -1n, denominator: 1n },
    rational(21n),
  ])('refuses an epsilon, naming the field (%#)', (value) => {
    expect(fieldOf(() => parseEpsilon(value))).toBe('epsilon');
    expect(fieldOf(() => parseEpsilon(value, 'privacy.epsilon'))).toBe('privacy.epsilon');
  });

  it.each(['0', '0.00100001', '9.9e-301', 'x', 1])('refuses a delta, naming the field (%#)', (value) => {
    expect(fieldOf(() => parseDelta(value))).toBe('delta');
  });

  it.each([0, -1, 1.5, NaN, 2 ** 53, 0n, -1n])('refuses %s as a positive integer', (value) => {
    expect(fieldOf(() => positiveInteger(value, 'sensitivity'))).toBe('sensitivity');
  });
});
