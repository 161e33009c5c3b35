import { type RatioEstimate, missingRatio } from './figures.js';

/** Two estimates whose ratio is wanted, with their variances and the critical value of the test. */
export interface RatioInput {
  readonly numerator: number;
  readonly numeratorVariance: number;
  readonly denominator: number;
  readonly denominatorVariance: number;
  /** Covariance of the two estimates; 0 when they come from different customers. Cut to what the variances allow. */
  readonly covariance: number;
  /** How many standard errors the interval reaches: the quantile z (or t) of the wanted confidence. */
  readonly criticalValue: number;
}

/**
 * The ratio numerator/denominator with its Fieller interval: every theta for which
 * (N - theta D)^2 <= z^2 (V_N - 2 theta C + theta^2 V_D). At theta = 0 this is the test of the numerator itself, so the
 * interval leaves out zero exactly when the numerator's own interval does.
 *
 * `missing` is `denominator-not-positive` for a denominator of zero or less, and `unbounded` (with the estimate but no
 * interval) when the denominator is within `criticalValue` standard errors of zero.
 *
 * Source: Fieller 1954, J. R. Stat. Soc. B 16(2).
 */
export function fiellerRatio(input: RatioInput): RatioEstimate {
  const { numerator, numeratorVariance, denominator, denominatorVariance, criticalValue } = input;
  if (denominator <= 0) return missingRatio('denominator-not-positive');
  const value = numerator / denominator;
  const z2 = criticalValue * criticalValue;

  const quadratic = denominator * denominator - z2 * denominatorVariance;
  if (quadratic <= 0) return { value, interval: null, missing: 'unbounded' };
  // Noise in the counts that a covariance is computed from can push it beyond the largest possible one.
  const largest = Math.sqrt(numeratorVariance * denominatorVariance);
  const covariance = Math.min(largest, Math.max(-largest, input.covariance));
  const halfLinear = numerator * denominator - z2 * covariance;
  const constant = numerator * numerator - z2 * numeratorVariance;
  const root = criticalValue * Math.sqrt(discriminant({ ...input, covariance }, quadratic));

  const large = halfLinear < 0 ? halfLinear - root : halfLinear + root;
  if (large === 0) return { value, interval: { lower: value, upper: value }, missing: null };
  // `constant` is exactly the test of the numerator: computed as its quotient, no end can have the wrong sign.
  const ends = [large / quadratic, constant / large];
  // The estimate always lies between the ends; naming it keeps rounding from saying otherwise.
  return {
    value,
    interval: { lower: Math.min(...ends, value), upper: Math.max(...ends, value) },
    missing: null,
  };
}

/** (halfLinear^2 - quadratic * constant) / z^2 as a sum of two squares, so that it cannot come out negative. */
function discriminant(input: RatioInput, quadratic: number): number {
  const { numerator, numeratorVariance, denominator, denominatorVariance, covariance } = input;
  if (denominatorVariance === 0) return denominator * denominator * numeratorVariance;
  const slope = covariance / denominatorVariance;
  const unexplained = Math.max(0, numeratorVariance - slope * covariance);
  return quadratic * unexplained + denominatorVariance * (numerator - slope * denominator) ** 2;
}
