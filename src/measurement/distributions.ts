import { incompleteBeta, incompleteGammaUpper } from './incomplete-functions.js';
import { doubleUntilNegative, findRoot } from './root-finding.js';
import { erfc, expMinusSquare } from './special-functions.js';

/** The normal, Student's t and chi-square distributions; of the last two the upper tails, which is all a test needs. */

function normalDensity(x: number): number {
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

/** Above this many degrees of freedom t differs from the normal distribution by less than the digits of any report. */
const NORMAL_ABOVE = 1e9;

/** Probability that Student's t with `degreesOfFreedom` (above 0, may be Infinity) exceeds `t`. */
export function studentSurvival(t: number, degreesOfFreedom: number): number {
  if (degreesOfFreedom > NORMAL_ABOVE) return normalSurvival(t);
  if (t < 0) return 1 - studentSurvival(-t, degreesOfFreedom);
  const square = t * t;
  const total = degreesOfFreedom + square;
  // Beyond 1e154 the square overflows; the tail is then exactly zero in a double for any df of 3 or more.
  if (!Number.isFinite(total)) return 0;
  return incompleteBeta(degreesOfFreedom / 2, 0.5, degreesOfFreedom / total, square / total) / 2;
}

/** The value that Student's t exceeds with probability `p`, 0 < p < 1. */
export function studentUpperQuantile(p: number, degreesOfFreedom: number): number {
  if (degreesOfFreedom > NORMAL_ABOVE) return -normalQuantile(p);
  if (p > 0.5) return -studentUpperQuantile(1 - p, degreesOfFreedom);
  if (p === 0.5) return 0;
  const excess = (t: number): number => studentSurvival(t, degreesOfFreedom) / p - 1;
  return findRoot(excess, { lower: 0, upper: doubleUntilNegative(excess, 1) });
}

/** Probability that chi-square with `degreesOfFreedom` (above 0) exceeds `x`. */
export function chiSquareSurvival(x: number, degreesOfFreedom: number): number {
  return incompleteGammaUpper(degreesOfFreedom / 2, x / 2);
}
