import {
  compareRationals,
  lossAt,
  parseDelta,
  parseEpsilon,
  rational,
  type DecimalInput,
  type PrivacyCost,
  type PrivacyLoss,
  type Rational,
} from '../dp/index.js';

/** The most that one partner may learn in all: an epsilon at a delta. */
export interface BudgetLimit {
  readonly epsilon: DecimalInput;
  readonly delta: DecimalInput;
}

/**
 * The limit as exact fractions.
 *
 * @throws VesicaError `dp/invalid-parameter` with field `epsilon` or `delta` when it is outside what one release may
 * have: a larger total would hide nothing.
 */
export function parseLimit({ epsilon, delta }: BudgetLimit): PrivacyLoss {
  return { epsilon: parseEpsilon(epsilon), delta: parseDelta(delta) };
}

/** Whether releases that cost `total` stay within `limit`. */
export function fits(total: PrivacyCost, limit: PrivacyLoss): boolean {
  const epsilon = epsilonAt(total, limit.delta);
  return epsilon !== undefined && compareRationals(epsilon, limit.epsilon) <= 0;
}

/** The epsilon of `cost` at `delta`; `undefined` when it has none, because its own delta takes too much of it. */
export function epsilonAt(cost: PrivacyCost, delta: Rational): Rational | undefined {
  const excess = compareRationals(cost.delta, delta);
  if (excess > 0 || (excess === 0 && cost.epsilon === undefined)) return undefined;
  return lossAt(cost, delta).epsilon;
}

/** `a - b`, at least 0; 0 as well when `b` is not known. */
export function difference(a: Rational, b: Rational | undefined): Rational {
  if (b === undefined || compareRationals(a, b) <= 0) return rational(0n);
  return rational(a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator);
}
