import { type RatioEstimate, missingRatio } from './figures.js';

/** Two independent estimates whose ratio is wanted, with the variance of each and the critical value of the test. */
export interface RatioInput {
  readonly numerator: number;
  readonly numeratorVariance: number;
  readonly denominator: number;
  readonly denominatorVariance: number;
  /** How many standard errors the interval reaches: the quantile z (or t) of the wanted confidence. */
  readonly criticalValue: number;
}

/**
 * Relative difference numerator/denominator - 1 with its Fieller interval: every delta for which
 * (d - delta m)^2 <= z^2 (V_T + (1 + delta)^2 V_C), with d the difference and m the denominator.
 *
 * At delta = 0 this is the test of the absolute difference itself, so the two intervals and the p-value always agree
 * about significance. The quadratic is solved for delta, not for the ratio, so that its constant term is exactly that
 * test and no cancellation can turn the sign of an end.
 *
 * `missing` is `control-not-positive` for a denominator of zero or less, and `unbounded` (with the estimate but no
 * interval) when the denominator is within `criticalValue` standard errors of zero.
 *
 * Source: Fieller 1954, J. R. Stat. Soc. B 16(2).
 */
export function fiellerRelative(input: RatioInput): RatioEstimate {
  const { numerator, numeratorVariance, denominator, denominatorVariance, criticalValue } = input;
  if (denominator <= 0) return missingRatio('control-not-positive');
  const difference = numerator - denominator;
  const value = difference / denominator;
  const z2 = criticalValue * criticalValue;

  const quadratic = denominator * denominator - z2 * denominatorVariance;
  if (quadratic <= 0) return { value, interval: null, missing: 'unbounded' };
  const halfLinear = difference * denominator + z2 * denominatorVariance;
  const constant = difference * difference - z2 * (numeratorVariance + denominatorVariance);
  // The discriminant halfLinear^2 - quadratic * constant, rearranged so that no term is subtracted.
  const root =
    criticalValue * Math.sqrt(numeratorVariance * quadratic + numerator * numerator * denominatorVariance);

  const large = halfLinear < 0 ? halfLinear - root : halfLinear + root;
  if (large === 0) return { value, interval: { lower: 0, upper: 0 }, missing: null };
  const ends = [large / quadratic, constant / large];
  // The estimate always lies between the ends; naming it keeps rounding from saying otherwise.
  return {
    value,
    interval: { lower: Math.min(...ends, value), upper: Math.max(...ends, value) },
    missing: null,
  };
}
