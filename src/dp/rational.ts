import { VesicaError } from '../errors.js';

/**
 * An exact non-negative fraction in lowest terms, denominator at least 1. Privacy parameters are held this way, so that
 * an epsilon of "0.1" is one tenth and not the double nearest to it.
 */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** At most this many characters of decimal text are read: every double and every sensible parameter fits. */
const MAX_DECIMAL_LENGTH = 400;
/** Digits, an optional fraction, an optional exponent of at most three digits (doubles need -324 to 308). */
const DECIMAL = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * The fraction `numerator / denominator` in lowest terms.
 *
 * @throws VesicaError `dp/invalid-parameter` when it is negative or the denominator is not positive.
 */
export function rational(numerator: bigint, denominator = 1n): Rational {
  if (numerator < 0n || denominator <= 0n) {
    throw new VesicaError(
      'dp/invalid-parameter',
      'a fraction needs a numerator of at least 0 and a denominator of at least 1',
    );
  }
  const divisor = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/**
 * The exact value of decimal text ("0.1", "25", "1e-6"), or of a number's shortest decimal form, which is the text a
 * person wrote to get that number. `undefined` for anything else: a sign, a hexadecimal number, NaN, infinity, text
 * over 400 characters.
 */
export function parseDecimal(value: string | number): Rational | undefined {
  const text = String(value);
  if (text.length > MAX_DECIMAL_LENGTH) return undefined;
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction);
  const shift = Number(exponent) - fraction.length;
  return shift >= 0 ? rational(digits * 10n ** BigInt(shift)) : rational(digits, 10n ** BigInt(-shift));
}

/** Negative, zero or positive as `a` is below, equal to or above `b`. */
export function compareRationals(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** `a + b`. */
export function addRationals(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

/** `a * b`. */
export function multiplyRationals(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/**
 * `a / b`.
 *
 * @throws VesicaError `dp/invalid-parameter` when `b` is 0.
 */
export function divideRationals(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

/**
 * `value` as a double: the smallest double not below it (`up`), or one within half a unit in the last place
 * (`nearest`). Infinity when it is past the largest double.
 */
export function rationalToNumber(value: Rational, rounding: 'up' | 'nearest'): number {
  const { numerator, denominator } = value;
  if (numerator === 0n) return 0;
  // The last bit kept has weight 2^-shift: 53 significant bits, and nothing below the smallest subnormal 2^-1074.
  const magnitude = bitLength(numerator) - bitLength(denominator);
  let shift = Math.min(53 - magnitude, 1074);
  if (scaledFloor(value, shift) >= 1n << 53n) shift -= 1;
  const floor = scaledFloor(value, shift);
  const remainder = shiftLeft(numerator, shift) - floor * shiftLeft(denominator, -shift);
  const whole = shiftLeft(denominator, -shift);
  const roundUp = rounding === 'up' ? remainder > 0n : 2n * remainder >= whole;
  // Both factors are exact doubles, so the product is too, unless it overflows.
  return Number(roundUp ? floor + 1n : floor) * 2 ** -shift;
}

/**
 * Decimal text of the smallest number with `digits` significant digits that is not below `value`, in the form
 * `1.25e-7`; `parseDecimal` reads it back. An upper bound stays an upper bound when printed this way.
 */
export function decimalAbove(value: Rational, digits: number): string {
  const { mantissa, exponent } = decimalParts(value, digits);
  const text = mantissa.toString();
  const fraction = text.slice(1).replace(/0+$/, '');
  if (text === '0') return '0';
  return `${text.charAt(0)}${fraction === '' ? '' : `.${fraction}`}e${exponent + text.length - 1}`;
}

/**
 * The smallest number with `digits` significant decimal digits that is not below `value`; a short, exact upper bound.
 */
export function roundUpToDigits(value: Rational, digits: number): Rational {
  const { mantissa, exponent } = decimalParts(value, digits);
  return multiplyRationals(rational(mantissa), powerOfTen(exponent));
}

/** The smallest integer not below `numerator / denominator`, both non-negative, `denominator` at least 1. */
export function divideUp(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}

/** Number of bits of a non-negative integer; 0 for 0. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** The smallest mantissa * 10^exponent not below `value` with a mantissa of `digits` digits (one more for a carry). */
function decimalParts(value: Rational, digits: number): { mantissa: bigint; exponent: number } {
  const { numerator, denominator } = value;
  if (numerator === 0n) return { mantissa: 0n, exponent: 0 };
  let leading = numerator.toString().length - denominator.toString().length;
  if (compareRationals(value, powerOfTen(leading)) < 0) leading -= 1;
  const exponent = leading - digits + 1;
  const scaled = multiplyRationals(value, powerOfTen(-exponent));
  return { mantissa: divideUp(scaled.numerator, scaled.denominator), exponent };
}

function powerOfTen(exponent: number): Rational {
  return exponent >= 0 ? rational(10n ** BigInt(exponent)) : rational(1n, 10n ** BigInt(-exponent));
}

/** `value * 2^shift` for a positive shift, `value` itself otherwise. */
function shiftLeft(value: bigint, shift: number): bigint {
  return shift > 0 ? value << BigInt(shift) : value;
}

/** The largest integer not above `value * 2^shift`. */
function scaledFloor(value: Rational, shift: number): bigint {
  return shiftLeft(value.numerator, shift) / shiftLeft(value.denominator, -shift);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b > 0n) [a, b] = [b, a % b];
  return a;
}
