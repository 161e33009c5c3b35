import type { Estimate } from '../figures.js';
import { openProbability } from '../input.js';
import { type SyntheticControlInput, syntheticControl, syntheticControlPValue } from './synthetic-control.js';

/** Steps of the search grow by this, so that it comes from the smallest scatter to any effect in some dozens of them. */
const GROWTH = 1.5;
const MAX_STEPS = 80;
/** Rejections in succession that end the search: the p-value goes down in steps, not always one after the other. */
const REJECTIONS = 4;
const BISECTIONS = 40;

/**
 * The mean daily effect of a synthetic control with its interval: all effects that, taken off the treated regions, leave
 * nothing for the p-value of `syntheticControlPValue` (moving blocks) to reject. Noise that was added to every figure
 * alike is in all days, and so in the interval.
 *
 * Fewer days than 1 / (1 - confidence) cannot reject anything, which leaves no interval (`too-few-assignments`). A test
 * longer than the time before it may reject no effect however large: `unbounded`.
 *
 * Throws `measurement/invalid-input` as `syntheticControl`.
 *
 * Source: Chernozhukov, Wüthrich and Zhu 2021, J. Am. Stat. Assoc. 116(536), by inversion of their test.
 */
export function syntheticControlInterval(input: SyntheticControlInput, confidence: number): Estimate {
  const { effect, gapByDay } = syntheticControl(input);
  const estimate = { value: effect, standardError: null };
  const alpha = 1 - openProbability('confidence', confidence);
  // The hair: 1 / 20 must count as 1 - 0.95.
  const tolerated = alpha * (1 + 1e-9);
  if (1 / gapByDay.length > tolerated) return { ...estimate, interval: null, missing: 'too-few-assignments' };

  const isLeft = (tau: number): boolean => syntheticControlPValue(without(input, tau), undefined) > tolerated;
  const size = Math.max(
    ...gapByDay.map(Math.abs),
    ...input.treatment.flatMap(({ values }) => values.map(Math.abs)),
  );
  const lower = endOf(isLeft, effect, -size * 1e-4);
  const upper = endOf(isLeft, effect, size * 1e-4);
  if (lower === null || upper === null) return { ...estimate, interval: null, missing: 'unbounded' };
  return { ...estimate, interval: { lower, upper }, missing: null };
}

/** The panel as it would be without an effect of `tau` on every treated region and test day. */
function without(input: SyntheticControlInput, tau: number): SyntheticControlInput {
  const { pretestDays } = input.periods;
  const treatment = input.treatment.map(({ geo, values }) => ({
    geo,
    values: values.map((value, day) => (day < pretestDays ? value : value - tau)),
  }));
  return { ...input, treatment };
}

/** The farthest effect from `start` that is left, in the direction of `firstStep`; `null` when no end is found. */
function endOf(isLeft: (tau: number) => boolean, start: number, firstStep: number): number | null {
  let inside = start;
  let outside = start;
  let rejections = 0;
  for (let i = 0, step = firstStep; i < MAX_STEPS && rejections < REJECTIONS; i += 1, step *= GROWTH) {
    const tau = start + step;
    if (isLeft(tau)) {
      inside = tau;
      rejections = 0;
    } else {
      if (rejections === 0) outside = tau;
      rejections += 1;
    }
  }
  if (rejections < REJECTIONS) return null;
  for (let i = 0; i < BISECTIONS; i += 1) {
    const middle = (inside + outside) / 2;
    if (isLeft(middle)) inside = middle;
    else outside = middle;
  }
  // The rejected side: an interval is rather too wide than too narrow.
  return outside;
}
