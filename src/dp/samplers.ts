import { bitLength, type Rational } from './rational.js';
import type { UniformDraws } from './uniform.js';

/**
 * Exact samplers in integers (Canonne, Kamath, Steinke, "The Discrete Gaussian for Differential Privacy",
 * arXiv 2004.00010). Their running time depends on what they draw: a caller draws before it starts to send.
 */

/** True with probability e^(-gamma), gamma any non-negative rational. Algorithm 1 of the paper. */
export function sampleBernoulliExp(gamma: Rational, draws: UniformDraws): boolean {
  const { numerator, denominator } = gamma;
  for (let whole = numerator / denominator; whole > 0n; whole -= 1n) {
    if (!sampleBernoulliExpUpToOne(1n, 1n, draws)) return false;
  }
  return sampleBernoulliExpUpToOne(numerator % denominator, denominator, draws);
}

/**
 * True with probability e^(-numerator/denominator), at most 1. The first k whose coin of probability
 * gamma/k fails is odd with probability 1 - gamma + gamma^2/2! - ... = e^(-gamma).
 */
function sampleBernoulliExpUpToOne(numerator: bigint, denominator: bigint, draws: UniformDraws): boolean {
  let k = 1n;
  while (draws.flip(numerator, denominator * k)) k += 1n;
  return k % 2n === 1n;
}

/**
 * An integer x with probability (1-a)/(1+a) * a^|x|, a = e^(-rate), rate a positive rational (epsilon / sensitivity).
 * Algorithm 2 of the paper.
 */
export function sampleDiscreteLaplace(rate: Rational, draws: UniformDraws): bigint {
  return untilAccepted(() => attemptDiscreteLaplace(rate, draws));
}

/** One round of Algorithm 2; `undefined` when the round is rejected. */
export function attemptDiscreteLaplace(rate: Rational, draws: UniformDraws): bigint | undefined {
  const { numerator, denominator } = rate;
  // Geometric with ratio e^(-1/denominator): its remainder modulo denominator, then its quotient.
  const remainder = draws.below(denominator);
  if (!sampleBernoulliExpUpToOne(remainder, denominator, draws)) return undefined;
  let quotient = 0n;
  while (sampleBernoulliExpUpToOne(1n, 1n, draws)) quotient += 1n;
  // Dividing by the numerator makes the ratio e^(-numerator/denominator).
  const magnitude = (remainder + denominator * quotient) / numerator;
  const negative = draws.flip(1n, 2n);
  // Zero would otherwise be counted with both signs.
  if (negative && magnitude === 0n) return undefined;
  return negative ? -magnitude : magnitude;
}

/** An integer x in [-halfWidth, halfWidth] with probability proportional to e^(-rate |x|). */
export function sampleTruncatedDiscreteLaplace(
  rate: Rational,
  halfWidth: number,
  draws: UniformDraws,
): bigint {
  return untilAccepted(() => attemptTruncatedDiscreteLaplace(rate, halfWidth, draws));
}

/**
 * A uniform candidate, kept with probability e^(-rate |x|), else `undefined`. About 1 + rate * halfWidth candidates are
 * needed, and on average never more than 2 halfWidth + 1; rejecting what the untruncated sampler gives outside the
 * interval would take 1 / (rate * halfWidth) of them when that product is small.
 */
export function attemptTruncatedDiscreteLaplace(
  rate: Rational,
  halfWidth: number,
  draws: UniformDraws,
): bigint | undefined {
  const bound = BigInt(halfWidth);
  const candidate = draws.below(2n * bound + 1n) - bound;
  const magnitude = candidate < 0n ? -candidate : candidate;
  const gamma = { numerator: rate.numerator * magnitude, denominator: rate.denominator };
  return sampleBernoulliExp(gamma, draws) ? candidate : undefined;
}

/**
 * An integer x with probability proportional to e^(-x^2 / (2 sigma2)), sigma2 any positive rational. Algorithm 3 of the
 * paper: discrete Laplace candidates of scale t, just above sigma; about 1.5 of them on average.
 */
export function sampleDiscreteGaussian(sigma2: Rational, draws: UniformDraws): bigint {
  const scale = integerSquareRoot(sigma2.numerator / sigma2.denominator) + 1n;
  return untilAccepted(() => {
    const candidate = sampleDiscreteLaplace({ numerator: 1n, denominator: scale }, draws);
    return sampleBernoulliExp(gaussianRejection(candidate, scale, sigma2), draws) ? candidate : undefined;
  });
}

/**
 * The gamma for which a Laplace candidate x of scale t is kept with probability e^(-gamma): (|x| - sigma2/t)^2 / (2 sigma2).
 * Then e^(-|x|/t) e^(-gamma) is e^(-x^2 / (2 sigma2)) times a constant.
 */
export function gaussianRejection(candidate: bigint, scale: bigint, sigma2: Rational): Rational {
  const { numerator, denominator } = sigma2;
  const magnitude = candidate < 0n ? -candidate : candidate;
  const distance = magnitude * scale * denominator - numerator;
  return {
    numerator: distance * distance,
    denominator: 2n * numerator * denominator * scale * scale,
  };
}

/** The largest integer whose square is at most `value`, by Newton's method from above. */
export function integerSquareRoot(value: bigint): bigint {
  if (value === 0n) return 0n;
  let root = 1n << BigInt(Math.ceil(bitLength(value) / 2));
  for (;;) {
    const next = (root + value / root) / 2n;
    if (next >= root) return root;
    root = next;
  }
}

function untilAccepted(attempt: () => bigint | undefined): bigint {
  for (;;) {
    const result = attempt();
    if (result !== undefined) return result;
  }
}
