import { type Estimate, isNoiseDominated, missingEstimate, scaleEstimate } from './figures.js';
import { type Count, exactCount, finite, nonNegative, openProbability } from './input.js';
import {
  type ArmMean,
  type MeanComparison,
  compareMeans,
  estimateOfMean,
  missingComparison,
} from './mean-comparison.js';

/** One arm of an experiment, as a session discloses it. */
export interface ConversionArm {
  /** Customers in the arm. Public, unless `sizeNoiseVariance` says that noise was added to it. */
  readonly n: Count;
  /** Customers who converted, with noise: may be negative or above `n`. */
  readonly conversions: Count;
  /** Variance of the noise added to `conversions`; 0 for an exact count. */
  readonly noiseVariance: number;
  /** Fourth cumulant of that noise (`fourthCumulant` of dp); 0 (the default) treats it as normal. */
  readonly noiseFourthCumulant?: number;
  /** Variance of the noise added to `n`; 0 (the default) for a public size. */
  readonly sizeNoiseVariance?: number;
}

export interface ConversionLiftInput {
  readonly treatment: ConversionArm;
  readonly control: ConversionArm;
  /** Confidence of every interval, for example 0.95. */
  readonly confidence: number;
}

/** What is said of one arm. */
export interface ConversionArmSummary {
  readonly n: number;
  readonly conversions: number;
  readonly noiseVariance: number;
  /** conversions / n, not cut to [0, 1]: cutting would bias every difference made with it. */
  readonly rate: Estimate;
  /** Whether `conversions` is smaller than two standard deviations of its noise. */
  readonly noiseDominated: boolean;
}

/**
 * Difference of the conversion rates (`absolute`), the same over the control rate (`relative`, Fieller interval) and
 * what they amount to.
 */
export interface ConversionLift extends MeanComparison {
  readonly confidence: number;
  readonly treatment: ConversionArmSummary;
  readonly control: ConversionArmSummary;
  /** Conversions in the treatment arm that would not have happened without the treatment: `absolute` times its size. */
  readonly incrementalConversions: Estimate;
}

interface CheckedArm {
  readonly n: number;
  readonly conversions: number;
  readonly noiseVariance: number;
  readonly noiseFourthCumulant: number;
  readonly sizeNoiseVariance: number;
}

/**
 * Conversion lift of one treatment arm against one control arm, from noisy counts.
 *
 * The variance of an arm's rate is p(1-p)/n + sigma^2/n^2, plus p^2 sigma_n^2/n^2 when the size is noisy too. For this
 * variance only, the count is moved into [1, n-1] first: noise can push it outside [0, n], where p(1-p) is negative,
 * and an arm in which nobody converted is still not known without error. Estimates always use the count as it is.
 *
 * An empty arm gives `null` figures with the reason `empty-arm`. Throws `measurement/invalid-input` for a size that is
 * not a whole number, a figure that is not finite, a negative variance or a confidence outside (0, 1).
 */
export function conversionLift(input: ConversionLiftInput): ConversionLift {
  const confidence = openProbability('confidence', input.confidence);
  const treatment = checkArm('treatment', input.treatment);
  const control = checkArm('control', input.control);
  const comparison =
    treatment.n > 0 && control.n > 0
      ? compareMeans(meanOfChecked(treatment), meanOfChecked(control), confidence)
      : missingComparison('empty-arm');
  return {
    confidence,
    treatment: summarise(treatment, confidence),
    control: summarise(control, confidence),
    ...comparison,
    incrementalConversions: scaleEstimate(comparison.absolute, treatment.n),
  };
}

function checkArm(name: string, arm: ConversionArm): CheckedArm {
  const sizeNoiseVariance = nonNegative(`${name}.sizeNoiseVariance`, arm.sizeNoiseVariance ?? 0);
  return {
    n: sizeNoiseVariance === 0 ? exactCount(`${name}.n`, arm.n) : finite(`${name}.n`, arm.n),
    conversions: finite(`${name}.conversions`, arm.conversions),
    noiseVariance: nonNegative(`${name}.noiseVariance`, arm.noiseVariance),
    noiseFourthCumulant: nonNegative(`${name}.noiseFourthCumulant`, arm.noiseFourthCumulant ?? 0),
    sizeNoiseVariance,
  };
}

/** Conversion rate of an arm and the variance of that rate; `undefined` for an arm of no customers. */
export function conversionMean(name: string, arm: ConversionArm): ArmMean | undefined {
  const checked = checkArm(name, arm);
  return checked.n > 0 ? meanOfChecked(checked) : undefined;
}

function meanOfChecked(arm: CheckedArm): ArmMean {
  const { n, conversions } = arm;
  // With a single customer the bounds 1 and n - 1 cross; half a customer lies between them.
  const least = Math.min(1, n / 2);
  const inner = Math.min(Math.max(conversions, least), n - least) / n;
  const noiseVariance = (arm.noiseVariance + inner * inner * arm.sizeNoiseVariance) / (n * n);
  return {
    mean: conversions / n,
    variance: (inner * (1 - inner)) / n + noiseVariance,
    noiseVariance,
    noiseFourthCumulant: arm.noiseFourthCumulant / n ** 4,
    varianceOfVariance: 0,
  };
}

function summarise(arm: CheckedArm, confidence: number): ConversionArmSummary {
  const { n, conversions, noiseVariance } = arm;
  return {
    n,
    conversions,
    noiseVariance,
    rate: n > 0 ? estimateOfMean(meanOfChecked(arm), confidence) : missingEstimate('empty-arm'),
    noiseDominated: isNoiseDominated(conversions, noiseVariance),
  };
}
