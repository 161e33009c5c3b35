import { ensure } from '../input.js';
import { dot, mean, sum } from '../linear-algebra.js';
import { type GeoPeriods, type GeoSeries, checkPanel, demean, meanByDay } from './panel.js';
import { simplexWeights } from './simplex-weights.js';

export interface SyntheticControlInput {
  readonly treatment: readonly GeoSeries[];
  /** Regions the treated ones are imitated from. */
  readonly donors: readonly GeoSeries[];
  readonly periods: GeoPeriods;
}

export interface DonorWeight {
  readonly geo: string;
  readonly weight: number;
}

export interface SyntheticControl {
  /** One for each donor, in the order given; none negative, together 1. */
  readonly weights: readonly DonorWeight[];
  /** Mean daily effect on a treated region over the test period. */
  readonly effect: number;
  /** Effect times treated regions times test days. */
  readonly incremental: number;
  /** Effect relative to what the treated regions would have had; `null` when that is not above zero. */
  readonly relativeLift: number | null;
  /** Euclidean distance between treated and imitated outcome before the test. */
  readonly imbalance: number;
  /** The same over the distance with equal weights: how much the weights improve on a plain average. */
  readonly scaledImbalance: number | null;
  /** Treated less imitated outcome on each day of both periods. */
  readonly gapByDay: readonly number[];
}

/**
 * Synthetic control: the mean of the treated regions is imitated by the weighted mean of donor regions that follows it
 * most closely before the test, each region taken less its own pretest mean. The gap during the test is the effect.
 *
 * Throws `measurement/invalid-input` for a panel with gaps.
 *
 * Source: Abadie, Diamond and Hainmueller 2010, J. Am. Stat. Assoc. 105(490); the removed means are those of Doudchenko
 * and Imbens 2016 (NBER 22791).
 */
export function syntheticControl(input: SyntheticControlInput): SyntheticControl {
  checkPanel('treatment', input.treatment, input.periods);
  checkPanel('donors', input.donors, input.periods);
  const { pretestDays } = input.periods;
  const target = meanByDay(demean(input.treatment, pretestDays));
  const donors = demean(input.donors, pretestDays);
  const weights = simplexWeights(
    target.slice(0, pretestDays),
    donors.map(({ values }) => values.slice(0, pretestDays)),
  );
  return imitate(input, weights);
}

/** The same with weights that are already known, such as published ones; one for each donor. */
export function syntheticControlFromWeights(
  input: SyntheticControlInput,
  weights: readonly number[],
): SyntheticControl {
  checkPanel('treatment', input.treatment, input.periods);
  checkPanel('donors', input.donors, input.periods);
  ensure(weights.length === input.donors.length, 'weights', 'one for each donor');
  return imitate(input, weights);
}

function imitate(input: SyntheticControlInput, weights: readonly number[]): SyntheticControl {
  const { treatment, periods } = input;
  const { pretestDays, testDays } = periods;
  const target = meanByDay(demean(treatment, pretestDays));
  const donors = demean(input.donors, pretestDays);
  const gaps = (by: readonly number[]): number[] =>
    target.map((value, day) => value - sum(donors.map(({ values }, i) => (values[day] ?? 0) * (by[i] ?? 0))));
  const distance = (gap: readonly number[]): number => {
    const before = gap.slice(0, pretestDays);
    return Math.sqrt(dot(before, before));
  };

  const gapByDay = gaps(weights);
  const effect = mean(gapByDay.slice(pretestDays));
  const expected = mean(meanByDay(treatment).slice(pretestDays)) - effect;
  const imbalance = distance(gapByDay);
  const plain = distance(gaps(donors.map(() => 1 / donors.length)));
  return {
    weights: input.donors.map(({ geo }, i) => ({ geo, weight: weights[i] ?? 0 })),
    effect,
    incremental: effect * treatment.length * testDays,
    relativeLift: expected > 0 ? effect / expected : null,
    imbalance,
    scaledImbalance: plain > 0 ? imbalance / plain : null,
    gapByDay,
  };
}

/**
 * Two-sided p-value of "no effect" for a synthetic control. Under it the test days are days like any other: the weights
 * are fitted to both periods together, and the mean absolute gap of the test days is compared with that of other days
 * in their place.
 *
 * By default these are all runs of as many consecutive days (round the end), which respects that a day is like the one
 * before; the p-value is then no smaller than 1 over the number of days, and runs that overlap the test days make it
 * larger. `orders` may give random permutations of all days instead, for gaps without such likeness; then the last
 * `testDays` entries of an order are the days it puts in their place.
 *
 * Source: Chernozhukov, Wüthrich and Zhu 2021, J. Am. Stat. Assoc. 116(536): moving-block and i.i.d. permutations.
 */
export function syntheticControlPValue(
  input: SyntheticControlInput,
  orders?: Iterable<readonly number[]>,
): number {
  checkPanel('treatment', input.treatment, input.periods);
  checkPanel('donors', input.donors, input.periods);
  const { pretestDays, testDays } = input.periods;
  const days = pretestDays + testDays;
  const target = meanByDay(demean(input.treatment, days));
  const donors = demean(input.donors, days).map(({ values }) => values);
  const weights = simplexWeights(target, donors);
  const gaps = target.map((value, day) =>
    Math.abs(value - sum(donors.map((donor, i) => (donor[day] ?? 0) * (weights[i] ?? 0)))),
  );
  const gapOn = (order: readonly number[]): number =>
    sum(order.slice(pretestDays).map((day) => gaps[day] ?? 0));
  const inOrder = gaps.map((_, day) => day);
  // Sums over the same days in another order differ in the last digits; those must count as equal.
  const actual = gapOn(inOrder) * (1 - 1e-12);

  let compared = 1;
  let asLarge = 1;
  for (const order of orders ?? otherShifts(inOrder)) {
    ensure(order.length === days, 'orders', 'of all days');
    compared += 1;
    if (gapOn(order) >= actual) asLarge += 1;
  }
  return asLarge / compared;
}

/** Every way to start `order` elsewhere and go on round its end, but the one that leaves it as it is. */
function* otherShifts(order: readonly number[]): Generator<readonly number[]> {
  for (let shift = 1; shift < order.length; shift += 1) {
    yield [...order.slice(shift), ...order.slice(0, shift)];
  }
}
