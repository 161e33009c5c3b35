import { evaluateRatio, ratioIsAtMost, type ExponentialRatio } from './exponential.js';
import { ONE_PLUS_A } from './laplace.js';
import { laplaceRate, type DiscreteLaplace } from './mechanism.js';
import { invalid, MAX_EXPONENT, parseDelta, STATED_DIGITS, type DecimalInput } from './parameters.js';
import { roundUpToDigits, type Rational } from './rational.js';

/**
 * Release of a cell only when its noisy count reaches a threshold. The cells that exist at all can name a person, when
 * that person is the only one in a cell; the threshold hides such cells but for a probability delta.
 */

/** Whether a noisy count is released: when it is at least the threshold. The one place that decides it. */
export function reachesThreshold(noisyCount: bigint, threshold: bigint): boolean {
  return noisyCount >= threshold;
}

/**
 * The delta of the threshold rule. A cell that only one person is in has a count of at most s, the sensitivity; without
 * that person the cell is not there and never released. With a = e^(-epsilon / s) and x discrete Laplace,
 *
 *   delta = P(s + x >= T) = sum over x >= T - s of (1-a)/(1+a) a^x = a^(T-s) / (1 + a).
 *
 * For counts (s = 1) that is e^(-epsilon (T-1)) / (1 + e^(-epsilon)). Between counts above 0 the rule is post-processing
 * of the noisy count and costs epsilon alone.
 *
 * @returns the delta rounded up to 30 significant digits.
 * @throws VesicaError `dp/invalid-parameter` with field `threshold` when it is below the sensitivity, or epsilon times it
 * is past 800 sensitivities.
 */
export function thresholdDelta(mechanism: DiscreteLaplace, threshold: bigint): Rational {
  const { epsilon, sensitivity } = mechanism;
  if (threshold < sensitivity) throw invalid('threshold', 'must be at least the sensitivity');
  if (epsilon.numerator * threshold > MAX_EXPONENT * epsilon.denominator * sensitivity) {
    throw invalid('threshold', 'is past what any delta needs');
  }
  return roundUpToDigits(
    evaluateRatio(thresholdRatio(mechanism.sensitivity, threshold), laplaceRate(mechanism)).upper,
    STATED_DIGITS,
  );
}

/**
 * The smallest threshold whose delta is at most the wanted one.
 *
 * @throws VesicaError `dp/invalid-parameter` with field `delta`.
 */
export function smallestThreshold(mechanism: DiscreteLaplace, delta: DecimalInput): bigint {
  const wanted = parseDelta(delta);
  const suffices = (threshold: bigint): boolean =>
    ratioIsAtMost(thresholdRatio(mechanism.sensitivity, threshold), laplaceRate(mechanism), wanted);
  // Delta at T = s is 1 / (1 + a) > 1/2, above every wanted one.
  let tooSmall = mechanism.sensitivity;
  let step = 1n;
  while (!suffices(tooSmall + step)) {
    tooSmall += step;
    step *= 2n;
  }
  let enough = tooSmall + step;
  while (enough - tooSmall > 1n) {
    const middle = (enough + tooSmall) / 2n;
    if (suffices(middle)) enough = middle;
    else tooSmall = middle;
  }
  return enough;
}

/** The delta of the threshold rule, a^(T-s) / (1 + a), in powers of a = e^(-epsilon / s). */
export function thresholdRatio(sensitivity: bigint, threshold: bigint): ExponentialRatio {
  return {
    numerator: [{ coefficient: 1n, power: threshold - sensitivity }],
    denominator: ONE_PLUS_A,
  };
}
