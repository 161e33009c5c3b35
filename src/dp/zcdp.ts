import { expNegativeBounds } from './exponential.js';
import { logarithmBounds } from './logarithm.js';
import { invalid, MAX_EXPONENT, STATED_DIGITS } from './parameters.js';
import {
  addRationals,
  compareRationals,
  divideRationals,
  multiplyRationals,
  parseDecimal,
  rational,
  rationalToNumber,
  roundUpToDigits,
  type Rational,
} from './rational.js';

/**
 * Conversion of zero-concentrated differential privacy (Bun and Steinke, arXiv 1605.02065) to (epsilon, delta), by
 * Canonne, Kamath and Steinke, arXiv 2004.00010, section 2.3. The bound holds at every order alpha > 1. The best order
 * is looked for in doubles, which decides only how tight the result is; the bound at that order is then computed between
 * exact bounds and rounded up, so the result is valid whatever the search did.
 */

const ONE = rational(1n);
const ZERO = rational(0n);
/** Logarithms are computed to this many bits after the point. */
const BITS = 320;

/**
 * The smallest epsilon found such that rho-zCDP gives (epsilon, delta), rounded up to 30 digits; 0 when rho is 0.
 *
 * @throws VesicaError `dp/invalid-parameter` with field `delta` when delta is not in (0, 1).
 */
export function epsilonOfRho(rho: Rational, delta: Rational): Rational {
  requireDelta(delta);
  if (rho.numerator === 0n) return ZERO;
  const slope = rationalToNumber(rho, 'nearest');
  const logarithm = naturalLogarithm(delta.denominator) - naturalLogarithm(delta.numerator);
  // d/d alpha of the bound is rho - (ln(1/delta) - ln alpha) / (alpha - 1)^2: one root, found with x = alpha - 1.
  const beyondOne = increasingRoot((x) => slope * x * x + Math.log1p(x) - logarithm);
  const alpha = addRationals(ONE, exactDouble(beyondOne));
  return epsilonAtOrder(multiplyRationals(rho, alpha), alpha, delta);
}

/**
 * The epsilon that a Renyi divergence `renyi` at order `alpha` > 1 gives at `delta`:
 * renyi + ln(1 - 1/alpha) + (ln(1/delta) - ln(alpha)) / (alpha - 1), at least 0, rounded up to 30 digits.
 *
 * @throws VesicaError `dp/invalid-parameter` with field `delta` when delta is not in (0, 1), `alpha` when not above 1.
 */
export function epsilonAtOrder(renyi: Rational, alpha: Rational, delta: Rational): Rational {
  requireDelta(delta);
  const beyondOne = beyond(alpha);
  const unit = 1n << BigInt(BITS);
  const fixedRenyi = (renyi.numerator * unit) / renyi.denominator + 1n;
  const quotient = logarithmBounds(divideRationals(beyondOne, alpha), BITS).upper;
  const spread = logarithmBounds(divideRationals(ONE, multiplyRationals(delta, alpha)), BITS).upper;
  const fixedSpread = floorDivide(spread * beyondOne.denominator, beyondOne.numerator) + 1n;
  const epsilon = fixedRenyi + quotient + fixedSpread;
  return epsilon <= 0n ? ZERO : roundUpToDigits(rational(epsilon, unit), STATED_DIGITS);
}

/**
 * The smallest delta found such that rho-zCDP gives (epsilon, delta), rounded up to 30 digits; 0 when rho is 0, never
 * above 1, and never below e^-800 otherwise.
 */
export function deltaOfRho(rho: Rational, epsilon: Rational): Rational {
  if (rho.numerator === 0n) return ZERO;
  const slope = rationalToNumber(rho, 'nearest');
  const offset = rationalToNumber(epsilon, 'nearest');
  // d/d alpha of the bound's logarithm is (2 alpha - 1) rho - epsilon + ln(1 - 1/alpha).
  const beyondOne = exactDouble(increasingRoot((x) => (2 * x + 1) * slope - offset - Math.log1p(1 / x)));
  const alpha = addRationals(ONE, beyondOne);
  const unit = 1n << BigInt(BITS);
  // ln delta <= (alpha-1) (alpha rho - epsilon) + alpha ln(1 - 1/alpha) - ln(alpha-1)
  const gain = multiplyRationals(beyondOne, multiplyRationals(alpha, rho));
  const loss = multiplyRationals(beyondOne, epsilon);
  const quotient = logarithmBounds(divideRationals(beyondOne, alpha), BITS).upper;
  const logarithm =
    (gain.numerator * unit) / gain.denominator +
    1n -
    (loss.numerator * unit) / loss.denominator +
    floorDivide(quotient * alpha.numerator, alpha.denominator) +
    1n -
    logarithmBounds(beyondOne, BITS).lower;
  if (logarithm >= 0n) return ONE;
  const deepest = MAX_EXPONENT * unit;
  const exponent = rational(-logarithm < deepest ? -logarithm : deepest, unit);
  // e^-x needs about 1.45 x bits before its first significant one.
  const bits = BITS + 2 * Number(MAX_EXPONENT);
  const { upper } = expNegativeBounds(exponent, bits);
  return roundUpToDigits(rational(upper, 1n << BigInt(bits)), STATED_DIGITS);
}

function requireDelta(delta: Rational): void {
  if (delta.numerator <= 0n || compareRationals(delta, ONE) >= 0) {
    throw invalid('delta', 'must be above 0 and below 1');
  }
}

/** alpha - 1, which has to be positive. */
function beyond(alpha: Rational): Rational {
  const numerator = alpha.numerator - alpha.denominator;
  if (numerator <= 0n) throw invalid('alpha', 'must be above 1');
  return rational(numerator, alpha.denominator);
}

/** A positive root of an increasing function, as near as doubles get; never 0, never infinite. */
function increasingRoot(increasing: (x: number) => number): number {
  let above = 1;
  while (increasing(above) < 0 && above < 1e300) above *= 2;
  let below = above;
  while (increasing(below) > 0 && below > 1e-300) below /= 2;
  for (let step = 0; step < 100; step += 1) {
    const middle = (below + above) / 2;
    if (increasing(middle) < 0) below = middle;
    else above = middle;
  }
  return above;
}

function exactDouble(value: number): Rational {
  const exact = parseDecimal(value);
  if (exact === undefined) throw invalid('rho', 'is out of range');
  return exact;
}

/** ln of a positive integer of any size, as a double. */
function naturalLogarithm(value: bigint): number {
  const digits = value.toString();
  return Math.log(Number(`0.${digits.slice(0, 20)}`)) + digits.length * Math.LN10;
}

/** The largest integer not above numerator / denominator, denominator positive. */
function floorDivide(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator < 0n ? quotient - 1n : quotient;
}
