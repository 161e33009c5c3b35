import { VesicaError } from '../errors.js';
import {
  bitLength,
  compareRationals,
  divideUp,
  rational,
  rationalToNumber,
  type Rational,
} from './rational.js';

/**
 * Rigorous arithmetic on e^(-epsilon). Every probability and every delta of this room is a ratio of two sums of
 * integer multiples of powers of e^(-epsilon); such a ratio is evaluated here between two rational bounds, in integers,
 * with every rounding directed outwards. No double takes part, so a bound is a bound and not an estimate.
 */

/** `coefficient * e^(-epsilon * power)`, with `power` at least 0. */
export interface ExponentialTerm {
  readonly coefficient: bigint;
  readonly power: bigint;
}

/** The quotient of two sums of terms in the same epsilon. */
export interface ExponentialRatio {
  readonly numerator: readonly ExponentialTerm[];
  readonly denominator: readonly ExponentialTerm[];
}

/** Two rationals around an exact value. */
export interface Bounds {
  readonly lower: Rational;
  readonly upper: Rational;
}

/** Two integers around an exact value, in units of 2^-bits. They may be negative. */
export interface FixedBounds {
  readonly lower: bigint;
  readonly upper: bigint;
}

const FIRST_BITS = 128;
/** Past this something is wrong with the question, e.g. a ratio that equals its limit. Reached in no valid use. */
const LAST_BITS = 1 << 14;
/** Bounds are refined until they differ by less than 2^-110 of their size, about 33 decimal digits. */
const RELATIVE_BITS = 110n;

/**
 * Bounds of a positive ratio that differ by less than 2^-110 of the value.
 *
 * @throws VesicaError `internal/defect` when the ratio is not positive, so that no precision is enough.
 */
export function evaluateRatio(ratio: ExponentialRatio, epsilon: Rational): Bounds {
  return refine(ratio, epsilon, (bounds) => {
    const { lower, upper } = bounds;
    const width = upper.numerator * lower.denominator - lower.numerator * upper.denominator;
    return width << RELATIVE_BITS < lower.numerator * upper.denominator ? bounds : undefined;
  });
}

/** A positive ratio as the nearest double. */
export function ratioToNumber(ratio: ExponentialRatio, epsilon: Rational): number {
  return rationalToNumber(evaluateRatio(ratio, epsilon).upper, 'nearest');
}

/**
 * Whether a positive ratio is at most `limit`, decided with certainty: precision grows until the bounds lie on one
 * side. They get there, because e^(-epsilon) is transcendental for every rational epsilon > 0 (Lindemann) and so a
 * ratio that really depends on it is never equal to a rational.
 */
export function ratioIsAtMost(ratio: ExponentialRatio, epsilon: Rational, limit: Rational): boolean {
  return refine(ratio, epsilon, ({ lower, upper }) => {
    if (compareRationals(upper, limit) <= 0) return true;
    return compareRationals(lower, limit) > 0 ? false : undefined;
  });
}

/** Doubles the precision until `decide` gives an answer. */
function refine<Answer>(
  ratio: ExponentialRatio,
  epsilon: Rational,
  decide: (bounds: Bounds) => Answer | undefined,
): Answer {
  for (let bits = FIRST_BITS; bits <= LAST_BITS; bits *= 2) {
    const numerator = sumBounds(ratio.numerator, epsilon, bits);
    const denominator = sumBounds(ratio.denominator, epsilon, bits);
    if (numerator.lower <= 0n || denominator.lower <= 0n) continue;
    const answer = decide({
      lower: rational(numerator.lower, denominator.upper),
      upper: rational(numerator.upper, denominator.lower),
    });
    if (answer !== undefined) return answer;
  }
  throw new VesicaError('internal/defect', 'a ratio of exponentials could not be bounded');
}

function sumBounds(terms: readonly ExponentialTerm[], epsilon: Rational, bits: number): FixedBounds {
  let lower = 0n;
  let upper = 0n;
  for (const { coefficient, power } of terms) {
    const exponent = rational(epsilon.numerator * power, epsilon.denominator);
    const factor = expNegativeBounds(exponent, bits);
    lower += coefficient * (coefficient < 0n ? factor.upper : factor.lower);
    upper += coefficient * (coefficient < 0n ? factor.lower : factor.upper);
  }
  return { lower, upper };
}

/**
 * `lower <= e^(-exponent) * 2^bits <= upper`, a few units apart. The exponent is halved until it is below 2^-8, the
 * alternating Taylor series is summed there, and the result is squared back.
 */
export function expNegativeBounds(exponent: Rational, bits: number): FixedBounds {
  if (exponent.numerator === 0n) return { lower: 1n << BigInt(bits), upper: 1n << BigInt(bits) };
  const halvings = Math.max(0, bitLength(exponent.numerator) - bitLength(exponent.denominator) + 9);
  // Each squaring doubles the relative error: two guard bits a halving, and some for the series.
  const guard = BigInt(2 * halvings + 16);
  const scale = BigInt(bits) + guard;
  let { lower, upper } = taylorBounds(exponent, halvings, scale);
  for (let i = 0; i < halvings; i += 1) {
    lower = (lower * lower) >> scale;
    upper = shiftRightUp(upper * upper, scale);
  }
  return { lower: lower >> guard, upper: shiftRightUp(upper, guard) };
}

/** e^(-x) in units of 2^-scale for x = exponent / 2^halvings < 2^-8, by the alternating series. */
function taylorBounds(exponent: Rational, halvings: number, scale: bigint): FixedBounds {
  const scaledNumerator = exponent.numerator << scale;
  const scaledDenominator = exponent.denominator << BigInt(halvings);
  const x = {
    lower: scaledNumerator / scaledDenominator,
    upper: divideUp(scaledNumerator, scaledDenominator),
  };
  let term = { lower: 1n << scale, upper: 1n << scale };
  let lower = 0n;
  let upper = 0n;
  for (let i = 1n; ; i += 1n) {
    if (i % 2n === 1n) {
      lower += term.lower;
      upper += term.upper;
    } else {
      lower -= term.upper;
      upper -= term.lower;
    }
    term = {
      lower: (term.lower * x.lower) / (i << scale),
      upper: divideUp(term.upper * x.upper, i << scale),
    };
    // The terms fall, so what is left of an alternating series is smaller than its first term.
    if (term.upper <= 1n) return { lower: lower - term.upper, upper: upper + term.upper };
  }
}

function shiftRightUp(value: bigint, shift: bigint): bigint {
  return -(-value >> shift);
}
