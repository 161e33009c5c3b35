import { ensure, exactCount, finite, nonNegative, openProbability, positive } from './input.js';
import { normalQuantile, normalSurvival } from './distributions.js';

/** What a planned comparison of two arms is expected to look like. */
export interface ConversionPlan {
  readonly treatmentN: number;
  readonly controlN: number;
  /** Conversion rate expected without the treatment. */
  readonly baseRate: number;
  /** Variance of the noise in each arm's count: that of one cell times the cells summed for an arm. */
  readonly noiseVariancePerArm: number;
  readonly confidence: number;
  /** Probability with which the effect is to be found if it is there, for example 0.8. */
  readonly power: number;
}

export interface DetectableEffect {
  /** Smallest difference of the means that is found with the wanted power. */
  readonly absolute: number;
  /** The same over the control mean; `null` when that is zero. */
  readonly relative: number | null;
}

/**
 * Minimum detectable effect of a conversion lift, upwards; `null` when no rate up to 1 would be found.
 *
 * Solves delta = (z_(1 - alpha/2) + z_power) sqrt(V_T(p + delta) + V_C(p)) for delta exactly: the treatment arm's
 * variance is that of the rate it would have. The chance of a significant result in the wrong direction is neglected.
 */
export function minimumDetectableConversionEffect(plan: ConversionPlan): DetectableEffect | null {
  const { n, m, p, noise, reach } = checkPlan(plan);
  const k2 = reach * reach;
  const atZero = (p * (1 - p)) / n + (p * (1 - p)) / m + noise / (n * n) + noise / (m * m);
  // delta^2 (1 + k^2/n) - delta k^2 (1 - 2p)/n - k^2 atZero = 0
  const quadratic = 1 + k2 / n;
  const linear = (k2 * (1 - 2 * p)) / n;
  const absolute = (linear + Math.sqrt(linear * linear + 4 * quadratic * k2 * atZero)) / (2 * quadratic);
  if (p + absolute > 1) return null;
  return { absolute, relative: p > 0 ? absolute / p : null };
}

function checkPlan(plan: ConversionPlan) {
  const n = positive('treatmentN', exactCount('treatmentN', plan.treatmentN));
  const m = positive('controlN', exactCount('controlN', plan.controlN));
  const p = finite('baseRate', plan.baseRate);
  ensure(p >= 0 && p < 1, 'baseRate', 'from 0 to below 1');
  const noise = nonNegative('noiseVariancePerArm', plan.noiseVariancePerArm);
  return { n, m, p, noise, reach: testReach(plan.confidence, plan.power) };
}

function testReach(confidence: number, power: number): number {
  const alpha = 1 - openProbability('confidence', confidence);
  ensure(power >= 0.5 && power < 1, 'power', 'from 0.5 to below 1');
  return -normalQuantile(alpha / 2) + normalQuantile(power);
}

export interface ValuePlan {
  readonly treatmentN: number;
  readonly controlN: number;
  readonly meanMinorUnits: number;
  /** Standard deviation of the value over customers, those without any value included. */
  readonly standardDeviationMinorUnits: number;
  /** Variance of the noise in each arm's sum, in squared minor units. */
  readonly noiseVariancePerArm: number;
  readonly confidence: number;
  readonly power: number;
}

/** Minimum detectable effect of a value lift, with the same variance in both arms. */
export function minimumDetectableValueEffect(plan: ValuePlan): DetectableEffect {
  const n = positive('treatmentN', exactCount('treatmentN', plan.treatmentN));
  const m = positive('controlN', exactCount('controlN', plan.controlN));
  const mean = finite('meanMinorUnits', plan.meanMinorUnits);
  const variance = positive('standardDeviationMinorUnits', plan.standardDeviationMinorUnits) ** 2;
  const noise = nonNegative('noiseVariancePerArm', plan.noiseVariancePerArm);
  const absolute =
    testReach(plan.confidence, plan.power) *
    Math.sqrt(variance / n + variance / m + noise / (n * n) + noise / (m * m));
  return { absolute, relative: mean > 0 ? absolute / mean : null };
}

/** Probability that an effect of true size `effect` is found significant, in either direction. */
export function powerOfTest(effect: number, standardError: number, confidence: number): number {
  const z = -normalQuantile((1 - openProbability('confidence', confidence)) / 2);
  const shift = finite('effect', effect) / positive('standardError', standardError);
  return normalSurvival(z - shift) + normalSurvival(z + shift);
}
