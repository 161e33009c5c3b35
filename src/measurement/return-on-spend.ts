import { type Estimate, type RatioEstimate, missingRatio, scaleEstimate } from './figures.js';
import { nonNegative, positive } from './input.js';

/**
 * Value earned for each unit of spend: iROAS when `value` is incremental, ROAS when it is a cohort's whole value. Both
 * in minor units of one currency; the spend is known exactly and above zero.
 */
export function returnOnSpend(value: Estimate, spendMinorUnits: number): Estimate {
  return scaleEstimate(value, 1 / positive('spendMinorUnits', spendMinorUnits));
}

/**
 * Spend for each outcome, in minor units: cost per incremental conversion when `outcome` is incremental, CPA when it
 * is a cohort's conversions.
 *
 * The interval is that of the outcome turned over. An outcome whose interval reaches zero could be none at all, so its
 * cost has no upper end: `unbounded`, with the estimate but no interval. An outcome of zero or less has no cost each.
 */
export function costPerOutcome(outcome: Estimate, spendMinorUnits: number): RatioEstimate {
  const spend = nonNegative('spendMinorUnits', spendMinorUnits);
  if (outcome.value === null) return missingRatio(outcome.missing ?? 'empty-arm');
  if (outcome.value <= 0) return missingRatio('denominator-not-positive');
  const value = spend / outcome.value;
  if (outcome.interval === null) return { value, interval: null, missing: outcome.missing };
  const { lower, upper } = outcome.interval;
  if (lower <= 0) return { value, interval: null, missing: 'unbounded' };
  return { value, interval: { lower: spend / upper, upper: spend / lower }, missing: null };
}
