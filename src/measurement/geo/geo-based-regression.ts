import type { Estimate } from '../figures.js';
import { finite, openProbability, positive } from '../input.js';
import { type Statistic, twoSidedTest } from '../wald.js';
import { regress } from './regression.js';

/** Totals of one region over the two periods. */
export interface GeoTotals {
  readonly geo: string;
  /** Outcome before the experiment; above zero. */
  readonly pretest: number;
  /** Outcome during the experiment. */
  readonly test: number;
  /** Spend during the experiment beyond what the region would have had; 0 in control regions. */
  readonly incrementalSpend: number;
}

export interface GeoBasedRegressionInput {
  readonly geos: readonly GeoTotals[];
  readonly confidence: number;
}

export interface GeoBasedRegression {
  /** Outcome for each unit of incremental spend. */
  readonly iroas: Estimate;
  readonly pValue: number | null;
  /** The same as a statistic, for one-sided bounds and for the probability of exceeding a goal. */
  readonly iroasStatistic: Statistic;
}

/**
 * Geo-based regression: each region's outcome during the test on its outcome before and its incremental spend, weighted
 * by 1 / pretest^2 because large regions scatter more.
 *
 * Throws `measurement/invalid-input` for four regions or fewer, a pretest outcome that is not above zero, or the same
 * spend everywhere.
 *
 * Source: Vaver and Koehler 2011, "Measuring ad effectiveness using geo experiments".
 */
export function geoBasedRegression(input: GeoBasedRegressionInput): GeoBasedRegression {
  const confidence = openProbability('confidence', input.confidence);
  const pretest = input.geos.map((geo) => positive('geos.pretest', geo.pretest));
  const spend = input.geos.map((geo) => finite('geos.incrementalSpend', geo.incrementalSpend));
  const fit = regress({
    columns: [new Array<number>(pretest.length).fill(1), pretest, spend],
    outcome: input.geos.map((geo) => finite('geos.test', geo.test)),
    weights: pretest.map((value) => 1 / (value * value)),
  });
  const iroasStatistic: Statistic = {
    value: fit.coefficients[2] ?? 0,
    variance: fit.varianceOf([0, 0, 1]),
    degreesOfFreedom: fit.degreesOfFreedom,
  };
  const { estimate, pValue } = twoSidedTest(iroasStatistic, confidence);
  return { iroas: estimate, pValue, iroasStatistic };
}
