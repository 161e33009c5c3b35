import { fiellerRatio } from './fieller.js';
import {
  type Estimate,
  type MissingReason,
  type RatioEstimate,
  isNoiseDominated,
  missingEstimate,
  missingRatio,
} from './figures.js';
import { type Statistic, twoSidedTest } from './wald.js';

/** The mean of one arm with everything the comparison of two arms needs to know about its error. */
export interface ArmMean {
  readonly mean: number;
  /** Variance of `mean`: sampling and noise together. */
  readonly variance: number;
  /** The part of `variance` that is added noise, which is known exactly. */
  readonly noiseVariance: number;
  /** Fourth cumulant of the added noise in `mean`; 0 where it is treated as normal. */
  readonly noiseFourthCumulant?: number;
  /** Variance of the estimate `variance` itself; 0 where it is treated as known. */
  readonly varianceOfVariance: number;
}

export interface MeanComparison {
  readonly absolute: Estimate;
  readonly relative: RatioEstimate;
  /** Two-sided p-value of "no difference", from the same test as both intervals. */
  readonly pValue: number | null;
  /** Share of the variance of the difference that is added noise, 0 to 1. */
  readonly noiseShare: number | null;
  /** Whether the difference is smaller than two standard deviations of the noise in it. */
  readonly noiseDominated: boolean;
}

/**
 * Difference of two independent means. The degrees of freedom are those of Satterthwaite, 2 V^2 / Var(V): with exact
 * figures this is Welch's test, and noise in a released sum of squares lowers them, so that a variance that is not well
 * known widens the interval.
 */
export function differenceOfMeans(treatment: ArmMean, control: ArmMean): Statistic {
  const variance = treatment.variance + control.variance;
  const degreesOfFreedom = satterthwaite(variance, treatment.varianceOfVariance + control.varianceOfVariance);
  return {
    value: treatment.mean - control.mean,
    variance,
    degreesOfFreedom,
    excessKurtosis: excessKurtosis(variance, treatment, control),
  };
}

/** Cumulants of independent errors add up; those of sampling are taken as normal. */
function excessKurtosis(variance: number, ...means: readonly ArmMean[]): number {
  const cumulant = means.reduce((sum, mean) => sum + (mean.noiseFourthCumulant ?? 0), 0);
  return cumulant > 0 ? cumulant / (variance * variance) : 0;
}

function satterthwaite(variance: number, varianceOfVariance: number): number {
  return varianceOfVariance === 0 ? Infinity : (2 * variance * variance) / varianceOfVariance;
}

/**
 * Compares the means of two independent arms: difference with its Wald interval, relative difference with its Fieller
 * interval, p-value. All three are one test, |d| > t sqrt(V_T + V_C), read in three ways; a report can therefore never
 * show an interval without zero beside a p-value that says "not significant".
 */
export function compareMeans(treatment: ArmMean, control: ArmMean, confidence: number): MeanComparison {
  const statistic = differenceOfMeans(treatment, control);
  const { estimate, pValue, criticalValue } = twoSidedTest(statistic, confidence);
  const noiseVariance = treatment.noiseVariance + control.noiseVariance;
  return {
    absolute: estimate,
    relative: relativeDifference(treatment, control, { estimate, criticalValue }),
    pValue,
    noiseShare: statistic.variance > 0 ? noiseVariance / statistic.variance : null,
    noiseDominated: isNoiseDominated(statistic.value, noiseVariance),
  };
}

/** The comparison of two arms one of which has no mean. */
export function missingComparison(missing: MissingReason): MeanComparison {
  return {
    absolute: missingEstimate(missing),
    relative: missingRatio(missing),
    pValue: null,
    noiseShare: null,
    noiseDominated: false,
  };
}

interface ComparedDifference {
  readonly estimate: Estimate;
  readonly criticalValue: number | null;
}

/** (m_T - m_C) / m_C. The control mean stands in both parts of the ratio, hence the covariance -V_C. */
function relativeDifference(
  treatment: ArmMean,
  control: ArmMean,
  difference: ComparedDifference,
): RatioEstimate {
  if (control.mean <= 0) return missingRatio('denominator-not-positive');
  const numerator = treatment.mean - control.mean;
  if (difference.criticalValue === null) {
    return { value: numerator / control.mean, interval: null, missing: difference.estimate.missing };
  }
  return fiellerRatio({
    numerator,
    numeratorVariance: treatment.variance + control.variance,
    denominator: control.mean,
    denominatorVariance: control.variance,
    covariance: -control.variance,
    criticalValue: difference.criticalValue,
  });
}

/** The mean of one arm with its own interval. */
export function estimateOfMean(arm: ArmMean, confidence: number): Estimate {
  const { mean, variance, varianceOfVariance } = arm;
  const degreesOfFreedom = satterthwaite(variance, varianceOfVariance);
  const statistic = {
    value: mean,
    variance,
    degreesOfFreedom,
    excessKurtosis: excessKurtosis(variance, arm),
  };
  return twoSidedTest(statistic, confidence).estimate;
}
