import { chiSquareSurvival } from './distributions.js';
import { type Count, ensure, finite, nonNegative, openProbability, positive } from './input.js';
import { dot, solve, sum } from './linear-algebra.js';

export interface SampleRatioArm {
  /** Customers in the arm, exact or noisy. */
  readonly n: Count;
  /** Share of the customers the design gives this arm; shares are taken relative to each other. */
  readonly designShare: number;
  /** Variance of the noise in `n`; 0 (the default) for a public size. */
  readonly sizeNoiseVariance?: number;
}

export interface SampleRatioInput {
  readonly arms: readonly SampleRatioArm[];
  /** Below this p-value the split counts as broken. Default 0.001: the check runs on every experiment. */
  readonly alarmBelow?: number;
}

export interface SampleRatioCheck {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  /** Whether the arms differ from the design by more than chance: then no lift of this experiment should be believed. */
  readonly mismatch: boolean;
}

/**
 * Sample-ratio check: chi-square test of the arm sizes against the designed split. With exact sizes this is Pearson's
 * test; noise in the sizes is added to the covariance of the deviations, so noise alone raises no alarm.
 *
 * Throws `measurement/invalid-input` for fewer than two arms, a share that is not above zero, or no customers at all.
 */
export function sampleRatioCheck(input: SampleRatioInput): SampleRatioCheck {
  const { arms } = input;
  ensure(arms.length >= 2, 'arms', 'two or more');
  const alarmBelow = openProbability('alarmBelow', input.alarmBelow ?? 0.001);
  const sizes = arms.map((arm) => finite('arms.n', arm.n));
  const weights = arms.map((arm) => positive('arms.designShare', arm.designShare));
  const noise = arms.map((arm) => nonNegative('arms.sizeNoiseVariance', arm.sizeNoiseVariance ?? 0));
  const total = sum(sizes);
  ensure(total > 0, 'arms.n', 'more than zero in total');
  const totalWeight = sum(weights);
  const shares = weights.map((weight) => weight / totalWeight);
  const totalNoise = sum(noise);

  // Deviations add up to zero, so the last arm adds nothing and is left out.
  const free = arms.length - 1;
  const deviations = sizes.slice(0, free).map((size, i) => size - (shares[i] ?? 0) * total);
  const covariance = deviations.map((_, i) =>
    deviations.map((__, j) => {
      const [p, q] = [shares[i] ?? 0, shares[j] ?? 0];
      const same = i === j ? 1 : 0;
      const sampling = total * p * (same - q);
      // Deviation i is n_i - p_i (n_1 + ... + n_k): the noise of every arm enters it.
      const added = same * (noise[i] ?? 0) - q * (noise[i] ?? 0) - p * (noise[j] ?? 0) + p * q * totalNoise;
      return sampling + added;
    }),
  );
  const weighted = solve(covariance, deviations);
  ensure(weighted !== undefined, 'arms.designShare', 'large enough to expect customers in every arm');
  const statistic = dot(deviations, weighted);
  const pValue = chiSquareSurvival(statistic, free);
  return { statistic, degreesOfFreedom: free, pValue, mismatch: pValue < alarmBelow };
}
