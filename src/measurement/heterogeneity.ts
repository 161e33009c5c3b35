import { chiSquareSurvival } from './distributions.js';
import type { Estimate } from './figures.js';
import { sum } from './linear-algebra.js';

export interface Heterogeneity {
  /** Cochran's Q: how far the effects lie from their weighted mean, in units of their standard errors. */
  readonly statistic: number;
  /** Number of effects less one. */
  readonly degreesOfFreedom: number;
  /** Probability of a Q this large when the effect is the same everywhere. */
  readonly pValue: number;
  /** I^2: share of the spread between the effects that their standard errors do not explain, 0 to 1. */
  readonly unexplainedShare: number;
  /** Mean of the effects weighted by 1 / variance, with its standard error. */
  readonly pooled: { readonly value: number; readonly standardError: number };
}

/**
 * Cochran's test of whether an effect differs between cohorts. Effects without a standard error are left out;
 * `null` when fewer than two remain.
 *
 * Source: Cochran 1954, Biometrics 10(1); I^2 of Higgins and Thompson 2002, Stat. Med. 21(11).
 */
export function heterogeneity(effects: readonly Estimate[]): Heterogeneity | null {
  const known = effects.flatMap(({ value, standardError }) =>
    value === null || standardError === null || standardError <= 0
      ? []
      : [{ value, weight: 1 / (standardError * standardError) }],
  );
  if (known.length < 2) return null;
  const totalWeight = sum(known.map(({ weight }) => weight));
  const pooled = sum(known.map(({ value, weight }) => value * weight)) / totalWeight;
  const statistic = sum(known.map(({ value, weight }) => weight * (value - pooled) ** 2));
  const degreesOfFreedom = known.length - 1;
  return {
    statistic,
    degreesOfFreedom,
    pValue: chiSquareSurvival(statistic, degreesOfFreedom),
    unexplainedShare: statistic > degreesOfFreedom ? 1 - degreesOfFreedom / statistic : 0,
    pooled: { value: pooled, standardError: 1 / Math.sqrt(totalWeight) },
  };
}
