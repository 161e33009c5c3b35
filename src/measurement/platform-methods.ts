import { normalQuantile, normalSurvival } from './distributions.js';
import type { Interval } from './figures.js';
import { openProbability, positive } from './input.js';
import { type ArmMean, differenceOfMeans } from './mean-comparison.js';
import type { Statistic } from './wald.js';

/**
 * The methods of experiment platforms, so that their figures can be compared with ours. Reports use none of them by
 * default: see `compareMeans`.
 */

/**
 * Relative difference m_T/m_C - 1 with the variance of the delta method, V_T/m_C^2 + V_C m_T^2/m_C^4, and the degrees
 * of freedom of the difference. Feed it to `twoSidedTest`, `oneSidedTest`, `sequentialTest` or `flatPriorPosterior`.
 *
 * Common in experiment platforms, and kept so that their figures can be compared. Reports use Fieller intervals
 * instead: the delta method's test of "no relative difference" is not the test of "no difference", so its interval and
 * the p-value of the difference can contradict each other, and it covers badly when the control mean is uncertain.
 *
 * `undefined` when the control mean is zero or less.
 *
 * Source: Deng, Knoblich and Lu 2018, "Applying the delta method in metric analytics".
 */
export function relativeByDeltaMethod(treatment: ArmMean, control: ArmMean): Statistic | undefined {
  if (control.mean <= 0) return undefined;
  const ratio = treatment.mean / control.mean;
  const squared = control.mean * control.mean;
  return {
    value: ratio - 1,
    variance: treatment.variance / squared + (control.variance * ratio * ratio) / squared,
    degreesOfFreedom: differenceOfMeans(treatment, control).degreesOfFreedom,
  };
}

export interface SequentialInput {
  readonly statistic: Statistic;
  /** Customers in both arms together. */
  readonly n: number;
  readonly confidence: number;
  /** Number of customers at which the interval is meant to be narrowest; experiment platforms default to 5,000. */
  readonly tuningN: number;
}

export interface SequentialTest {
  readonly interval: Interval;
  /** Below 1 - confidence exactly when the interval leaves out zero. */
  readonly pValue: number;
}

/**
 * Interval and p-value that stay valid however often a party looks at a running experiment and whenever it stops.
 *
 * Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic
 * confidence sequences" (arXiv 2103.06476v7), equations 155 and 161.
 */
export function sequentialTest(input: SequentialInput): SequentialTest {
  const { value } = input.statistic;
  const variance = positive('statistic.variance', input.statistic.variance);
  const n = positive('n', input.n);
  const tuningN = positive('tuningN', input.tuningN);
  const alpha = 1 - openProbability('confidence', input.confidence);
  const logAlpha = -2 * Math.log(alpha);
  const rho2 = (logAlpha + Math.log(logAlpha + 1)) / tuningN;
  const spread = n * rho2 + 1;
  const reach =
    Math.sqrt(variance) * Math.sqrt((2 * spread * Math.log(Math.sqrt(spread) / alpha)) / (n * rho2));
  const logEvidence = ((value * value) / variance) * ((n * rho2) / (2 * spread)) - Math.log(spread) / 2;
  return {
    interval: { lower: value - reach, upper: value + reach },
    pValue: Math.min(1, Math.exp(-logEvidence)),
  };
}

export interface Posterior {
  /** Interval that holds the truth with the stated probability. */
  readonly interval: Interval;
  /** Probability that the truth is above zero. */
  readonly chanceToWin: number;
}

/** Normal posterior of the truth behind `statistic` when nothing was known before (flat prior). */
export function flatPriorPosterior(statistic: Statistic, confidence: number): Posterior {
  const standardError = Math.sqrt(positive('statistic.variance', statistic.variance));
  const reach = -normalQuantile((1 - openProbability('confidence', confidence)) / 2) * standardError;
  return {
    interval: { lower: statistic.value - reach, upper: statistic.value + reach },
    chanceToWin: normalSurvival(-statistic.value / standardError),
  };
}
