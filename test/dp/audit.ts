import type { ExponentialRatio, ExponentialTerm } from '../../src/dp/exponential.js';
import { discreteLaplaceProbability, truncatedLaplaceProbability } from '../../src/dp/laplace.js';
import { compareRationals, rational, type Rational } from '../../src/dp/rational.js';

/**
 * An exact audit of a release: every output's probability on neighbouring tiny databases, in integers. Epsilon is the
 * logarithm of a rational, so that every probability is a rational and the audit compares without any rounding.
 */

/** What one figure shows: integer weights of its outcomes, and their sum. */
export interface Distribution {
  readonly weights: ReadonlyMap<string, bigint>;
  readonly total: bigint;
}

/** A noise distribution as a function of the true value. */
export type Noise = (value: bigint) => Distribution;

/** The independent figures that a release on `database` shows. */
export type Release<Database> = (database: Database) => readonly Distribution[];

/** A figure that is not shown, whatever the noise. */
export const WITHHELD: Distribution = { weights: new Map([['withheld', 1n]]), total: 1n };

/** Outcomes at and past either end are one outcome each; true values and thresholds lie within. */
export interface Window {
  readonly from: bigint;
  readonly to: bigint;
}

const WINDOW: Window = { from: -8n, to: 8n };

/**
 * Discrete Laplace noise with ratio `a` between neighbouring integers. The outcomes past the window are put together: on
 * all of them two true values within the window have probabilities in the same proportion, so this loses nothing.
 */
export function laplaceNoise(a: Rational, { from, to }: Window = WINDOW): Noise {
  return remembered((value) => {
    if (value < from || value > to) throw new Error('a true value outside the window');
    const points = new Map<string, Rational>();
    // P(x >= steps) = a^steps / (1 + a)
    const tail = (steps: bigint) =>
      rational(a.numerator ** steps * a.denominator, a.denominator ** steps * (a.numerator + a.denominator));
    points.set(String(from), tail(value - from));
    for (let outcome = from + 1n; outcome < to; outcome += 1n) {
      points.set(String(outcome), evaluateAt(discreteLaplaceProbability(outcome - value), a));
    }
    points.set(String(to), tail(to - value));
    return fromProbabilities(points);
  });
}

/** Truncated discrete Laplace noise with ratio `a` on [-halfWidth, halfWidth]. */
export function truncatedNoise(a: Rational, halfWidth: number): Noise {
  return remembered((value) => {
    const points = new Map<string, Rational>();
    for (let x = -BigInt(halfWidth); x <= BigInt(halfWidth); x += 1n) {
      points.set(String(value + x), evaluateAt(truncatedLaplaceProbability(x, halfWidth), a));
    }
    return fromProbabilities(points);
  });
}

/** Noise with the given weights, whatever they are: for controls that have to fail. */
export function customNoise(weights: ReadonlyMap<bigint, bigint>): Noise {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0n);
  return (value) => ({
    weights: new Map([...weights].map(([x, weight]) => [String(value + x), weight])),
    total,
  });
}

/** The same figure shown only when `isShown`, else as `withheld`. */
export function shownIf(figure: Distribution, isShown: (noisy: bigint) => boolean): Distribution {
  const weights = new Map<string, bigint>();
  for (const [outcome, weight] of figure.weights) {
    const shown = isShown(BigInt(outcome)) ? outcome : 'withheld';
    weights.set(shown, (weights.get(shown) ?? 0n) + weight);
  }
  return { weights, total: figure.total };
}

/**
 * The smallest delta with which the release is (epsilon, delta)-private for all the pairs, in both directions, at
 * e^epsilon = `expEpsilon`.
 */
export function auditRelease<Database>(
  release: Release<Database>,
  neighbours: readonly (readonly [Database, Database])[],
  expEpsilon: Rational,
): Rational {
  let worst = rational(0n);
  for (const [one, other] of neighbours) {
    const [p, q] = differing(release(one), release(other));
    for (const delta of [hockeyStick(p, q, expEpsilon), hockeyStick(q, p, expEpsilon)]) {
      if (compareRationals(delta, worst) > 0) worst = delta;
    }
  }
  return worst;
}

/** The joint distribution of independent figures. */
export function jointly(figures: readonly Distribution[]): Distribution {
  return figures.reduce(
    (joint, figure) => {
      const weights = new Map<string, bigint>();
      for (const [before, weight] of joint.weights) {
        for (const [outcome, factor] of figure.weights) weights.set(`${before},${outcome}`, weight * factor);
      }
      return { weights, total: joint.total * figure.total };
    },
    { weights: new Map([['', 1n]]), total: 1n },
  );
}

/** The sum over all outcomes of max(0, P - e^epsilon Q). */
export function hockeyStick(p: Distribution, q: Distribution, expEpsilon: Rational): Rational {
  // Over the common denominator p.total * q.total * expEpsilon.denominator.
  let excess = 0n;
  for (const [outcome, weight] of p.weights) {
    const other = q.weights.get(outcome) ?? 0n;
    const difference = weight * q.total * expEpsilon.denominator - other * p.total * expEpsilon.numerator;
    if (difference > 0n) excess += difference;
  }
  return rational(excess, p.total * q.total * expEpsilon.denominator);
}

/** The value of a ratio at a rational a = e^(-epsilon), exactly. */
export function evaluateAt(ratio: ExponentialRatio, a: Rational): Rational {
  const powers = [...ratio.numerator, ...ratio.denominator].map(({ power }) => power);
  const highest = powers.reduce((largest, power) => (power > largest ? power : largest), 0n);
  const sum = (terms: readonly ExponentialTerm[]) =>
    terms.reduce(
      (total, { coefficient, power }) =>
        total + coefficient * a.numerator ** power * a.denominator ** (highest - power),
      0n,
    );
  return rational(sum(ratio.numerator), sum(ratio.denominator));
}

/** The same function, each value computed once. */
function remembered(noise: Noise): Noise {
  const known = new Map<bigint, Distribution>();
  return (value) => {
    const figure = known.get(value) ?? noise(value);
    known.set(value, figure);
    return figure;
  };
}

/**
 * The joint distributions of the figures that differ. A figure that is the same in both is independent of the others and
 * multiplies P and Q alike, so it adds nothing to the hockey-stick sum.
 */
function differing(
  one: readonly Distribution[],
  other: readonly Distribution[],
): [Distribution, Distribution] {
  if (one.length !== other.length) throw new Error('neighbours show a different number of figures');
  const changed = one.map((figure, i) => !isSame(figure, other[i]!));
  return [jointly(one.filter((_, i) => changed[i])), jointly(other.filter((_, i) => changed[i]))];
}

function isSame(a: Distribution, b: Distribution): boolean {
  if (a === b) return true;
  if (a.total !== b.total || a.weights.size !== b.weights.size) return false;
  return [...a.weights].every(([outcome, weight]) => b.weights.get(outcome) === weight);
}

/** Probabilities over their common denominator. They have to add up to 1. */
function fromProbabilities(points: ReadonlyMap<string, Rational>): Distribution {
  const total = [...points.values()].reduce(
    (product, { denominator }) => leastMultiple(product, denominator),
    1n,
  );
  const weights = new Map<string, bigint>();
  for (const [outcome, { numerator, denominator }] of points) {
    weights.set(outcome, numerator * (total / denominator));
  }
  const sum = [...weights.values()].reduce((all, weight) => all + weight, 0n);
  if (sum !== total) throw new Error('the probabilities do not add up to 1');
  return { weights, total };
}

function leastMultiple(a: bigint, b: bigint): bigint {
  return a * rational(b, a).numerator;
}
