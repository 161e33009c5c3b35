import { VesicaError } from '../errors.js';
import { compareRationals, parseDecimal, rational, type Rational } from './rational.js';

/**
 * A parameter as a user or an offer states it: decimal text, a number (read as its shortest decimal form), or an exact
 * fraction.
 */
export type DecimalInput = string | number | Rational;

/** The largest epsilon of one release: past it the noise hides nothing. */
export const MAX_EPSILON = rational(20n);
/** The largest delta of one release: a delta is the chance of a plain disclosure. */
export const MAX_DELTA = rational(1n, 1000n);
/** The smallest delta that is computed with; doubles end soon after. */
export const MIN_DELTA = rational(1n, 10n ** 300n);

/**
 * An epsilon in (0, 20], exactly.
 *
 * @throws VesicaError `dp/invalid-parameter` with `field`.
 */
export function parseEpsilon(value: DecimalInput, field = 'epsilon'): Rational {
  return positiveUpTo(value, MAX_EPSILON, field);
}

/**
 * A delta in [1e-300, 0.001], exactly.
 *
 * @throws VesicaError `dp/invalid-parameter` with `field`.
 */
export function parseDelta(value: DecimalInput, field = 'delta'): Rational {
  const exact = positiveUpTo(value, MAX_DELTA, field);
  if (compareRationals(exact, MIN_DELTA) < 0) throw invalid(field, 'must be at least 1e-300');
  return exact;
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

function positiveUpTo(value: DecimalInput, largest: Rational, field: string): Rational {
  const exact = toRational(value);
  if (exact === undefined || exact.numerator === 0n || compareRationals(exact, largest) > 0) {
    const limit = Number(largest.numerator) / Number(largest.denominator);
    throw invalid(field, `must be a decimal number above 0 and at most ${limit}`);
  }
  return exact;
}

function toRational(value: DecimalInput): Rational | undefined {
  if (typeof value !== 'object') return parseDecimal(value);
  return value.denominator > 0n && value.numerator >= 0n
    ? rational(value.numerator, value.denominator)
    : undefined;
}
