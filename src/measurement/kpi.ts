import { fiellerRatio } from './fieller.js';
import {
  type Estimate,
  type RatioEstimate,
  missingEstimate,
  missingRatio,
  scaleEstimate,
} from './figures.js';
import { exactCount, openProbability, positive } from './input.js';
import { type ConversionArm, conversionMean } from './lift-conversion.js';
import { type ValueArm, estimateOfMoments, meanOfMoments, momentsInMinorUnits } from './lift-value.js';
import { estimateOfMean } from './mean-comparison.js';
import { normalQuantile } from './distributions.js';
import { costPerOutcome, returnOnSpend } from './return-on-spend.js';

export interface CohortKpiInput {
  /** Converted customers of the cohort; its size must be public. */
  readonly conversions: ConversionArm;
  /** Value of the same customers, when a value measure was released. */
  readonly value?: Omit<ValueArm, 'n'>;
  /** Minor currency units in one quantum of the value; default 1. */
  readonly quantumMinorUnits?: number;
  /** What was spent on the cohort, in minor units; leave out what is not known. */
  readonly spendMinorUnits?: number;
  readonly confidence: number;
}

/** Key figures of one cohort. Those that need a value or a spend that was not given are left out. */
export interface CohortKpi {
  readonly n: number;
  readonly conversionRate: Estimate;
  /** CPA: spend for each conversion, in minor units. */
  readonly costPerConversion?: RatioEstimate;
  /** Value of an average customer, in minor units. */
  readonly valuePerCustomerMinorUnits?: Estimate;
  /** Value of an average conversion, in minor units. */
  readonly valuePerConversionMinorUnits?: RatioEstimate;
  /** ROAS: value for each minor unit spent. */
  readonly returnOnSpend?: Estimate;
}

/**
 * Conversion rate, CPA, ROAS and values of one cohort, with intervals that hold sampling error and noise: they say
 * what such a cohort does, not only what these customers did. These are not effects; lift needs a control arm.
 *
 * Throws `measurement/invalid-input` as `conversionLift` does, and for a spend of zero or less.
 */
export function cohortKpi(input: CohortKpiInput): CohortKpi {
  const confidence = openProbability('confidence', input.confidence);
  const n = exactCount('conversions.n', input.conversions.n);
  const rate = conversionMean('conversions', input.conversions);
  const conversionRate = rate === undefined ? missingEstimate('empty-arm') : estimateOfMean(rate, confidence);
  const spend =
    input.spendMinorUnits === undefined ? undefined : positive('spendMinorUnits', input.spendMinorUnits);
  return {
    n,
    conversionRate,
    ...(spend === undefined
      ? {}
      : { costPerConversion: costPerOutcome(scaleEstimate(conversionRate, n), spend) }),
    ...valueKpi(input, { n, spend, confidence }),
  };
}

interface CheckedCohort {
  readonly n: number;
  readonly spend: number | undefined;
  readonly confidence: number;
}

function valueKpi(input: CohortKpiInput, { n, spend, confidence }: CheckedCohort): Partial<CohortKpi> {
  if (input.value === undefined) return {};
  const unit = positive('quantumMinorUnits', input.quantumMinorUnits ?? 1);
  const moments = momentsInMinorUnits('value', { ...input.value, n }, unit);
  const perCustomer = estimateOfMoments(moments, confidence);
  return {
    valuePerCustomerMinorUnits: perCustomer,
    valuePerConversionMinorUnits: valuePerConversion(input.conversions, moments, confidence),
    ...(spend === undefined ? {} : { returnOnSpend: returnOnSpend(scaleEstimate(perCustomer, n), spend) }),
  };
}

/**
 * Mean value over conversion rate. Only converted customers have value, so over customers the two have the covariance
 * E[value] (1 - p), divided by n for the means.
 */
function valuePerConversion(
  conversions: ConversionArm,
  moments: Parameters<typeof meanOfMoments>[0],
  confidence: number,
) {
  const rate = conversionMean('conversions', conversions);
  if (rate === undefined) return missingRatio('empty-arm');
  if (moments.n < 2) return missingRatio('too-few-customers');
  const value = meanOfMoments(moments);
  return fiellerRatio({
    numerator: value.mean,
    numeratorVariance: value.variance,
    denominator: rate.mean,
    denominatorVariance: rate.variance,
    covariance: (value.mean * (1 - rate.mean)) / moments.n,
    criticalValue: -normalQuantile((1 - confidence) / 2),
  });
}
