import { type Estimate, type Interval, isNoiseDominated } from './figures.js';
import { type Count, finite, nonNegative } from './input.js';
import { normalQuantile } from './distributions.js';

/** A count of this session's own customers, uncertain only through the noise added to it. */
export interface NoisyCount {
  readonly count: Count;
  /** Variance of the noise added to `count`; 0 for an exact one. */
  readonly noiseVariance: number;
}

/** A count, checked and in doubles. */
export interface CheckedCount {
  readonly count: number;
  readonly noiseVariance: number;
}

export interface CountEstimate extends Estimate {
  /** Whether the count is smaller than two standard deviations of its noise. */
  readonly noiseDominated: boolean;
}

export function checkCount(field: string, { count, noiseVariance }: NoisyCount): CheckedCount {
  return { count: finite(field, count), noiseVariance: nonNegative(`${field}.noiseVariance`, noiseVariance) };
}

/**
 * How many standard deviations of noise an interval must reach when noise is the only error. At 95 % that is 2.12 for
 * a single Laplace value and 1.96 for the sum of many; the larger of the two always covers.
 */
export function noiseReach(confidence: number): number {
  return Math.max(-normalQuantile((1 - confidence) / 2), -Math.log(1 - confidence) / Math.SQRT2);
}

/** A count with the interval of its noise. An exact count has an interval of no width. */
export function estimateOfCount({ count, noiseVariance }: CheckedCount, confidence: number): CountEstimate {
  const standardError = Math.sqrt(noiseVariance);
  const reach = noiseReach(confidence) * standardError;
  const interval: Interval = { lower: count - reach, upper: count + reach };
  return {
    value: count,
    standardError,
    interval,
    missing: null,
    noiseDominated: isNoiseDominated(count, noiseVariance),
  };
}

export function sumCounts(counts: readonly CheckedCount[]): CheckedCount {
  let count = 0;
  let noiseVariance = 0;
  for (const part of counts) {
    count += part.count;
    noiseVariance += part.noiseVariance;
  }
  return { count, noiseVariance };
}
