import type { Estimate } from './figures.js';
import { studentSurvival, studentUpperQuantile } from './distributions.js';
import { positive } from './input.js';

/** A figure, the variance of its error, and how well that variance itself is known (Infinity: exactly). */
export interface Statistic {
  readonly value: number;
  readonly variance: number;
  readonly degreesOfFreedom: number;
  /** Excess kurtosis of the error, from 0 (the default: as normal errors) to 3 or a little more (one Laplace error). */
  readonly excessKurtosis?: number;
}

export interface TwoSidedTest {
  readonly estimate: Estimate;
  /** Probability of a value at least this far from zero when the truth is zero; `null` exactly when the interval is. */
  readonly pValue: number | null;
  /** How many standard errors the interval reaches to each side. */
  readonly criticalValue: number | null;
}

export type Alternative = 'greater' | 'less';

export interface OneSidedTest {
  readonly alternative: Alternative;
  readonly value: number;
  readonly standardError: number;
  /** With the stated confidence the truth lies above this (alternative `greater`) or below it (`less`). */
  readonly bound: number;
  /** Probability of a value at least this far in the direction of the alternative when the truth is zero. */
  readonly pValue: number;
}

/**
 * Interval value +- q sqrt(variance) and its p-value, from one distribution: Student t (normal at infinite degrees of
 * freedom), its quantiles stretched for heavy tails (`stretch`). The p-value is below 1 - confidence exactly when the interval leaves out zero.
 *
 * A variance of zero gives no interval (`no-variance`), and neither does a variance known to less than one degree of
 * freedom (`variance-too-noisy`).
 */
export function twoSidedTest(statistic: Statistic, confidence: number): TwoSidedTest {
  const { value, variance, degreesOfFreedom } = statistic;
  const standardError = Math.sqrt(variance);
  const missing = degreesOfFreedom < 1 ? 'variance-too-noisy' : variance <= 0 ? 'no-variance' : null;
  if (missing !== null) {
    return {
      estimate: { value, standardError: null, interval: null, missing },
      pValue: null,
      criticalValue: null,
    };
  }
  const kurtosis = Math.min(Math.max(statistic.excessKurtosis ?? 0, 0), MAX_EXCESS_KURTOSIS);
  const criticalValue = stretch(studentUpperQuantile((1 - confidence) / 2, degreesOfFreedom), kurtosis);
  const reach = criticalValue * standardError;
  return {
    estimate: {
      value,
      standardError,
      interval: { lower: value - reach, upper: value + reach },
      missing: null,
    },
    pValue: 2 * studentSurvival(shrink(inErrors(Math.abs(value), standardError), kurtosis), degreesOfFreedom),
    criticalValue,
  };
}

/** Powers of it stay finite, and the tail beyond it is zero in a double for any degrees of freedom that count. */
const MOST_ERRORS = 1e100;

/** `value` in standard errors, which may be so small that the quotient or a power of it would overflow. */
function inErrors(value: number, standardError: number): number {
  return Math.max(-MOST_ERRORS, Math.min(MOST_ERRORS, value / standardError));
}

/** Beyond this the expansion below would not be monotone; one discrete Laplace error has 3 and little more. */
const MAX_EXCESS_KURTOSIS = 6;

/**
 * The quantile of a standardised symmetric error with excess kurtosis k where the normal one is z (Cornish and Fisher
 * 1937, to the fourth cumulant): z + (z^3 - 3z) k / 24. At 95 % it is 2.16 for one Laplace error, whose own is 2.12,
 * where the normal 1.96 would cover 93.7 %. It never falls below z: below sqrt(3) the expansion would pull it in.
 */
function stretch(z: number, kurtosis: number): number {
  return z + (Math.max(0, z ** 3 - 3 * z) * kurtosis) / 24;
}

/** The z of which `stretch` makes `q`; Newton's method, on a function that rises at least as fast as z. */
function shrink(q: number, kurtosis: number): number {
  let z = q;
  for (let i = 0; i < 60; i += 1) {
    const slope = z * z > 3 ? 1 + ((3 * z * z - 3) * kurtosis) / 24 : 1;
    const next = z - (stretch(z, kurtosis) - q) / slope;
    if (Math.abs(next - z) <= 1e-15 * Math.max(1, z)) return next;
    z = next;
  }
  return z;
}

/** One-sided form of `twoSidedTest`, for a variance above zero and at least one degree of freedom. */
export function oneSidedTest(
  statistic: Statistic,
  alternative: Alternative,
  confidence: number,
): OneSidedTest {
  const { value, degreesOfFreedom } = statistic;
  const standardError = Math.sqrt(positive('statistic.variance', statistic.variance));
  const reach = studentUpperQuantile(1 - confidence, degreesOfFreedom) * standardError;
  const towards = alternative === 'greater' ? 1 : -1;
  return {
    alternative,
    value,
    standardError,
    bound: value - towards * reach,
    pValue: studentSurvival(inErrors(towards * value, standardError), degreesOfFreedom),
  };
}

/** Probability that the truth behind `statistic` is above `goal`, such as "an iROAS above 3" (flat prior). */
export function probabilityAbove(statistic: Statistic, goal: number): number {
  const standardError = Math.sqrt(positive('statistic.variance', statistic.variance));
  return studentSurvival((goal - statistic.value) / standardError, statistic.degreesOfFreedom);
}
