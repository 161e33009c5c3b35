import { fiellerRatio } from './fieller.js';
import { type RatioEstimate, scaleEstimate, type Estimate, missingEstimate } from './figures.js';
import { ensure, exactCount, openProbability } from './input.js';
import {
  type CheckedCount,
  type CountEstimate,
  type NoisyCount,
  checkCount,
  estimateOfCount,
  noiseReach,
  sumCounts,
} from './noise-interval.js';

/**
 * Reach, overlap and frequency. These describe the customers of the two lists themselves, not a larger population, so
 * their intervals hold the noise only.
 */

export interface ReachInput {
  /** Size of the list that was to be reached. Public. */
  readonly listSize: number;
  readonly reached: NoisyCount;
  readonly confidence: number;
}

export interface Reach {
  readonly reached: CountEstimate;
  /** Share of the list that was reached. */
  readonly share: Estimate;
}

/** How many of a list were reached. Throws `measurement/invalid-input` for figures that are not finite. */
export function reach(input: ReachInput): Reach {
  const confidence = openProbability('confidence', input.confidence);
  const reached = estimateOfCount(checkCount('reached', input.reached), confidence);
  return { reached, share: shareOf(reached, exactCount('listSize', input.listSize)) };
}

function shareOf(count: CountEstimate, whole: number): Estimate {
  if (whole === 0) return missingEstimate('empty-arm');
  return scaleEstimate(count, 1 / whole);
}

export interface OverlapInput {
  readonly firstListSize: number;
  readonly secondListSize: number;
  /** Customers on both lists. */
  readonly matched: NoisyCount;
  readonly confidence: number;
}

export interface Overlap {
  readonly matched: CountEstimate;
  readonly shareOfFirst: Estimate;
  readonly shareOfSecond: Estimate;
  /** Customers on at least one of the lists. */
  readonly union: CountEstimate;
  /** Customers the second list adds to the first: its incremental reach. */
  readonly incrementalReachOfSecond: CountEstimate;
  readonly incrementalReachOfFirst: CountEstimate;
}

/** Overlap of two lists of public size, and what each adds to the other. */
export function overlap(input: OverlapInput): Overlap {
  const confidence = openProbability('confidence', input.confidence);
  const first = exactCount('firstListSize', input.firstListSize);
  const second = exactCount('secondListSize', input.secondListSize);
  const matched = checkCount('matched', input.matched);
  const estimate = estimateOfCount(matched, confidence);
  const less = (whole: number): CountEstimate =>
    estimateOfCount({ count: whole - matched.count, noiseVariance: matched.noiseVariance }, confidence);
  return {
    matched: estimate,
    shareOfFirst: shareOf(estimate, first),
    shareOfSecond: shareOf(estimate, second),
    union: less(first + second),
    incrementalReachOfSecond: less(second),
    incrementalReachOfFirst: less(first),
  };
}

export interface FrequencyBucket extends NoisyCount {
  /** Fewest exposures of a customer in this bucket; buckets come in rising order, without a gap. */
  readonly leastExposures: number;
  /** Most exposures; `null` in the last bucket when it has no upper end. */
  readonly mostExposures: number | null;
}

export interface FrequencyInput {
  readonly buckets: readonly FrequencyBucket[];
  readonly confidence: number;
}

export interface FrequencyShare {
  readonly leastExposures: number;
  readonly mostExposures: number | null;
  readonly customers: CountEstimate;
  /** Share of all customers in the buckets. */
  readonly share: RatioEstimate;
  /** Customers with at least `leastExposures`: reach at that frequency. */
  readonly customersWithAtLeast: CountEstimate;
  /** These over all customers in the buckets. */
  readonly shareWithAtLeast: RatioEstimate;
}

export interface FrequencyDistribution {
  readonly customers: CountEstimate;
  readonly buckets: readonly FrequencyShare[];
  /** Exposures of an average customer, each bucket counted at its fewest: a lower figure if buckets are wide. */
  readonly averageAtLeast: RatioEstimate;
}

/** How often customers were exposed, from one noisy count a bucket. Negative counts stay: totals would be biased else. */
export function frequencyDistribution(input: FrequencyInput): FrequencyDistribution {
  const confidence = openProbability('confidence', input.confidence);
  const { buckets } = input;
  checkBuckets(buckets);
  const counts = buckets.map((bucket) => checkCount('buckets.count', bucket));
  const total = sumCounts(counts);
  const ratioToTotal = (weights: readonly number[]): RatioEstimate =>
    weightedRatio(counts, weights, noiseReach(confidence));
  return {
    customers: estimateOfCount(total, confidence),
    buckets: buckets.map(({ leastExposures, mostExposures }, i) => ({
      leastExposures,
      mostExposures,
      customers: estimateOfCount(counts[i] ?? total, confidence),
      share: ratioToTotal(counts.map((_, j) => (i === j ? 1 : 0))),
      customersWithAtLeast: estimateOfCount(sumCounts(counts.slice(i)), confidence),
      shareWithAtLeast: ratioToTotal(counts.map((_, j) => (j >= i ? 1 : 0))),
    })),
    averageAtLeast: ratioToTotal(buckets.map(({ leastExposures }) => leastExposures)),
  };
}

/** (w_1 x_1 + w_2 x_2 + ...) / (x_1 + x_2 + ...), whose numerator and denominator share their noise. */
function weightedRatio(counts: readonly CheckedCount[], weights: readonly number[], reachInSigmas: number) {
  let numerator = 0;
  let numeratorVariance = 0;
  let covariance = 0;
  counts.forEach(({ count, noiseVariance }, i) => {
    const weight = weights[i] ?? 0;
    numerator += weight * count;
    numeratorVariance += weight * weight * noiseVariance;
    covariance += weight * noiseVariance;
  });
  const total = sumCounts(counts);
  return fiellerRatio({
    numerator,
    numeratorVariance,
    denominator: total.count,
    denominatorVariance: total.noiseVariance,
    covariance,
    criticalValue: reachInSigmas,
  });
}

function checkBuckets(buckets: readonly FrequencyBucket[]): void {
  ensure(buckets.length > 0, 'buckets', 'one or more');
  let next: number | null = exactCount('buckets.leastExposures', buckets[0]?.leastExposures ?? 0);
  for (const { leastExposures, mostExposures } of buckets) {
    ensure(leastExposures === next, 'buckets', 'in rising order and without a gap');
    ensure(
      mostExposures === null || mostExposures >= leastExposures,
      'buckets.mostExposures',
      'no less than the least',
    );
    next = mostExposures === null ? null : mostExposures + 1;
  }
}
