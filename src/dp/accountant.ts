import { invalid } from './parameters.js';
import type { Mechanism, PrivacyLoss } from './mechanism.js';
import { privacyLoss } from './mechanism.js';
import { discreteGaussianRho } from './gaussian.js';
import { addRationals, compareRationals, multiplyRationals, rational, type Rational } from './rational.js';
import { epsilonOfRho } from './zcdp.js';

/**
 * What releases cost, in exact fractions. The unit of privacy is one person's row, added or removed. A cost is
 * delta-approximate rho-zCDP (Bun and Steinke, arXiv 1605.02065, section 8), with the (epsilon, delta) of plain
 * composition kept beside it, because a few Laplace releases are tighter there and many are tighter under zCDP.
 */
export interface PrivacyCost {
  readonly rho: Rational;
  /** Sum of the epsilons of plain composition; `undefined` once a Gaussian release is in, which has none. */
  readonly epsilon: Rational | undefined;
  /** Probability outside both accounts: cut tails and thresholds, added up. 0 for pure and Gaussian releases. */
  readonly delta: Rational;
}

const ZERO = rational(0n);

/** The cost of releasing nothing. */
export const NO_COST: PrivacyCost = { rho: ZERO, epsilon: ZERO, delta: ZERO };

/** The cost of one release through `mechanism`. */
export function costOf(mechanism: Mechanism): PrivacyCost {
  if (mechanism.kind === 'discrete-gaussian') {
    const { sigma2, sensitivity } = mechanism;
    return { rho: discreteGaussianRho(sigma2, sensitivity), epsilon: undefined, delta: ZERO };
  }
  return costOfLoss(privacyLoss(mechanism));
}

/**
 * The cost of any (epsilon, delta)-private release: rho = epsilon^2 / 2 with the same delta (Bun and Steinke,
 * proposition 1.4 for delta = 0, section 8 otherwise).
 */
export function costOfLoss({ epsilon, delta }: PrivacyLoss): PrivacyCost {
  return { rho: multiplyRationals(multiplyRationals(epsilon, epsilon), rational(1n, 2n)), epsilon, delta };
}

/** The cost of all the releases together, when each may be about the same people: everything adds up. */
export function composeSequentially(costs: readonly PrivacyCost[]): PrivacyCost {
  return costs.reduce(
    (total, cost) => ({
      rho: addRationals(total.rho, cost.rho),
      epsilon: combine(total.epsilon, cost.epsilon, addRationals),
      delta: addRationals(total.delta, cost.delta),
    }),
    NO_COST,
  );
}

/**
 * The cost of releases about disjoint sets of people, such as the cells of a cohort table: nobody is in two of them, so
 * the dearest counts once. Each part of the cost is the largest of its kind.
 */
export function composeInParallel(costs: readonly PrivacyCost[]): PrivacyCost {
  return costs.reduce(
    (dearest, cost) => ({
      rho: larger(dearest.rho, cost.rho),
      epsilon: combine(dearest.epsilon, cost.epsilon, larger),
      delta: larger(dearest.delta, cost.delta),
    }),
    NO_COST,
  );
}

/**
 * The cost as an epsilon at `delta`: the better of plain composition and of the zCDP conversion at what `delta` leaves
 * after the cost's own delta.
 *
 * @throws VesicaError `dp/invalid-parameter` with field `delta` when the cost's own delta leaves nothing of it, or it is
 * not in (0, 1).
 */
export function lossAt(cost: PrivacyCost, delta: Rational): PrivacyLoss {
  if (compareRationals(delta, rational(1n)) >= 0) throw invalid('delta', 'must be below 1');
  const excess = compareRationals(cost.delta, delta);
  if (excess > 0) throw invalid('delta', 'is below what the releases cost already');
  if (excess === 0) {
    if (cost.epsilon === undefined) throw invalid('delta', 'leaves nothing for the Gaussian releases');
    return { epsilon: cost.epsilon, delta };
  }
  const rest = rational(
    delta.numerator * cost.delta.denominator - cost.delta.numerator * delta.denominator,
    delta.denominator * cost.delta.denominator,
  );
  const converted = epsilonOfRho(cost.rho, rest);
  const epsilon = combine(cost.epsilon, converted, smaller) ?? converted;
  return { epsilon, delta };
}

function combine(
  a: Rational | undefined,
  b: Rational | undefined,
  operation: (a: Rational, b: Rational) => Rational,
): Rational | undefined {
  return a === undefined || b === undefined ? undefined : operation(a, b);
}

function larger(a: Rational, b: Rational): Rational {
  return compareRationals(a, b) >= 0 ? a : b;
}

function smaller(a: Rational, b: Rational): Rational {
  return compareRationals(a, b) <= 0 ? a : b;
}
