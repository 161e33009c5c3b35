import type { Estimate, RatioEstimate } from './figures.js';
import { fiellerRelative } from './fieller.js';
import { normalQuantile, normalSurvival } from './normal.js';

/** The mean of one arm and the variance of that mean, with the part of the variance that is added noise. */
export interface ArmMean {
  readonly mean: number;
  readonly variance: number;
  readonly noiseVariance: number;
}

export interface MeanComparison {
  readonly absolute: Estimate;
  readonly relative: RatioEstimate;
  /** Two-sided p-value of "no difference", from the same test as both intervals. */
  readonly pValue: number;
  /** Share of the variance of the difference that is added noise, 0 to 1. */
  readonly noiseShare: number;
}

/**
 * Compares the means of two independent arms: difference with its Wald interval, relative difference with its Fieller
 * interval, p-value. All three are one test, |d| > z sqrt(V_T + V_C), read in three ways; a report can therefore never
 * show an interval without zero beside a p-value that says "not significant".
 *
 * Both variances must be above zero.
 */
export function compareMeans(treatment: ArmMean, control: ArmMean, confidence: number): MeanComparison {
  const difference = treatment.mean - control.mean;
  const variance = treatment.variance + control.variance;
  const standardError = Math.sqrt(variance);
  const criticalValue = -normalQuantile((1 - confidence) / 2);
  const reach = criticalValue * standardError;
  return {
    absolute: {
      value: difference,
      standardError,
      interval: { lower: difference - reach, upper: difference + reach },
      missing: null,
    },
    relative: fiellerRelative({
      numerator: treatment.mean,
      numeratorVariance: treatment.variance,
      denominator: control.mean,
      denominatorVariance: control.variance,
      criticalValue,
    }),
    pValue: 2 * normalSurvival(Math.abs(difference) / standardError),
    noiseShare: (treatment.noiseVariance + control.noiseVariance) / variance,
  };
}
