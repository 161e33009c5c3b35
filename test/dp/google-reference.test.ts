import { describe, expect, it } from 'vitest';
import {
  discreteLaplace,
  probability,
  rational,
  rationalToNumber,
  type Mechanism,
} from '../../src/dp/index.js';
import { parseDecimal } from '../../src/dp/rational.js';
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
interface GoogleReference {
  readonly python_dp_accounting: {
    readonly tests: {
      readonly test_discrete_laplace_privacy_loss: readonly LossCase[];
      readonly test_discrete_laplace_from_privacy_parameters: readonly CalibrationCase[];
      readonly test_discrete_laplace_get_delta_for_epsilon: readonly DeltaCase[];
      readonly test_discrete_laplace_get_delta_for_epsilon_vectorized: readonly VectorCase[];
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
function hockeyStick(pmf: (x: number) => number, sensitivity: number, epsilon: number): number {
  let delta = 0;
  for (let x = -120; x <= 120; x += 1) {
    delta += Math.max(0, pmf(x) - Math.exp(epsilon) * pmf(x - sensitivity));
  }
  return delta;
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
