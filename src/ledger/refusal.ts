import {
  composeSequentially,
  decimalAbove,
  divideRationals,
  lossAt,
  multiplyRationals,
  rational,
  type PrivacyCost,
  type PrivacyLoss,
  type Rational,
} from '../dp/index.js';
import { VesicaError } from '../errors.js';
import { difference, epsilonAt, fits } from './budget.js';

/** Significant digits of a figure in a message. */
const DIGITS = 6;
/** Figures below 10^-18 are told as 0; no delta that matters is smaller. */
const PLACES = 18;
/** The largest epsilon that fits is looked for among the multiples of 1 / this. */
const STEPS = 10n ** 6n;

/** What an account was asked for and could not give. */
export interface Excess {
  /** What the budget is called. */
  readonly name: string;
  readonly limit: PrivacyLoss;
  /** All that is spent or set aside. */
  readonly taken: PrivacyCost;
  /** What the session needs. */
  readonly cost: PrivacyCost;
}

/**
 * The error that refuses a session its budget: which budget, what is spent, left and needed, and what would fit. Figures
 * that are spent or needed are rounded up, those that are left or would fit are rounded down.
 */
export function refusal(excess: Excess): VesicaError {
  const { name, limit, taken, cost } = excess;
  const budget = `${name} is epsilon ${above(limit.epsilon)} at delta ${above(limit.delta)}`;
  if (epsilonAt(composeSequentially([taken, cost]), limit.delta) === undefined) {
    return exceeded(
      'delta',
      `${budget}: of its delta ${above(taken.delta)} is spent or set aside, ` +
        `${below(difference(limit.delta, taken.delta))} is left and this session needs ` +
        `${cost.epsilon === undefined ? 'more than ' : ''}${above(cost.delta)}; no epsilon would fit with that delta`,
    );
  }
  const spent = lossAt(taken, limit.delta).epsilon;
  return exceeded(
    'epsilon',
    `${budget}: ${above(spent)} is spent or set aside, ${below(difference(limit.epsilon, spent))} is left and ` +
      `this session needs ${above(sessionEpsilon(cost, limit.delta))}; ` +
      `an epsilon of at most ${below(largestFitting(excess))} would fit with the same delta`,
  );
}

function exceeded(field: string, message: string): VesicaError {
  return new VesicaError('budget/exceeded', message, { field });
}

/**
 * The epsilon of the largest session of the same shape that still fits. All its epsilons shrink by one factor t, so its
 * rho shrinks by t^2; its delta stays.
 */
function largestFitting({ limit, taken, cost }: Excess): Rational {
  const needed = sessionEpsilon(cost, limit.delta);
  const shrunk = (steps: bigint): PrivacyCost => {
    const factor = divideRationals(rational(steps, STEPS), needed);
    return {
      rho: multiplyRationals(cost.rho, multiplyRationals(factor, factor)),
      epsilon: cost.epsilon === undefined ? undefined : multiplyRationals(cost.epsilon, factor),
      delta: cost.delta,
    };
  };
  let [enough, tooMuch] = [0n, (needed.numerator * STEPS) / needed.denominator + 1n];
  while (tooMuch - enough > 1n) {
    const middle = (enough + tooMuch) / 2n;
    if (fits(composeSequentially([taken, shrunk(middle)]), limit)) enough = middle;
    else tooMuch = middle;
  }
  return enough === 0n ? rational(0n) : sessionEpsilon(shrunk(enough), limit.delta);
}

/** What a session's terms call its epsilon: the plain sum, or with Gaussian noise the epsilon at the limit's delta. */
function sessionEpsilon(cost: PrivacyCost, delta: Rational): Rational {
  return cost.epsilon ?? lossAt(cost, delta).epsilon;
}

/** Decimal text of the smallest short number not below `value`. */
function above(value: Rational): string {
  return plain(decimalAbove(value, DIGITS));
}

/** Decimal text of the largest short number not above `value`. */
function below({ numerator, denominator }: Rational): string {
  const digits = ((numerator * 10n ** BigInt(PLACES)) / denominator).toString();
  const kept = digits.slice(0, DIGITS);
  return plain(`${kept}e${digits.length - kept.length - PLACES}`);
}

/** `5e-1` as `0.5`. Six digits pass through a double unchanged. */
function plain(scientific: string): string {
  return String(Number(scientific));
}
