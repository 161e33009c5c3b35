/*
 * dp/google_dp_expected.json, group by group: google/differential-privacy b5b0286 (Apache-2.0).
 *
 * python_dp_accounting
 *   test_discrete_laplace_privacy_loss                       here, sampling probability 1
 *   test_discrete_laplace_from_privacy_parameters            here, sampling probability 1
 *   test_discrete_laplace_get_delta_for_epsilon              here, sampling probability 1
 *   test_discrete_laplace_get_delta_for_epsilon_vectorized   here, sampling probability 1
 *   test_discrete_gaussian_privacy_loss                      here, sampling probability 1, finite losses: the infinite
 *                                                            ones come from a cut at 11 sigma that Vesica does not make
 *   test_discrete_gaussian_noise_cdf                         here, Vesica's probabilities given the cut
 *   test_discrete_gaussian_std                               here, the same
 *   test_discrete_gaussian_from_privacy_parameters           here, sampling probability 1: the delta at the given sigma
 *   test_discrete_gaussian_get_delta_for_epsilon             here, sampling probability 1, given the cut
 *   test_discrete_gaussian_get_delta_for_epsilon_vectorized  here, the same
 *   test_laplace_* (3), test_gaussian_* (3)                  no: continuous noise, which Vesica does not draw
 *   any case with a sampling probability below 1             no: Vesica measures all rows, never a sample of them
 * pld_accountant
 *   test_get_smallest_discrete_laplace_noise                 accountant.test.ts: basic_composition (delta 0); the others
 *                                                            need privacy-loss distributions, which the ledger does without
 *   test_get_smallest_laplace_noise, _gaussian_noise,
 *   _subsampled_gaussian_noise                               no: continuous noise, sampling
 * rdp_and_composition
 *   constant RDP 1.1 -> epsilon                              zcdp.test.ts
 *   Gaussian sigma 4.530877117 -> (1, 1e-6)                  zcdp.test.ts
 *   compose Laplace multipliers 1 x3 and 2 x2                accountant.test.ts
 *   compose (1, 0.1) with (2, 0.2)                           accountant.test.ts: the sum 0.3 is above the exact 0.28
 *   exponential mechanism, 3x Gaussian by PLD,
 *   3x subsampled Gaussian, randomised response              no: mechanisms and conversions Vesica does not have
 * go_noise
 *   laplace_threshold, laplace_delta_for_threshold           no: continuous Laplace; threshold.test.ts has the discrete rule
 *   all others                                               no: continuous Gaussian and Laplace, their quantiles
 */
import { describe, expect, it } from 'vitest';
import {
  discreteGaussian,
  discreteLaplace,
  multiplyRationals,
  parseDecimal,
  probability,
  rational,
  rationalToNumber,
  type Mechanism,
} from '../../src/dp/index.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';

interface Case {
  readonly sampling_prob: number;
  readonly adjacency_type: 'ADD' | 'REMOVE';
  readonly sensitivity: number;
}
interface LossCase extends Case {
  readonly parameter: number;
  readonly x: number;
  readonly expected_privacy_loss: number;
}
interface CalibrationCase extends Case {
  readonly epsilon: number;
  readonly expected_parameter: number;
}
interface DeltaCase extends Case {
  readonly parameter: number;
  readonly epsilon: number;
  readonly expected_delta: number;
}
interface VectorCase extends Case {
  readonly parameter: number;
  readonly epsilon_values: readonly number[];
  readonly expected_delta_values: readonly number[];
}
interface GaussianLossCase extends Case {
  readonly sigma: number;
  readonly x: number;
  readonly expected_privacy_loss: number | 'inf' | '-inf';
}
interface GaussianCalibrationCase extends Case {
  readonly epsilon: number;
  readonly delta: number;
  readonly expected_sigma: number;
}
interface Cut {
  readonly sigma: number;
  readonly truncation_bound: number;
}
interface CdfCase extends Cut {
  readonly x_to_cdf_value: readonly (readonly [number, number])[];
}
interface DeviationCase extends Cut {
  readonly expected_std: number;
}
interface GoogleReference {
  readonly python_dp_accounting: {
    readonly tests: {
      readonly test_discrete_laplace_privacy_loss: readonly LossCase[];
      readonly test_discrete_laplace_from_privacy_parameters: readonly CalibrationCase[];
      readonly test_discrete_laplace_get_delta_for_epsilon: readonly DeltaCase[];
      readonly test_discrete_laplace_get_delta_for_epsilon_vectorized: readonly VectorCase[];
      readonly test_discrete_gaussian_privacy_loss: readonly GaussianLossCase[];
      readonly test_discrete_gaussian_noise_cdf: readonly CdfCase[];
      readonly test_discrete_gaussian_std: readonly DeviationCase[];
      readonly test_discrete_gaussian_from_privacy_parameters: readonly GaussianCalibrationCase[];
      readonly test_discrete_gaussian_get_delta_for_epsilon: readonly (Omit<DeltaCase, 'parameter'> & Cut)[];
      readonly test_discrete_gaussian_get_delta_for_epsilon_vectorized: readonly (Omit<
        VectorCase,
        'parameter'
      > &
        Cut)[];
    };
  };
}

/** Upstream compares to 7 decimal places. */
const PLACES = 7;

/** The mechanism's probability function on doubles, each point computed once. */
function pmfOf(mechanism: Mechanism): (x: number) => number {
  const known = new Map<number, number>();
  return (x) => {
    const magnitude = Math.abs(x);
    const value =
      known.get(magnitude) ?? rationalToNumber(probability(mechanism, BigInt(magnitude)).lower, 'nearest');
    known.set(magnitude, value);
    return value;
  };
}

/** Noise with P(x) proportional to e^(-parameter |x|), as the reference parametrises it. */
function withParameter({ parameter, sensitivity }: { parameter: number; sensitivity: number }) {
  const { numerator, denominator } = parseDecimal(parameter)!;
  return pmfOf(discreteLaplace(rational(numerator * BigInt(sensitivity), denominator), BigInt(sensitivity)));
}

/** delta(epsilon) of adding the noise to two integers `sensitivity` apart. */
function hockeyStick(pmf: (x: number) => number, sensitivity: number, epsilon: number, reach = 120): number {
  let delta = 0;
  for (let x = -reach; x <= reach; x += 1) {
    delta += Math.max(0, pmf(x) - Math.exp(epsilon) * pmf(x - sensitivity));
  }
  return delta;
}

/** The discrete Gaussian's probabilities at a decimal sigma. */
function gaussian(sigma: number): (x: number) => number {
  const exact = parseDecimal(sigma)!;
  return pmfOf(discreteGaussian(multiplyRationals(exact, exact), 1n, '1e-6'));
}

/** The same given |x| <= truncation_bound. */
function cutGaussian({ sigma, truncation_bound: bound }: Cut): (x: number) => number {
  const pmf = gaussian(sigma);
  let total = 0;
  for (let x = -bound; x <= bound; x += 1) total += pmf(x);
  return (x) => (Math.abs(x) > bound ? 0 : pmf(x) / total);
}

/** Vesica never samples a subset of the rows, so cases of amplification by sampling do not apply. */
const unsampled = (reference: Case) => reference.sampling_prob === 1;

describe.skipIf(!hasReferenceData)('Google dp_accounting, discrete Laplace', () => {
  const { tests } = hasReferenceData
    ? referenceJson<GoogleReference>('dp/google_dp_expected.json').python_dp_accounting
    : { tests: undefined };

  it('privacy loss at a point', () => {
    const cases = tests!.test_discrete_laplace_privacy_loss.filter(unsampled);
    expect(cases).toHaveLength(10);
    for (const reference of cases) {
      const { x, sensitivity } = reference;
      const pmf = withParameter(reference);
      const loss =
        reference.adjacency_type === 'ADD'
          ? Math.log(pmf(x) / pmf(x - sensitivity))
          : Math.log(pmf(x + sensitivity) / pmf(x));
      expect(loss).toBeCloseTo(reference.expected_privacy_loss, PLACES);
    }
  });

  it('calibration: the decay for an epsilon and a sensitivity', () => {
    const cases = tests!.test_discrete_laplace_from_privacy_parameters.filter(unsampled);
    expect(cases).toHaveLength(4);
    for (const { epsilon, sensitivity, expected_parameter } of cases) {
      const pmf = pmfOf(discreteLaplace(epsilon, BigInt(sensitivity)));
      expect(Math.log(pmf(3) / pmf(4))).toBeCloseTo(expected_parameter, PLACES);
    }
  });

  it('delta at an epsilon', () => {
    const cases = tests!.test_discrete_laplace_get_delta_for_epsilon.filter(unsampled);
    expect(cases).toHaveLength(12);
    for (const reference of cases) {
      const { sensitivity, epsilon, expected_delta } = reference;
      expect(hockeyStick(withParameter(reference), sensitivity, epsilon)).toBeCloseTo(expected_delta, PLACES);
    }
  });

  it('delta at many epsilons', () => {
    const cases = tests!.test_discrete_laplace_get_delta_for_epsilon_vectorized.filter(unsampled);
    expect(cases).toHaveLength(2);
    for (const reference of cases) {
      const pmf = withParameter(reference);
      const found = reference.epsilon_values.map((epsilon) =>
        hockeyStick(pmf, reference.sensitivity, epsilon),
      );
      reference.expected_delta_values.forEach((expected, i) =>
        expect(found[i]).toBeCloseTo(expected, PLACES),
      );
    }
  });
});

describe.skipIf(!hasReferenceData)('Google dp_accounting, discrete Gaussian', () => {
  const { tests } = hasReferenceData
    ? referenceJson<GoogleReference>('dp/google_dp_expected.json').python_dp_accounting
    : { tests: undefined };

  it('privacy loss at a point', () => {
    const cases = tests!.test_discrete_gaussian_privacy_loss
      .filter(unsampled)
      .filter((reference) => typeof reference.expected_privacy_loss === 'number');
    expect(cases).toHaveLength(12);
    for (const { sigma, x, sensitivity, adjacency_type, expected_privacy_loss } of cases) {
      const pmf = gaussian(sigma);
      const loss =
        adjacency_type === 'ADD'
          ? Math.log(pmf(x) / pmf(x - sensitivity))
          : Math.log(pmf(x + sensitivity) / pmf(x));
      expect(loss).toBeCloseTo(Number(expected_privacy_loss), PLACES);
    }
  });

  it('distribution and deviation, given a cut', () => {
    expect(tests!.test_discrete_gaussian_noise_cdf).toHaveLength(2);
    for (const reference of tests!.test_discrete_gaussian_noise_cdf) {
      const pmf = cutGaussian(reference);
      for (const [at, expected] of reference.x_to_cdf_value) {
        let cumulated = 0;
        for (let x = -reference.truncation_bound; x <= at; x += 1) cumulated += pmf(x);
        expect(cumulated).toBeCloseTo(expected, PLACES);
      }
    }
    expect(tests!.test_discrete_gaussian_std).toHaveLength(2);
    for (const reference of tests!.test_discrete_gaussian_std) {
      const pmf = cutGaussian(reference);
      let square = 0;
      for (let x = 1; x <= reference.truncation_bound; x += 1) square += 2 * x * x * pmf(x);
      expect(Math.sqrt(square)).toBeCloseTo(reference.expected_std, PLACES);
    }
  });

  it('delta at an epsilon, given a cut', () => {
    const cases = tests!.test_discrete_gaussian_get_delta_for_epsilon.filter(unsampled);
    expect(cases).toHaveLength(4);
    for (const reference of cases) {
      const found = hockeyStick(cutGaussian(reference), reference.sensitivity, reference.epsilon);
      expect(found).toBeCloseTo(reference.expected_delta, PLACES);
    }
    const vectors = tests!.test_discrete_gaussian_get_delta_for_epsilon_vectorized.filter(unsampled);
    expect(vectors).toHaveLength(4);
    for (const reference of vectors) {
      const pmf = cutGaussian(reference);
      reference.expected_delta_values.forEach((expected, i) => {
        const epsilon = reference.epsilon_values[i]!;
        expect(hockeyStick(pmf, reference.sensitivity, epsilon)).toBeCloseTo(expected, PLACES);
      });
    }
  });

  it('the smallest sigma for an epsilon and a delta, which upstream finds to 3 places', () => {
    const cases = tests!.test_discrete_gaussian_from_privacy_parameters.filter(unsampled);
    expect(cases).toHaveLength(8);
    for (const { sensitivity, epsilon, delta, expected_sigma } of cases) {
      const reach = Math.ceil(9 * expected_sigma + sensitivity);
      const deltaAt = (sigma: number) => hockeyStick(gaussian(sigma), sensitivity, epsilon, reach);
      expect(deltaAt(expected_sigma - 0.0015)).toBeGreaterThan(delta);
      expect(deltaAt(expected_sigma + 0.0015)).toBeLessThan(delta);
    }
  });
});
