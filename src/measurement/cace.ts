import { sumConversionCells } from './cohort-table.js';
import { fiellerRatio } from './fieller.js';
import { type Estimate, type RatioEstimate, missingEstimate, missingRatio } from './figures.js';
import { nonNegative, openProbability } from './input.js';
import { type ConversionArm, conversionMean } from './lift-conversion.js';
import { differenceOfMeans } from './mean-comparison.js';
import { twoSidedTest } from './wald.js';

/** One arm split by whether the customer was exposed. An arm in which nobody could be exposed leaves `exposed` out. */
export interface ExposureArm {
  readonly exposed?: ConversionArm;
  readonly unexposed: ConversionArm;
}

export interface CaceInput {
  readonly treatment: ExposureArm;
  readonly control: ExposureArm;
  readonly confidence: number;
}

export interface Cace {
  /** Effect of being assigned to the treatment, on all customers of the arm. */
  readonly intentionToTreat: Estimate;
  /** Share of customers exposed in the treatment arm less that in the control arm. */
  readonly exposureDifference: Estimate;
  /**
   * Effect on those whom the assignment exposed (complier average causal effect): the first over the second, with a
   * Fieller interval.
   */
  readonly effectOnExposed: RatioEstimate;
  /** Two-sided p-value of "no effect"; that of the intention to treat, which the interval of the ratio agrees with. */
  readonly pValue: number | null;
}

/**
 * Effect on exposed customers, when the session's cells carry exposure as a dimension. Comparing exposed with
 * unexposed customers would compare people who use the medium more with people who use it less; the assigned arms are
 * compared instead, and the effect is divided by the exposure that the assignment caused. It assumes that assignment
 * works through exposure only and keeps nobody from exposure.
 *
 * Throws `measurement/invalid-input` as `conversionLift` does.
 *
 * Source: Imbens and Angrist 1994, Econometrica 62(2).
 */
export function cace(input: CaceInput): Cace {
  const confidence = openProbability('confidence', input.confidence);
  const treatment = splitMeans('treatment', input.treatment);
  const control = splitMeans('control', input.control);
  if (treatment === undefined || control === undefined) {
    return {
      intentionToTreat: missingEstimate('empty-arm'),
      exposureDifference: missingEstimate('empty-arm'),
      effectOnExposed: missingRatio('empty-arm'),
      pValue: null,
    };
  }
  const effect = differenceOfMeans(treatment.conversion, control.conversion);
  const exposure = differenceOfMeans(treatment.exposure, control.exposure);
  const tested = twoSidedTest(effect, confidence);
  return {
    intentionToTreat: tested.estimate,
    exposureDifference: twoSidedTest(exposure, confidence).estimate,
    effectOnExposed: fiellerRatio({
      numerator: effect.value,
      numeratorVariance: effect.variance,
      denominator: exposure.value,
      denominatorVariance: exposure.variance,
      covariance: treatment.covariance + control.covariance,
      criticalValue: tested.criticalValue ?? 0,
    }),
    pValue: tested.pValue,
  };
}

/** Conversion rate and exposure rate of one arm, which the same customers make and which therefore vary together. */
function splitMeans(name: string, arm: ExposureArm) {
  const nobody: ConversionArm = { n: 0, conversions: 0, noiseVariance: 0 };
  const exposed = arm.exposed ?? nobody;
  const total = sumConversionCells([exposed, arm.unexposed]);
  const conversion = conversionMean(name, total);
  if (conversion === undefined) return undefined;
  const n = Number(total.n);
  const share = Number(exposed.n) / n;
  const exposedNoise = nonNegative(`${name}.exposed.sizeNoiseVariance`, exposed.sizeNoiseVariance ?? 0);
  const otherNoise = nonNegative(`${name}.unexposed.sizeNoiseVariance`, arm.unexposed.sizeNoiseVariance ?? 0);
  const noiseVariance = ((1 - share) ** 2 * exposedNoise + share ** 2 * otherNoise) / n ** 2;
  const inner = Math.min(1, Math.max(0, share));
  return {
    conversion,
    exposure: {
      mean: share,
      variance: (inner * (1 - inner)) / n + noiseVariance,
      noiseVariance,
      varianceOfVariance: 0,
    },
    // The second term: noise in a size moves both rates, because both are divided by the total.
    covariance:
      (Number(exposed.conversions) / n - conversion.mean * share) / n -
      (conversion.mean * ((1 - share) * exposedNoise - share * otherNoise)) / n ** 2,
  };
}
