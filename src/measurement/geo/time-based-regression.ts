import type { Estimate } from '../figures.js';
import { ensure, openProbability } from '../input.js';
import { dot, sum } from '../linear-algebra.js';
import { returnOnSpend } from '../return-on-spend.js';
import { type Statistic, twoSidedTest } from '../wald.js';
import { type GeoPeriods, type GeoSeries, checkPanel, totalByDay } from './panel.js';
import { regress } from './regression.js';

export interface TimeBasedRegressionInput {
  readonly treatment: readonly GeoSeries[];
  readonly control: readonly GeoSeries[];
  readonly periods: GeoPeriods;
  /** Spend in the treatment regions beyond what they would have had, known exactly; leave out for no iROAS. */
  readonly incrementalSpend?: number;
  readonly confidence: number;
}

export interface TimeBasedRegression {
  readonly intercept: number;
  readonly slope: number;
  /** Outcome of the treatment regions over the test period less its prediction. */
  readonly incremental: Estimate;
  readonly pValue: number | null;
  /** Incremental outcome over incremental spend. */
  readonly iroas: Estimate | null;
  /** The same two as statistics, for one-sided bounds and for the probability of exceeding a goal. */
  readonly incrementalStatistic: Statistic;
  readonly iroasStatistic: Statistic | null;
  /** Outcome less prediction on each day of the test period. */
  readonly differenceByDay: readonly number[];
}

/**
 * Time-based regression of a geo experiment: the treatment regions' total is predicted from the control regions' total
 * by the straight line that held before the test. The uncertainty of the cumulative effect holds both the day-to-day
 * scatter and that of the line, which grows with the square of the number of days.
 *
 * Throws `measurement/invalid-input` for series of the wrong length, fewer than three pretest days, or control
 * outcomes that do not vary.
 *
 * Source: Kerman, Wang and Vaver 2017, "Estimating ad effectiveness using geo experiments in a time-based regression
 * framework".
 */
export function timeBasedRegression(input: TimeBasedRegressionInput): TimeBasedRegression {
  const { treatment, control, periods } = input;
  const confidence = openProbability('confidence', input.confidence);
  checkPanel('treatment', treatment, periods);
  checkPanel('control', control, periods);
  ensure(periods.pretestDays >= 3, 'periods.pretestDays', 'three or more');
  const { pretestDays, testDays } = periods;
  const treated = totalByDay(treatment);
  const predictor = totalByDay(control);

  const line = regress({
    columns: [new Array<number>(pretestDays).fill(1), predictor.slice(0, pretestDays)],
    outcome: treated.slice(0, pretestDays),
  });
  const [intercept = 0, slope = 0] = line.coefficients;
  const differenceByDay = treated
    .slice(pretestDays)
    .map((value, day) => value - intercept - slope * (predictor[pretestDays + day] ?? 0));
  // The prediction of the whole period is this combination of intercept and slope.
  const combination = [testDays, sum(predictor.slice(pretestDays))];
  const statistic: Statistic = {
    value: sum(treated.slice(pretestDays)) - dot(combination, line.coefficients),
    variance: testDays * line.residualVariance + line.varianceOf(combination),
    degreesOfFreedom: line.degreesOfFreedom,
  };
  const { estimate, pValue } = twoSidedTest(statistic, confidence);
  const spend = input.incrementalSpend;
  return {
    intercept,
    slope,
    incremental: estimate,
    pValue,
    iroas: spend === undefined ? null : returnOnSpend(estimate, spend),
    incrementalStatistic: statistic,
    iroasStatistic:
      spend === undefined
        ? null
        : { ...statistic, value: statistic.value / spend, variance: statistic.variance / spend ** 2 },
    differenceByDay,
  };
}
