import { type Estimate, isNoiseDominated, missingEstimate, scaleEstimate } from './figures.js';
import { type Count, exactCount, finite, nonNegative, openProbability, positive } from './input.js';
import {
  type ArmMean,
  type MeanComparison,
  compareMeans,
  estimateOfMean,
  missingComparison,
} from './mean-comparison.js';

/**
 * The value of one measure (spend, say) over the customers of an arm, as a session discloses it. Sums are in whole
 * quanta, the unit the parties agreed to count in; squares are in squared quanta.
 */
export interface ValueArm {
  /** Customers in the arm, those without any value included. Public. */
  readonly n: Count;
  readonly sumQuanta: Count;
  /** Variance of the noise added to the sum; 0 for an exact sum. */
  readonly sumNoiseVariance: number;
  /** Fourth cumulant of that noise (`fourthCumulant` of dp); 0 (the default) treats it as normal. */
  readonly sumNoiseFourthCumulant?: number;
  readonly sumOfSquaresQuanta: Count;
  /** Variance of the noise added to the sum of squares; 0 for an exact one. */
  readonly sumOfSquaresNoiseVariance: number;
}

export interface ValueLiftInput {
  readonly treatment: ValueArm;
  readonly control: ValueArm;
  /** Confidence of every interval, for example 0.95. */
  readonly confidence: number;
  /** Minor currency units in one quantum; 1 (the default) when quanta are minor units, or are not money. */
  readonly quantumMinorUnits?: number;
}

export interface ValueArmSummary {
  readonly n: number;
  readonly sumMinorUnits: number;
  /** Standard deviation of the noise in the sum. */
  readonly sumNoiseMinorUnits: number;
  /** Value of an average customer of the arm, in minor units. */
  readonly mean: Estimate;
  /** Whether the sum is smaller than two standard deviations of its noise. */
  readonly noiseDominated: boolean;
}

/** Difference of the mean values in minor units (`absolute`) and relative to the control mean (`relative`, Fieller). */
export interface ValueLift extends MeanComparison {
  readonly confidence: number;
  readonly treatment: ValueArmSummary;
  readonly control: ValueArmSummary;
  /** Value in the treatment arm that would not have come without the treatment, in minor units. */
  readonly incrementalValueMinorUnits: Estimate;
}

/**
 * Lift in value of one treatment arm against one control arm, from noisy sums and noisy sums of squares: Welch's test
 * when there is no noise.
 *
 * An arm without customers gives `empty-arm`, one with a single customer `too-few-customers`. When the noise in the sum
 * of squares hides the variance it should tell, interval and p-value are `null` with `variance-too-noisy`; the estimate
 * stands. Throws `measurement/invalid-input` as `conversionLift` does.
 */
export function valueLift(input: ValueLiftInput): ValueLift {
  const confidence = openProbability('confidence', input.confidence);
  const unit = positive('quantumMinorUnits', input.quantumMinorUnits ?? 1);
  const treatment = momentsInMinorUnits('treatment', input.treatment, unit);
  const control = momentsInMinorUnits('control', input.control, unit);
  const comparison = compare(treatment, control, confidence);
  return {
    confidence,
    treatment: summarise(treatment, confidence),
    control: summarise(control, confidence),
    ...comparison,
    incrementalValueMinorUnits: scaleEstimate(comparison.absolute, treatment.n),
  };
}

function compare(treatment: Moments, control: Moments, confidence: number): MeanComparison {
  if (treatment.n < 1 || control.n < 1) return missingComparison('empty-arm');
  if (treatment.n < 2 || control.n < 2) return missingComparison('too-few-customers');
  return compareMeans(meanOfMoments(treatment), meanOfMoments(control), confidence);
}

/** Size, sum and sum of squares of an arm with the variances of their noise, all in one unit. */
export interface Moments {
  readonly n: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly sumNoiseVariance: number;
  readonly sumNoiseFourthCumulant: number;
  readonly sumOfSquaresNoiseVariance: number;
}

export function momentsInMinorUnits(name: string, arm: ValueArm, quantumMinorUnits: number): Moments {
  const squared = quantumMinorUnits * quantumMinorUnits;
  const fourth = squared * squared;
  const cumulant = nonNegative(`${name}.sumNoiseFourthCumulant`, arm.sumNoiseFourthCumulant ?? 0);
  return {
    n: exactCount(`${name}.n`, arm.n),
    sum: finite(`${name}.sumQuanta`, arm.sumQuanta) * quantumMinorUnits,
    sumOfSquares: finite(`${name}.sumOfSquaresQuanta`, arm.sumOfSquaresQuanta) * squared,
    sumNoiseVariance: nonNegative(`${name}.sumNoiseVariance`, arm.sumNoiseVariance) * squared,
    sumNoiseFourthCumulant:
      // However large the fourth power of a quantum is, none stays none.
      cumulant === 0 ? 0 : cumulant * fourth,
    sumOfSquaresNoiseVariance:
      nonNegative(`${name}.sumOfSquaresNoiseVariance`, arm.sumOfSquaresNoiseVariance) * fourth,
  };
}

/**
 * Mean of an arm of two or more customers, and how well it is known. The square of a noisy sum is too large by the
 * variance of the noise on average, so that much is taken off before it enters the sample variance. The sample
 * variance is cut at zero; what it may be wrong by, for sampling and for noise, is carried in `varianceOfVariance`, and
 * there nothing is cut: an arm whose variance drowned in noise must not look like an arm without variance.
 */
export function meanOfMoments(moments: Moments): ArmMean {
  const { n, sum, sumOfSquares, sumNoiseVariance, sumOfSquaresNoiseVariance } = moments;
  const sampleVariance = Math.max(0, (sumOfSquares - (sum * sum - sumNoiseVariance) / n) / (n - 1));
  const samplingUncertainty = (2 * sampleVariance * sampleVariance) / (n - 1);
  const squareOfMean = (sum / n) ** 2;
  const noiseUncertainty = (sumOfSquaresNoiseVariance + 4 * squareOfMean * sumNoiseVariance) / (n - 1) ** 2;
  const noiseVariance = sumNoiseVariance / (n * n);
  return {
    mean: sum / n,
    variance: sampleVariance / n + noiseVariance,
    noiseVariance,
    noiseFourthCumulant: moments.sumNoiseFourthCumulant / n ** 4,
    varianceOfVariance: (samplingUncertainty + noiseUncertainty) / (n * n),
  };
}

function summarise(moments: Moments, confidence: number): ValueArmSummary {
  const { n, sum, sumNoiseVariance } = moments;
  return {
    n,
    sumMinorUnits: sum,
    sumNoiseMinorUnits: Math.sqrt(sumNoiseVariance),
    mean: estimateOfMoments(moments, confidence),
    noiseDominated: isNoiseDominated(sum, sumNoiseVariance),
  };
}

/** Mean value of a customer with its interval. */
export function estimateOfMoments(moments: Moments, confidence: number): Estimate {
  if (moments.n < 1) return missingEstimate('empty-arm');
  if (moments.n < 2) return missingEstimate('too-few-customers');
  return estimateOfMean(meanOfMoments(moments), confidence);
}
