import type { Rational } from './rational.js';
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

function untilAccepted(attempt: () => bigint | undefined): bigint {
  for (;;) {
    const result = attempt();
    if (result !== undefined) return result;
  }
}
