import type { Estimate } from '../figures.js';
import { ensure, nonNegative, openProbability } from '../input.js';
import { dot, mean, sum } from '../linear-algebra.js';
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
  /** Variance of the noise added to the control regions' total of each day; leave out for exact figures. */
  readonly controlNoiseVariance?: number;
  readonly confidence: number;
}

export interface TimeBasedRegression {
  readonly intercept: number;
  readonly slope: number;
  /** Share of the pretest variance of the control regions' total that is not added noise. */
  readonly reliability: number;
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

/** Below this the slope could be anything: its correction would more than double it. */
const LEAST_RELIABILITY = 0.5;

/**
 * Time-based regression of a geo experiment: the treatment regions' total is predicted from the control regions' total
 * by the straight line that held before the test. The uncertainty of the cumulative effect holds both the day-to-day
 * scatter and that of the line, which grows with the square of the number of days.
 *
 * Noise in the predictor would draw the slope towards zero and, with it, the prediction towards the pretest mean when
 * the control regions change. Its variance is known, so the slope is divided by the reliability of the predictor, and
 * the variance of the slope is that of the corrected one. Noise in the treatment regions is part of the scatter.
 *
 * Throws `measurement/invalid-input` for series of the wrong length, fewer than three pretest days, control outcomes
 * that do not vary, or whose pretest variance is noise for the larger half.
 *
 * Source: Kerman, Wang and Vaver 2017, "Estimating ad effectiveness using geo experiments in a time-based regression
 * framework". The correction: Fuller 1987, "Measurement error models", section 1.2 (error variance known); without
 * noise it is the same as theirs.
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

  const before = predictor.slice(0, pretestDays);
  const outcome = treated.slice(0, pretestDays);
  const noise = nonNegative('controlNoiseVariance', input.controlNoiseVariance ?? 0);
  const line = regress({ columns: [new Array<number>(pretestDays).fill(1), before], outcome });
  const level = mean(before);
  const observedVariance = sum(before.map((value) => (value - level) ** 2)) / (pretestDays - 1);
  const trueVariance = observedVariance - noise;
  const reliability = trueVariance / observedVariance;
  ensure(reliability >= LEAST_RELIABILITY, 'controlNoiseVariance', 'less than half of the pretest variance');

  const slope = (line.coefficients[1] ?? 0) / reliability;
  const intercept = mean(outcome) - slope * level;
  const differences = treated.map((value, day) => value - intercept - slope * (predictor[day] ?? 0));
  const scatter = dot(differences.slice(0, pretestDays), differences.slice(0, pretestDays));
  const residualVariance = scatter / line.degreesOfFreedom;
  const slopeVariance =
    (observedVariance * residualVariance + (slope * noise) ** 2) / ((pretestDays - 1) * trueVariance ** 2);
  const differenceByDay = differences.slice(pretestDays);
  // How far the predictor moved in all, for which the slope answers.
  const moved = sum(predictor.slice(pretestDays)) - testDays * level;
  const statistic: Statistic = {
    value: sum(differenceByDay),
    variance: residualVariance * (testDays + testDays ** 2 / pretestDays) + moved ** 2 * slopeVariance,
    degreesOfFreedom: line.degreesOfFreedom,
  };
  const { estimate, pValue } = twoSidedTest(statistic, confidence);
  const spend = input.incrementalSpend;
  return {
    intercept,
    slope,
    reliability,
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
