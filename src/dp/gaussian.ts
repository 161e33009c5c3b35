import { evaluateRatio, ratioToNumber, type Bounds, type ExponentialTerm } from './exponential.js';
import { divideRationals, compareRationals, rational, rationalToNumber, type Rational } from './rational.js';
import { integerSquareRoot } from './samplers.js';

/**
 * The discrete Gaussian P(x) = b^(x^2) / Z with b = e^(-1/(2 sigma2)) and Z the sum of b^(y^2) over all integers
 * (Canonne, Kamath, Steinke, arXiv 2004.00010).
 */

/** Past this many sigma (and at least this far out) a point weighs less than e^-98 of the centre. */
const WINDOW_SIGMAS = 14n;

/**
 * rho of releasing an integer that one person changes by at most `sensitivity`: sensitivity^2 / (2 sigma2), exactly
 * (theorem 4 of the paper).
 */
export function discreteGaussianRho(sigma2: Rational, sensitivity: bigint): Rational {
  return divideRationals(
    rational(sensitivity * sensitivity),
    rational(2n * sigma2.numerator, sigma2.denominator),
  );
}

/**
 * Variance of the distribution; a little below sigma2, and equal to it within 1e-31 from sigma2 = 4 on. Relative error
 * below 1e-15.
 */
export function discreteGaussianVariance(sigma2: Rational): number {
  // By Poisson summation variance/sigma2 = 1 - 8 pi^2 sigma2 e^(-2 pi^2 sigma2) + ..., and 316 e^-79 < 2e-32.
  if (compareRationals(sigma2, rational(4n)) >= 0) return rationalToNumber(sigma2, 'nearest');
  const window = windowOf(sigma2);
  const squares = weights(window).slice(1);
  return ratioToNumber(
    {
      numerator: squares.map(({ coefficient, power }) => ({ coefficient: coefficient * power, power })),
      denominator: weights(window),
    },
    decay(sigma2),
  );
}

/** Bounds of P(x) with a relative width below 1e-30. Takes time in proportion to sigma: for audits and tests. */
export function discreteGaussianProbability(sigma2: Rational, x: bigint): Bounds {
  const window = windowOf(sigma2);
  const numerator = [{ coefficient: 1n, power: x * x }];
  const denominator = weights(window);
  // What lies past the window w is below 2 b^((w+1)^2) / (1 - b^(2w+3)), and 1 / (1 - e^-t) <= 1 + 1/t with
  // t = (2w+3) / (2 sigma2) >= 1/w, because sigma < w.
  const tail = { coefficient: 2n * (window + 1n), power: (window + 1n) ** 2n };
  const withTail = [...denominator, tail];
  return {
    lower: evaluateRatio({ numerator, denominator: withTail }, decay(sigma2)).lower,
    upper: evaluateRatio({ numerator, denominator }, decay(sigma2)).upper,
  };
}

/** 1 / (2 sigma2): the exponent of b. */
function decay(sigma2: Rational): Rational {
  return rational(sigma2.denominator, 2n * sigma2.numerator);
}

function windowOf(sigma2: Rational): bigint {
  return WINDOW_SIGMAS * (integerSquareRoot(sigma2.numerator / sigma2.denominator) + 1n);
}

/** b^(y^2) for |y| <= window, both signs in one term. */
function weights(window: bigint): ExponentialTerm[] {
  const terms: ExponentialTerm[] = [{ coefficient: 1n, power: 0n }];
  for (let y = 1n; y <= window; y += 1n) terms.push({ coefficient: 2n, power: y * y });
  return terms;
}
