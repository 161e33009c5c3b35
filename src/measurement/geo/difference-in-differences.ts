import type { Estimate, Interval } from '../figures.js';
import { ensure, openProbability } from '../input.js';
import { mean, sum } from '../linear-algebra.js';
import { type GeoPeriods, type GeoSeries, checkPanel } from './panel.js';

/** Positions of the treated regions in the list of all regions, in rising order. */
export type Assignment = readonly number[];

export interface DifferenceInDifferencesInput {
  readonly geos: readonly GeoSeries[];
  readonly treated: Assignment;
  readonly periods: GeoPeriods;
  readonly confidence: number;
  /**
   * Assignments that the experiment could have drawn, each as likely as the one it did draw. Default: all ways to
   * choose that many regions, up to 100,000 of them. For larger experiments pass a few thousand drawn at random.
   */
  readonly assignments?: Iterable<Assignment>;
}

export interface DifferenceInDifferences {
  /** Change of an average treated region's daily outcome, less that of an average control region. */
  readonly effect: Estimate;
  /** Effect times treated regions times test days. */
  readonly incremental: number;
  /** Two-sided permutation p-value. */
  readonly pValue: number;
  /** Assignments the p-value was counted over, the actual one included. */
  readonly assignmentsCompared: number;
}

const MAX_ENUMERATED = 100_000;

/**
 * Difference-in-differences of a geo experiment with permutation inference: no assumption about how regions scatter,
 * only that the treated regions were drawn at random.
 *
 * Interval and p-value are one test turned two ways: an effect tau is in the interval when, tau taken off the treated
 * regions, their difference is not among the extreme ones of all assignments. For an assignment A with difference S_A
 * and share c_A of treated regions in it (less the share outside), "S_A is at least as large as the actual one" holds
 * for tau >= (S - S_A) / (1 - c_A); sorting these thresholds gives the interval's ends exactly, without a search.
 * There is no standard error, because nothing here is assumed normal. Too few assignments for the confidence leave the
 * interval `null`.
 *
 * Throws `measurement/invalid-input` for a panel with gaps, no treated or no control region, or more than 100,000
 * assignments when none are passed.
 *
 * Source: Ernst 2004, "Permutation methods: a basis for exact inference", Stat. Sci. 19(4).
 */
export function differenceInDifferences(input: DifferenceInDifferencesInput): DifferenceInDifferences {
  const { geos, treated, periods } = input;
  const confidence = openProbability('confidence', input.confidence);
  checkPanel('geos', geos, periods);
  const isTreated = new Set(treated);
  const count = isTreated.size;
  ensure(
    count === treated.length && count > 0 && count < geos.length && treated.every((i) => i in geos),
    'treated',
    'different positions of some, not all, regions',
  );

  const changes = geos.map(
    ({ values }) => mean(values.slice(periods.pretestDays)) - mean(values.slice(0, periods.pretestDays)),
  );
  const total = sum(changes);
  const contrast = (assignment: Assignment): number => {
    const inside = sum(assignment.map((i) => changes[i] ?? 0));
    return inside / count - (total - inside) / (geos.length - count);
  };
  const actual = contrast(treated);
  const thresholds: number[] = [];
  for (const assignment of input.assignments ?? allAssignments(geos.length, count)) {
    ensure(assignment.length === count, 'assignments', 'of as many regions as are treated');
    const overlap = assignment.filter((i) => isTreated.has(i)).length;
    if (overlap === count) continue;
    const share = overlap / count - (count - overlap) / (geos.length - count);
    thresholds.push((actual - contrast(assignment)) / (1 - share));
  }
  thresholds.sort((a, b) => a - b);

  const interval = invertTest(thresholds, 1 - confidence);
  return {
    effect: {
      value: actual,
      standardError: null,
      interval,
      missing: interval === null ? 'too-few-assignments' : null,
    },
    incremental: actual * count * periods.testDays,
    pValue: pValueOfNoEffect(thresholds),
    assignmentsCompared: thresholds.length + 1,
  };
}

/** Twice the smaller one-sided p-value at tau = 0; the actual assignment counts on both sides. */
function pValueOfNoEffect(thresholds: readonly number[]): number {
  const compared = thresholds.length + 1;
  const asLarge = 1 + thresholds.filter((threshold) => threshold <= 0).length;
  const asSmall = 1 + thresholds.filter((threshold) => threshold >= 0).length;
  return Math.min(1, (2 * Math.min(asLarge, asSmall)) / compared);
}

/** All tau whose p-value is above alpha: the closed interval between two of the sorted thresholds. */
function invertTest(thresholds: readonly number[], alpha: number): Interval | null {
  // With k thresholds at or below tau, the p-value is 2 (1 + k) / compared: k must exceed this much.
  const excluded = Math.floor((alpha * (thresholds.length + 1)) / 2 - 1);
  const lower = excluded < 0 ? undefined : thresholds[excluded];
  const upper = excluded < 0 ? undefined : thresholds[thresholds.length - 1 - excluded];
  return lower === undefined || upper === undefined ? null : { lower, upper };
}

/** Every way to choose `treatedCount` of `geoCount` regions, in lexicographic order. */
export function* allAssignments(geoCount: number, treatedCount: number): Generator<Assignment> {
  let ways = 1;
  for (let i = 1; i <= treatedCount; i += 1) ways = (ways * (geoCount - treatedCount + i)) / i;
  ensure(ways <= MAX_ENUMERATED, 'assignments', 'passed in, because there are too many to list');
  const chosen = Array.from({ length: treatedCount }, (_, i) => i);
  for (;;) {
    yield [...chosen];
    let last = treatedCount - 1;
    while (last >= 0 && chosen[last] === geoCount - treatedCount + last) last -= 1;
    if (last < 0) return;
    let next = (chosen[last] ?? 0) + 1;
    for (let i = last; i < treatedCount; i += 1, next += 1) chosen[i] = next;
  }
}
