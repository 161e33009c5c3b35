import { ensure, positive } from './input.js';
import { type ConversionPlan, type DetectableEffect, minimumDetectableConversionEffect } from './power.js';

/** What the planner knows before a session: everything of `ConversionPlan` but the noise, which follows from epsilon. */
export interface PlannerInput extends Omit<ConversionPlan, 'noiseVariancePerArm'> {
  /** Variance of the noise that the mechanism adds to one cell's count at an epsilon. Falls as epsilon rises. */
  readonly noiseVarianceAt: (epsilon: number) => number;
  /** Cells that are summed for one arm: the number of cohorts. */
  readonly cellsPerArm: number;
}

export interface PlanAtEpsilon {
  readonly epsilon: number;
  /** `null` when no effect would be found at this epsilon. */
  readonly detectable: DetectableEffect | null;
  /** How much larger the detectable effect is than without noise: 1 is "privacy costs nothing here". */
  readonly inflation: number | null;
}

/** The smallest effect that each `epsilon` lets the experiment find. */
export function planEffects(input: PlannerInput, epsilons: readonly number[]): PlanAtEpsilon[] {
  const withoutNoise = detectableAt(input, null);
  return epsilons.map((epsilon) => {
    const detectable = detectableAt(input, positive('epsilon', epsilon));
    const inflation =
      detectable === null || withoutNoise === null ? null : detectable.absolute / withoutNoise.absolute;
    return { epsilon, detectable, inflation };
  });
}

export interface WantedEffect {
  /** The absolute difference of the rates to be found. */
  readonly absoluteEffect: number;
  /** Largest epsilon the parties would grant. */
  readonly epsilonCap: number;
}

export type NeededEpsilon =
  | { readonly reachable: true; readonly epsilon: number }
  | {
      readonly reachable: false;
      /** `sample-too-small`: not even without noise; `above-cap`: with more epsilon than the cap. */
      readonly reason: 'sample-too-small' | 'above-cap';
    };

/**
 * The smallest epsilon, in whole hundredths, at which the wanted effect is found with the wanted power. Searched by
 * halving over the hundredths, because the detectable effect only shrinks as epsilon rises.
 */
export function epsilonForEffect(input: PlannerInput, wanted: WantedEffect): NeededEpsilon {
  const effect = positive('absoluteEffect', wanted.absoluteEffect);
  const found = (hundredths: number | null): boolean => {
    const detectable = detectableAt(input, hundredths === null ? null : hundredths / 100);
    return detectable !== null && detectable.absolute <= effect;
  };
  if (!found(null)) return { reachable: false, reason: 'sample-too-small' };
  let enough = Math.floor(positive('epsilonCap', wanted.epsilonCap) * 100);
  ensure(enough >= 1, 'epsilonCap', '0.01 or more');
  if (!found(enough)) return { reachable: false, reason: 'above-cap' };
  let tooLittle = 0;
  while (enough - tooLittle > 1) {
    const middle = Math.floor((tooLittle + enough) / 2);
    if (found(middle)) enough = middle;
    else tooLittle = middle;
  }
  return { reachable: true, epsilon: enough / 100 };
}

/** `null` epsilon means without any noise. */
function detectableAt(input: PlannerInput, epsilon: number | null): DetectableEffect | null {
  const { noiseVarianceAt, cellsPerArm, ...plan } = input;
  const cells = positive('cellsPerArm', cellsPerArm);
  const noiseVariancePerArm = epsilon === null ? 0 : cells * noiseVarianceAt(epsilon);
  return minimumDetectableConversionEffect({ ...plan, noiseVariancePerArm });
}
