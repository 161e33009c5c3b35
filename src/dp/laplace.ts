import { VesicaError } from '../errors.js';
import { evaluateRatio, ratioIsAtMost, ratioToNumber, type ExponentialRatio } from './exponential.js';
import {
  invalid,
  MAX_EXPONENT,
  parseDelta,
  parseEpsilon,
  positiveInteger,
  STATED_DIGITS,
  type DecimalInput,
} from './parameters.js';
import { roundUpToDigits, type Rational } from './rational.js';

/** Half-widths past this are refused; a count of dummies has to fit memory long before. */
export const MAX_HALF_WIDTH = 2 ** 30;

/** 1 + a: what makes a discrete Laplace tail a^k / (1 + a). */
export const ONE_PLUS_A: ExponentialRatio['denominator'] = [
  { coefficient: 1n, power: 0n },
  { coefficient: 1n, power: 1n },
];

/** P(x) = (a^|x| - a^(|x|+1)) / (1 + a), a = e^(-rate): the discrete Laplace distribution, in powers of a. */
export function discreteLaplaceProbability(x: bigint): ExponentialRatio {
  return {
    numerator: geometricStep(x),
    denominator: ONE_PLUS_A,
  };
}

/** P(x) = (a^|x| - a^(|x|+1)) / (1 + a - 2a^(h+1)) for |x| <= h: the same distribution cut to [-h, h]. */
export function truncatedLaplaceProbability(x: bigint, halfWidth: number): ExponentialRatio {
  return {
    numerator: geometricStep(x),
    denominator: [...ONE_PLUS_A, { coefficient: -2n, power: BigInt(halfWidth) + 1n }],
  };
}

/**
 * Variance of the discrete Laplace distribution P(x) = (1-a)/(1+a) a^|x| with a = e^(-rate), rate = epsilon / sensitivity:
 * 2a / (1-a)^2. Relative error below 1e-15, for any rate.
 */
export function discreteLaplaceVariance(rate: Rational): number {
  return ratioToNumber(
    {
      numerator: [{ coefficient: 2n, power: 1n }],
      denominator: [
        { coefficient: 1n, power: 0n },
        { coefficient: -2n, power: 1n },
        { coefficient: 1n, power: 2n },
      ],
    },
    rate,
  );
}

/**
 * The delta of releasing `count + x`, x truncated discrete Laplace on [-h, h], when one person changes the count by 1.
 *
 * Let a = e^(-epsilon), P(x) = a^|x| / Z for |x| <= h and Z = sum of a^|i| over -h <= i <= h = (1 + a - 2a^(h+1)) / (1 - a).
 * On counts c and c+1 an output o has probabilities P(o-c) and P(o-c-1). Where both are positive, ||o-c| - |o-c-1|| = 1,
 * so their quotient is e^epsilon or e^-epsilon, and P(o-c) - e^epsilon P(o-c-1) <= 0. The only output that c can give and
 * c+1 cannot is o = c-h. So
 *
 *   delta = sum over o of max(0, P(o-c) - e^epsilon P(o-c-1)) = P(-h) = a^h / Z = (a^h - a^(h+1)) / (1 + a - 2a^(h+1)),
 *
 * and the same with c and c+1 exchanged, by symmetry. This is the smallest delta for this epsilon, not only a bound.
 *
 * @returns the delta rounded up to 30 significant digits: never below the true value, above it by less than 1.1e-29 of it.
 * @throws VesicaError `dp/invalid-parameter` with field `epsilon` or `halfWidth`.
 */
export function truncatedLaplaceDelta(epsilon: DecimalInput, halfWidth: number): Rational {
  const exactEpsilon = parseEpsilon(epsilon);
  const { upper } = evaluateRatio(deltaRatio(parseHalfWidth(halfWidth, exactEpsilon)), exactEpsilon);
  return roundUpToDigits(upper, STATED_DIGITS);
}

/**
 * The smallest half-width h whose delta is at most the wanted one. A cell then needs D = 2h dummies, of which
 * h + x are real, x drawn from the truncated distribution.
 *
 * @throws VesicaError `dp/invalid-parameter` with field `epsilon` or `delta`; `limit/dummies` when h would pass 2^30.
 */
export function dummyHalfWidth(epsilon: DecimalInput, delta: DecimalInput): number {
  const exactEpsilon = parseEpsilon(epsilon);
  const exactDelta = parseDelta(delta);
  const suffices = (halfWidth: number): boolean =>
    ratioIsAtMost(deltaRatio(halfWidth), exactEpsilon, exactDelta);
  // 1/delta(h) = a^-h + 2 (a^0 + ... + a^-(h-1)) grows with h, so the answer can be bracketed and bisected.
  let enough = 1;
  while (!suffices(enough)) {
    if (enough >= MAX_HALF_WIDTH) {
      throw new VesicaError('limit/dummies', `a half-width of ${MAX_HALF_WIDTH} does not reach this delta`, {
        field: 'delta',
      });
    }
    enough *= 2;
  }
  let tooSmall = Math.floor(enough / 2);
  while (enough - tooSmall > 1) {
    const middle = Math.floor((enough + tooSmall) / 2);
    if (suffices(middle)) enough = middle;
    else tooSmall = middle;
  }
  return enough;
}

/**
 * Variance of the truncated discrete Laplace distribution: 2 (1 a + 4 a^2 + ... + h^2 a^h) / Z, both sums in closed form.
 * Relative error below 1e-15.
 */
export function truncatedLaplaceVariance(epsilon: Rational, halfWidth: number): number {
  const h = BigInt(halfWidth);
  return ratioToNumber(
    {
      numerator: [
        { coefficient: 2n, power: 1n },
        { coefficient: 2n, power: 2n },
        { coefficient: -2n * (h + 1n) ** 2n, power: h + 1n },
        { coefficient: 2n * (2n * h * h + 2n * h - 1n), power: h + 2n },
        { coefficient: -2n * h * h, power: h + 3n },
      ],
      denominator: [
        { coefficient: 1n, power: 0n },
        { coefficient: -1n, power: 1n },
        { coefficient: -1n, power: 2n },
        { coefficient: 1n, power: 3n },
        { coefficient: -2n, power: h + 1n },
        { coefficient: 4n, power: h + 2n },
        { coefficient: -2n, power: h + 3n },
      ],
    },
    epsilon,
  );
}

/**
 * `halfWidth` when it is an integer in [1, 2^30] and epsilon * halfWidth is at most 800. Past that delta is below
 * 10^-300, which no agreement asks for, and stating it would cost unbounded precision.
 *
 * @throws VesicaError `dp/invalid-parameter` with field `halfWidth`; `limit/dummies` past 2^30.
 */
export function parseHalfWidth(halfWidth: number, epsilon: Rational): number {
  if (positiveInteger(halfWidth, 'halfWidth') > MAX_HALF_WIDTH) {
    throw new VesicaError('limit/dummies', `halfWidth must be at most ${MAX_HALF_WIDTH}`, {
      field: 'halfWidth',
    });
  }
  if (BigInt(halfWidth) * epsilon.numerator > MAX_EXPONENT * epsilon.denominator) {
    throw invalid('halfWidth', `times epsilon must be at most ${String(MAX_EXPONENT)}`);
  }
  return halfWidth;
}

function deltaRatio(halfWidth: number): ExponentialRatio {
  return truncatedLaplaceProbability(BigInt(halfWidth), halfWidth);
}

function geometricStep(x: bigint): ExponentialRatio['numerator'] {
  const magnitude = x < 0n ? -x : x;
  return [
    { coefficient: 1n, power: magnitude },
    { coefficient: -1n, power: magnitude + 1n },
  ];
}
