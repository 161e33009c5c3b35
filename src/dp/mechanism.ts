import type { RandomSource } from '../random.js';
import { evaluateRatio, type Bounds } from './exponential.js';
import { discreteGaussianProbability, discreteGaussianRho, discreteGaussianVariance } from './gaussian.js';
import {
  discreteLaplaceProbability,
  discreteLaplaceVariance,
  parseHalfWidth,
  truncatedLaplaceDelta,
  truncatedLaplaceProbability,
  truncatedLaplaceVariance,
} from './laplace.js';
import { parseDelta, parseEpsilon, parseSigma2, positiveInteger, type DecimalInput } from './parameters.js';
import { divideRationals, rational, rationalToNumber, type Rational } from './rational.js';
import { sampleDiscreteGaussian, sampleDiscreteLaplace, sampleTruncatedDiscreteLaplace } from './samplers.js';
import { uniformDraws } from './uniform.js';
import { epsilonOfRho } from './zcdp.js';

/** Discrete Laplace noise on an integer that one person changes by at most `sensitivity`. */
export interface DiscreteLaplace {
  readonly kind: 'discrete-laplace';
  readonly epsilon: Rational;
  /** In the units of the released integer (quanta for money). */
  readonly sensitivity: bigint;
}

/** Discrete Laplace noise cut to [-halfWidth, halfWidth], on a count that one person changes by at most 1. */
export interface TruncatedDiscreteLaplace {
  readonly kind: 'truncated-discrete-laplace';
  readonly epsilon: Rational;
  readonly halfWidth: number;
}

/**
 * Discrete Gaussian noise on an integer that one person changes by at most `sensitivity`. It has no pure epsilon: its
 * loss is stated at `delta`.
 */
export interface DiscreteGaussian {
  readonly kind: 'discrete-gaussian';
  /** The parameter of the distribution, which is its variance but for a hair (see `variance`). */
  readonly sigma2: Rational;
  readonly sensitivity: bigint;
  readonly delta: Rational;
}

/**
 * How one figure is made private. Everything that is said about the figure (mechanism, variance, epsilon, delta) and
 * the noise itself come from this one object, so they cannot disagree.
 */
export type Mechanism = DiscreteLaplace | TruncatedDiscreteLaplace | DiscreteGaussian;

/** A mechanism is (epsilon, delta)-differentially private; both are exact values or exact upper bounds. */
export interface PrivacyLoss {
  readonly epsilon: Rational;
  /** 0 for a pure mechanism. */
  readonly delta: Rational;
}

/** What a report says about a figure's noise: plain JSON. Epsilon and delta are rounded up to doubles. */
export interface MechanismStatement {
  readonly mechanism: Mechanism['kind'];
  readonly epsilon: number;
  readonly delta: number;
  /** Variance of the noise, in squared units of the released integer. */
  readonly sigma2: number;
}

/**
 * Discrete Laplace noise P(x) proportional to e^(-epsilon |x| / sensitivity).
 *
 * @throws VesicaError `dp/invalid-parameter` with field `epsilon` or `sensitivity`.
 */
export function discreteLaplace(epsilon: DecimalInput, sensitivity: bigint): DiscreteLaplace {
  return {
    kind: 'discrete-laplace',
    epsilon: parseEpsilon(epsilon),
    sensitivity: positiveInteger(sensitivity, 'sensitivity'),
  };
}

/**
 * Truncated discrete Laplace noise P(x) proportional to e^(-epsilon |x|), |x| <= halfWidth; see `dummyHalfWidth`.
 *
 * @throws VesicaError `dp/invalid-parameter` with field `epsilon` or `halfWidth`; `limit/dummies` past 2^30.
 */
export function truncatedDiscreteLaplace(epsilon: DecimalInput, halfWidth: number): TruncatedDiscreteLaplace {
  const exactEpsilon = parseEpsilon(epsilon);
  return {
    kind: 'truncated-discrete-laplace',
    epsilon: exactEpsilon,
    halfWidth: parseHalfWidth(halfWidth, exactEpsilon),
  };
}

/**
 * Discrete Gaussian noise P(x) proportional to e^(-x^2 / (2 sigma2)), its loss stated at `delta`.
 *
 * @throws VesicaError `dp/invalid-parameter` with field `sigma2`, `sensitivity` or `delta`.
 */
export function discreteGaussian(
  sigma2: DecimalInput,
  sensitivity: bigint,
  delta: DecimalInput,
): DiscreteGaussian {
  return {
    kind: 'discrete-gaussian',
    sigma2: parseSigma2(sigma2),
    sensitivity: positiveInteger(sensitivity, 'sensitivity'),
    delta: parseDelta(delta),
  };
}

/**
 * Probability that the mechanism's noise is `x`, between bounds that differ by less than 1e-30 of it; both bounds are 0
 * outside the support. For audits and tests.
 */
export function probability(mechanism: Mechanism, x: bigint): Bounds {
  switch (mechanism.kind) {
    case 'discrete-laplace':
      return evaluateRatio(discreteLaplaceProbability(x), laplaceRate(mechanism));
    case 'truncated-discrete-laplace': {
      const { epsilon, halfWidth } = mechanism;
      if (x > halfWidth || x < -halfWidth) return { lower: rational(0n), upper: rational(0n) };
      return evaluateRatio(truncatedLaplaceProbability(x, halfWidth), epsilon);
    }
    case 'discrete-gaussian':
      return discreteGaussianProbability(mechanism.sigma2, x);
  }
}

/** Variance of the mechanism's noise, in squared units of the released integer; relative error below 1e-15. */
export function variance(mechanism: Mechanism): number {
  switch (mechanism.kind) {
    case 'discrete-laplace':
      return discreteLaplaceVariance(laplaceRate(mechanism));
    case 'truncated-discrete-laplace':
      return truncatedLaplaceVariance(mechanism.epsilon, mechanism.halfWidth);
    case 'discrete-gaussian':
      return discreteGaussianVariance(mechanism.sigma2);
  }
}

/**
 * Fourth cumulant of the mechanism's noise, in fourth powers of the unit of the released integer: how much heavier its
 * tails are than those of a normal distribution, for intervals. From the moments of the geometric series,
 * 2a (1 + 4a + a^2) / (1 - a)^4 = sigma^2 (1 + 3 sigma^2) for discrete Laplace noise; what truncation takes off is below
 * delta. 0 for discrete Gaussian noise.
 */
export function fourthCumulant(mechanism: Mechanism): number {
  if (mechanism.kind === 'discrete-gaussian') return 0;
  const sigma2 = variance(mechanism);
  return sigma2 * (1 + 3 * sigma2);
}

/** What one release through the mechanism costs the person who changes it most. */
export function privacyLoss(mechanism: Mechanism): PrivacyLoss {
  switch (mechanism.kind) {
    case 'discrete-laplace':
      return { epsilon: mechanism.epsilon, delta: rational(0n) };
    case 'truncated-discrete-laplace':
      return {
        epsilon: mechanism.epsilon,
        delta: truncatedLaplaceDelta(mechanism.epsilon, mechanism.halfWidth),
      };
    case 'discrete-gaussian': {
      const { sigma2, sensitivity, delta } = mechanism;
      return { epsilon: epsilonOfRho(discreteGaussianRho(sigma2, sensitivity), delta), delta };
    }
  }
}

/**
 * One exact draw of the mechanism's noise, mean 0. The time it takes depends on what is drawn: draw before the stream
 * starts. The result is secret: it is never logged and never part of an error.
 */
export function draw(mechanism: Mechanism, random: RandomSource): bigint {
  const draws = uniformDraws(random);
  switch (mechanism.kind) {
    case 'discrete-laplace':
      return sampleDiscreteLaplace(laplaceRate(mechanism), draws);
    case 'truncated-discrete-laplace':
      return sampleTruncatedDiscreteLaplace(mechanism.epsilon, mechanism.halfWidth, draws);
    case 'discrete-gaussian':
      return sampleDiscreteGaussian(mechanism.sigma2, draws);
  }
}

/** The mechanism in the words of a report. */
export function stateMechanism(mechanism: Mechanism): MechanismStatement {
  const { epsilon, delta } = privacyLoss(mechanism);
  return {
    mechanism: mechanism.kind,
    epsilon: rationalToNumber(epsilon, 'up'),
    delta: rationalToNumber(delta, 'up'),
    sigma2: variance(mechanism),
  };
}

/** epsilon / sensitivity: the decay of discrete Laplace noise from one integer to the next. */
export function laplaceRate(mechanism: DiscreteLaplace): Rational {
  return divideRationals(mechanism.epsilon, rational(mechanism.sensitivity));
}
