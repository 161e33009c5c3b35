import { VesicaError } from '../errors.js';
import { invalid, parseEpsilon, parseSigma2, positiveInteger, type DecimalInput } from './parameters.js';
import {
  multiplyRationals,
  parseDecimal,
  rational,
  rationalToNumber,
  roundUpToDigits,
  type Rational,
} from './rational.js';
import { discreteLaplaceVariance } from './laplace.js';

/** The noise side of planning: which parameters give a wanted accuracy or share a budget. */

/** Significant digits of a suggested epsilon. */
const SUGGESTED_DIGITS = 6;

/**
 * An epsilon for which discrete Laplace noise has a variance of at most `sigma2`: the smallest one, rounded up to 6
 * significant digits. From 2a/(1-a)^2 = 1/(cosh(epsilon/s) - 1).
 *
 * @throws VesicaError `dp/invalid-parameter` with field `sigma2` or `sensitivity`, or field `epsilon` when more than 20
 * would be needed.
 */
export function epsilonForVariance(sigma2: DecimalInput, sensitivity: bigint): Rational {
  const wanted = rationalToNumber(parseSigma2(sigma2), 'nearest');
  const scale = rational(positiveInteger(sensitivity, 'sensitivity'));
  const inverse = 1 / wanted;
  // arcosh(1 + u) = ln(1 + u + sqrt(u (u + 2))), without cancellation for small u.
  const perUnit = parseDecimal(Math.log1p(inverse + Math.sqrt(inverse * (inverse + 2))));
  if (perUnit === undefined) throw new VesicaError('internal/defect', 'a variance gave no epsilon');
  let rate = roundUpToDigits(perUnit, SUGGESTED_DIGITS);
  // The double above may have been a last place too small, and then rounded to itself.
  while (discreteLaplaceVariance(rate) > wanted) {
    rate = roundUpToDigits(multiplyRationals(rate, rational(1_000_001n, 1_000_000n)), SUGGESTED_DIGITS);
  }
  return parseEpsilon(roundUpToDigits(multiplyRationals(rate, scale), SUGGESTED_DIGITS));
}

/**
 * The discrete Gaussian parameter that costs exactly `rho`: sensitivity^2 / (2 rho).
 *
 * @throws VesicaError `dp/invalid-parameter` with field `rho` or `sensitivity`.
 */
export function sigma2ForRho(rho: Rational, sensitivity: bigint): Rational {
  if (rho.numerator <= 0n) throw invalid('rho', 'must be above 0');
  const square = positiveInteger(sensitivity, 'sensitivity') ** 2n;
  return rational(square * rho.denominator, 2n * rho.numerator);
}

/**
 * A budget (epsilon or rho) shared out in proportion to `weights`, exactly: the shares add up to the budget.
 *
 * @throws VesicaError `dp/invalid-parameter` with field `weights` when there are none or one is not positive.
 */
export function splitBudget(budget: Rational, weights: readonly bigint[]): Rational[] {
  if (weights.length === 0) throw invalid('weights', 'must name at least one measure');
  const total = weights.reduce((sum, weight) => sum + positiveInteger(weight, 'weights'), 0n);
  return weights.map((weight) => multiplyRationals(budget, rational(weight, total)));
}
