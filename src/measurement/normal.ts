import { erfc, expMinusSquare } from './special-functions.js';

/** The standard normal distribution. */

export function normalDensity(x: number): number {
  return expMinusSquare(x / Math.SQRT2) / Math.sqrt(2 * Math.PI);
}

/** Probability of a value of at most `x`. Relative error below 1e-14 in the lower tail. */
export function normalCdf(x: number): number {
  return erfc(-x / Math.SQRT2) / 2;
}

/** Probability of a value above `x`; in the upper tail 1 - normalCdf(x) would lose every digit. */
export function normalSurvival(x: number): number {
  return erfc(x / Math.SQRT2) / 2;
}

/**
 * The value that a standard normal variable stays below with probability `p`, 0 < p < 1; -Infinity at 0 and Infinity
 * at 1.
 *
 * Source: a starting value good to 4.5e-4 (Abramowitz and Stegun 26.2.23), then Halley's method, which triples the
 * digits with each step, so the precision is that of `normalCdf`.
 */
export function normalQuantile(p: number): number {
  if (p <= 0) return -Infinity;
  if (p >= 1) return Infinity;
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  const numerator = 2.515517 + t * (0.802853 + t * 0.010328);
  const denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  let x = numerator / denominator - t;
  for (let step = 0; step < 3; step += 1) {
    const newton = (normalCdf(x) - p) / normalDensity(x);
    x -= newton / (1 + (x * newton) / 2);
  }
  return x;
}
