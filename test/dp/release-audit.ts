import { expNegativeBounds } from '../../src/dp/exponential.js';
import {
  type DiscreteLaplace,
  type Mechanism,
  type PrivacyCost,
  type Rational,
  type TruncatedDiscreteLaplace,
  compareRationals,
  discreteLaplace,
  divideRationals,
  multiplyRationals,
  rational,
} from '../../src/dp/index.js';
import { laplaceRate } from '../../src/dp/mechanism.js';
import type { Terms } from '../../src/protocol/index.js';
import { receiverMechanism, senderMechanism } from '../../src/protocol/counting.js';
import { type Column, columnValue, columnsOf, costOfRelease } from '../../src/protocol/measures.js';
import {
  type Distribution,
  type Noise,
  type Release,
  WITHHELD,
  customNoise,
  jointly,
  laplaceNoise,
  truncatedNoise,
} from './audit.js';

/**
 * The exact audit of all that a session with measures tells one party: the noisy count and the noisy sums of every cell
 * together, with the mechanisms that the protocol draws its noise from and the cost that it charges for them.
 *
 * Every rate (epsilon over sensitivity) of a session is a whole multiple of a common unit u, so all probabilities are
 * rational in e^(-u). The audit puts a rational r in its place. The stated loss is epsilon = grade * u, hence
 * e^epsilon = r^(-grade): an identity in r, whatever r is.
 */

/** One person's quanta, measure by measure. */
export type Person = readonly number[];
/** The matched people of each cell. */
export type Cells = readonly (readonly Person[])[];

type LaplaceNoise = DiscreteLaplace | TruncatedDiscreteLaplace;

/** What one party tells the other of a cell, and what the protocol says that it costs. */
export interface Telling {
  /** `undefined` for a count that is told as it is. */
  readonly count: LaplaceNoise | undefined;
  readonly columns: readonly {
    readonly column: Column;
    /** `undefined` for sums that are told as they are. */
    readonly mechanism: LaplaceNoise | undefined;
  }[];
  readonly stated: PrivacyCost;
}

/** The most people that the audit puts into one cell. */
const PEOPLE = 2;

/** What the party that holds the cells or the measures tells under `terms`. */
export function tellingOf(terms: Terms, holder: 'cells' | 'measures'): Telling {
  const stated = costOfRelease(terms, holder);
  if (stated === undefined) throw new Error('these terms tell nothing noisy');
  return {
    count: laplace(holder === 'measures' ? receiverMechanism(terms) : senderMechanism(terms)),
    columns: columnsOf(terms, PEOPLE).map((column) => ({ column, mechanism: laplace(column.mechanism) })),
    stated,
  };
}

/** The common unit of every rate in `telling` and of the stated epsilon. */
export function unitOf({ count, columns, stated }: Telling): Rational {
  const mechanisms = [count, ...columns.map(({ mechanism }) => mechanism)];
  const rates = mechanisms.flatMap((mechanism) => (mechanism === undefined ? [] : [rateOf(mechanism)]));
  return [statedEpsilon(stated), ...rates].reduce(commonUnit);
}

/** e^(-u) to `bits` bits, rounded down. */
export function ratioNear(unit: Rational, bits: number): Rational {
  return rational(expNegativeBounds(unit, bits).lower, 1n << BigInt(bits));
}

/** e^epsilon of the stated loss at `ratio` for e^(-u). */
export function statedLoss(telling: Telling, ratio: Rational): Rational {
  return power(divideRationals(rational(1n), ratio), times(statedEpsilon(telling.stated), unitOf(telling)));
}

/** The ratio of the count's noise from one count to the next. */
export function countRatio(telling: Telling, ratio: Rational): Rational {
  if (telling.count === undefined) throw new Error('the count has no noise');
  return power(ratio, times(rateOf(telling.count), unitOf(telling)));
}

/** All the figures of every cell, with `ratio` for e^(-u). */
export function figuresTold(telling: Telling, ratio: Rational): Release<Cells> {
  const noises = noisesOf(telling, ratio);
  return (cells) => cells.flatMap((people) => figuresOfCell(noises, people));
}

/**
 * The same, but a cell that nobody is in is not there, and of one that is there nothing is told unless the rule says so
 * of its noisy count.
 */
export function figuresToldIf(
  telling: Telling,
  ratio: Rational,
  isShown: (noisyCount: bigint) => boolean,
): Release<Cells> {
  const noises = noisesOf(telling, ratio);
  return (cells) =>
    cells.map((people) => {
      if (people.length === 0) return WITHHELD;
      const [count, ...sums] = figuresOfCell(noises, people);
      return jointlyIf(count!, jointly(sums), isShown);
    });
}

interface Noises {
  readonly count: Noise;
  readonly columns: readonly { readonly column: Column; readonly noise: Noise }[];
}

function noisesOf(telling: Telling, ratio: Rational): Noises {
  const unit = unitOf(telling);
  const noise = (mechanism: LaplaceNoise | undefined, most: number): Noise => {
    if (mechanism === undefined) return customNoise(new Map([[0n, 1n]]));
    const a = power(ratio, times(rateOf(mechanism), unit));
    if (mechanism.kind === 'truncated-discrete-laplace') return truncatedNoise(a, mechanism.halfWidth);
    return laplaceNoise(a, { from: 0n, to: BigInt(most) });
  };
  return {
    // Wide enough for every threshold of the tests.
    count: noise(telling.count, 4 * PEOPLE),
    columns: telling.columns.map(({ column, mechanism }) => ({
      column,
      noise: noise(mechanism, PEOPLE * column.bound),
    })),
  };
}

function figuresOfCell({ count, columns }: Noises, people: readonly Person[]): Distribution[] {
  return [
    count(BigInt(people.length)),
    ...columns.map(({ column, noise }) =>
      noise(
        people.reduce((sum, person) => sum + BigInt(columnValue(column, person[column.measure]!, 0)), 0n),
      ),
    ),
  ];
}

function jointlyIf(
  count: Distribution,
  sums: Distribution,
  isShown: (noisyCount: bigint) => boolean,
): Distribution {
  const weights = new Map<string, bigint>();
  for (const [outcome, weight] of count.weights) {
    if (!isShown(BigInt(outcome))) {
      weights.set('withheld', (weights.get('withheld') ?? 0n) + weight * sums.total);
      continue;
    }
    for (const [sum, factor] of sums.weights) weights.set(`${outcome}${sum}`, weight * factor);
  }
  return { weights, total: count.total * sums.total };
}

function laplace(mechanism: Mechanism | undefined): LaplaceNoise {
  if (mechanism === undefined || mechanism.kind === 'discrete-gaussian') throw new Error('not Laplace noise');
  return mechanism;
}

function rateOf(mechanism: LaplaceNoise): Rational {
  return mechanism.kind === 'discrete-laplace' ? laplaceRate(mechanism) : mechanism.epsilon;
}

function statedEpsilon({ epsilon }: PrivacyCost): Rational {
  if (epsilon === undefined) throw new Error('no epsilon is stated');
  return epsilon;
}

/** The largest number that both are whole multiples of. */
function commonUnit(a: Rational, b: Rational): Rational {
  let [one, other] = [a.numerator * b.denominator, b.numerator * a.denominator];
  while (other > 0n) [one, other] = [other, one % other];
  return rational(one, a.denominator * b.denominator);
}

/** How many units `value` is; a whole number. */
function times(value: Rational, unit: Rational): bigint {
  const { numerator, denominator } = divideRationals(value, unit);
  if (denominator !== 1n) throw new Error('not a whole multiple of the unit');
  return numerator;
}

function power({ numerator, denominator }: Rational, exponent: bigint): Rational {
  return rational(numerator ** exponent, denominator ** exponent);
}

/** `telling` with another count mechanism. */
export function withCount(telling: Telling, count: LaplaceNoise | undefined): Telling {
  return { ...telling, count };
}

/** `telling` with other mechanisms for its columns; `undefined` leaves the noise out. */
export function withColumns(
  telling: Telling,
  change: (mechanism: LaplaceNoise, column: Column) => LaplaceNoise | undefined,
): Telling {
  return {
    ...telling,
    columns: telling.columns.map(({ column, mechanism }) => ({
      column,
      mechanism: mechanism && change(mechanism, column),
    })),
  };
}

/** Discrete Laplace noise at `factor` times the epsilon, for a sensitivity `less` than it has to be. */
export function weakened(mechanism: LaplaceNoise, factor: Rational, less = 0n): LaplaceNoise {
  if (mechanism.kind !== 'discrete-laplace') throw new Error('not discrete Laplace');
  return discreteLaplace(multiplyRationals(mechanism.epsilon, factor), mechanism.sensitivity - less);
}

/** Every pair of neighbours with changes in one cell: a person more, or a person whose values are others. */
export function neighbouringCells(kinds: readonly Person[]): (readonly [Cells[number], Cells[number]])[] {
  const before = [[], ...kinds.map((person) => [person])];
  const added = before.flatMap((people) => kinds.map((person) => [people, [...people, person]] as const));
  const replaced = [[], [kinds.at(-1)!]].flatMap((others) =>
    kinds.flatMap((person, i) =>
      kinds.slice(i + 1).map(
        (other) =>
          [
            [...others, person],
            [...others, other],
          ] as const,
      ),
    ),
  );
  return [...added, ...replaced];
}

/** Whether `a` is above `b`. */
export function isAbove(a: Rational, b: Rational): boolean {
  return compareRationals(a, b) > 0;
}
