import type { Estimate } from './figures.js';
import { studentSurvival, studentUpperQuantile } from './distributions.js';
import { positive } from './input.js';

/** A figure, the variance of its error, and how well that variance itself is known (Infinity: exactly). */
export interface Statistic {
  readonly value: number;
  readonly variance: number;
  readonly degreesOfFreedom: number;
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
 * Interval value +- t sqrt(variance) and its p-value, from one Student t (normal at infinite degrees of freedom). The
 * p-value is below 1 - confidence exactly when the interval leaves out zero.
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
  const criticalValue = studentUpperQuantile((1 - confidence) / 2, degreesOfFreedom);
  const reach = criticalValue * standardError;
  return {
    estimate: {
      value,
      standardError,
      interval: { lower: value - reach, upper: value + reach },
      missing: null,
    },
    pValue: 2 * studentSurvival(Math.abs(value) / standardError, degreesOfFreedom),
    criticalValue,
  };
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
    pValue: studentSurvival((towards * value) / standardError, degreesOfFreedom),
  };
}

/** Probability that the truth behind `statistic` is above `goal`, such as "an iROAS above 3" (flat prior). */
export function probabilityAbove(statistic: Statistic, goal: number): number {
  const standardError = Math.sqrt(positive('statistic.variance', statistic.variance));
  return studentSurvival((goal - statistic.value) / standardError, statistic.degreesOfFreedom);
}
