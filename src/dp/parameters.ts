import { VesicaError } from '../errors.js';
import { compareRationals, parseDecimal, rational, rationalToNumber, type Rational } from './rational.js';

/**
 * A parameter as a user or an offer states it: decimal text, a number (read as its shortest decimal form), or an exact
 * fraction.
 */
export type DecimalInput = string | number | Rational;

/** The smallest epsilon of one release: below it the noise leaves nothing to read. */
export const MIN_EPSILON = rational(1n, 10n ** 9n);
/** The largest epsilon of one release: past it the noise hides nothing. */
export const MAX_EPSILON = rational(20n);
/** The largest delta of one release: a delta is the chance of a plain disclosure. */
export const MAX_DELTA = rational(1n, 1000n);
/** The smallest delta that is computed with; doubles end soon after. */
export const MIN_DELTA = rational(1n, 10n ** 300n);

/** Below this variance hardly any draw differs from 0. */
const MIN_SIGMA2 = rational(1n, 1000n);
/** The largest variance that noise is drawn with; sums of money in quanta stay far below. */
const MAX_SIGMA2 = rational(10n ** 30n);
/**
 * The largest exponent x in an e^(-x) that a delta is computed from. e^-800 is below 10^-347, past every delta, and
 * more would cost unbounded precision.
 */
export const MAX_EXPONENT = 800n;
/** Significant digits of a computed epsilon or delta; it is rounded up to them. */
export const STATED_DIGITS = 30;

/**
 * An epsilon in [1e-9, 20], exactly.
 *
 * @throws VesicaError `dp/invalid-parameter` with `field`.
 */
export function parseEpsilon(value: DecimalInput, field = 'epsilon'): Rational {
  return between(value, MIN_EPSILON, MAX_EPSILON, field);
}

/**
 * A delta in [1e-300, 0.001], exactly.
 *
 * @throws VesicaError `dp/invalid-parameter` with `field`.
 */
export function parseDelta(value: DecimalInput, field = 'delta'): Rational {
  return between(value, MIN_DELTA, MAX_DELTA, field);
}

/**
 * The parameter sigma^2 of a discrete Gaussian in [0.001, 1e30], exactly.
 *
 * @throws VesicaError `dp/invalid-parameter` with `field`.
 */
export function parseSigma2(value: DecimalInput, field = 'sigma2'): Rational {
  return between(value, MIN_SIGMA2, MAX_SIGMA2, field);
}

/**
 * `value` when it is an integer of at least 1.
 *
 * @throws VesicaError `dp/invalid-parameter` with `field`.
 */
export function positiveInteger<Integer extends number | bigint>(value: Integer, field: string): Integer {
  if ((typeof value === 'number' && !Number.isSafeInteger(value)) || value < 1) {
    throw invalid(field, 'must be an integer of at least 1');
  }
  return value;
}

/** The error every wrong parameter ends in. */
export function invalid(field: string, expectation: string): VesicaError {
  return new VesicaError('dp/invalid-parameter', `${field} ${expectation}`, { field });
}

function between(value: DecimalInput, smallest: Rational, largest: Rational, field: string): Rational {
  const exact = toRational(value);
  if (exact === undefined || compareRationals(exact, smallest) < 0 || compareRationals(exact, largest) > 0) {
    const [from, to] = [smallest, largest].map((limit) => rationalToNumber(limit, 'nearest'));
    throw invalid(field, `must be a decimal number from ${String(from)} to ${String(to)}`);
  }
  return exact;
}

function toRational(value: DecimalInput): Rational | undefined {
  if (typeof value !== 'object') return parseDecimal(value);
  return value.denominator > 0n && value.numerator >= 0n
    ? rational(value.numerator, value.denominator)
    : undefined;
}
