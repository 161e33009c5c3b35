/**
 * Special functions in double precision. They are written here because the choice on npm is poor for this: the one
 * popular small library has had no release for years and loses half of the digits in the tails, and the complete ones
 * bring a hundred packages for four functions. Each is a series where the series has no cancellation, and a continued
 * fraction elsewhere, so no table of fitted coefficients has to be believed; tests compare them with 50-digit values.
 */

const SQRT_PI = 1.772453850905516;
/** Terms after which a series or fraction that has not settled is a defect, not slow. */
const MAX_TERMS = 200_000;
const TINY = 1e-300;

/**
 * Complementary error function, 2/sqrt(pi) times the integral of exp(-t^2) from `x` up. Relative error below 1e-14
 * down to the smallest normal double (x about 26.5).
 *
 * Source: DLMF 7.6.2 (series) and 7.9.1 (continued fraction).
 */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  // Above 1.5 the difference 1 - erf(x) would cancel; below, the fraction would converge slowly.
  return x < 1.5 ? 1 - erfSeries(x) : erfcFraction(x);
}

/** exp(-x^2), with x^2 formed in two parts: a rounding error in the exponent is multiplied by the exponent. */
export function expMinusSquare(x: number): number {
  const head = Math.trunc(x * 1024) / 1024;
  return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head));
}

function erfSeries(x: number): number {
  const square = x * x;
  let term = x;
  let sum = x;
  for (let n = 1; n < MAX_TERMS && term > sum * 1e-17; n += 1) {
    term *= (2 * square) / (2 * n + 1);
    sum += term;
  }
  return (2 / SQRT_PI) * Math.exp(-square) * sum;
}

function erfcFraction(x: number): number {
  const fraction = continuedFraction(x, (n) => ({ numerator: n / 2, denominator: x }));
  return expMinusSquare(x) / (SQRT_PI * fraction);
}

/** One level of a continued fraction: numerator a_n over denominator b_n + ... */
interface FractionTerm {
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * first + a_1/(b_1 + a_2/(b_2 + ...)) by the modified Lentz method (Thompson and Barnett 1986, J. Comput. Phys. 64).
 */
export function continuedFraction(first: number, termAt: (n: number) => FractionTerm): number {
  let value = first === 0 ? TINY : first;
  let c = value;
  let d = 0;
  for (let n = 1; n < MAX_TERMS; n += 1) {
    const { numerator, denominator } = termAt(n);
    d = denominator + numerator * d;
    c = denominator + numerator / c;
    if (Math.abs(d) < TINY) d = TINY;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    const step = c * d;
    value *= step;
    if (Math.abs(step - 1) < 2e-16) break;
  }
  return value;
}
