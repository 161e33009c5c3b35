import { VesicaError } from '../errors.js';
import {
  type Estimate,
  type GeoPeriods,
  type TimeBasedRegression,
  type SyntheticControl,
  assignmentCount,
  differenceInDifferences,
  sampledAssignments,
  syntheticControl,
  syntheticControlInterval,
  syntheticControlPValue,
  timeBasedRegression,
} from '../measurement/index.js';
import { REPORT_CONFIDENCE } from './confidence.js';
import type { NoisyPanel, NoisySeries } from './geo-panel.js';
import type { Report } from './report-schema.js';
import { plainJson } from './report-types.js';

/** The three methods on one panel, each with its interval or the reason why there is none. */

type GeoOutcome = NonNullable<Report['geo']>['outcomes'][number];

/** Assignments up to here are all compared; of more, as many random ones. */
const MOST_ASSIGNMENTS = 9999;

export interface GeoInput {
  readonly panel: NoisyPanel;
  readonly periods: GeoPeriods;
  /** Of the random assignments: the same report comes out again. */
  readonly seed: Uint8Array;
}

/** A method's result in the report, and the same as the method gave it, for the series. */
export interface MethodResult<Name extends keyof GeoOutcome, Raw> {
  readonly json: GeoOutcome[Name];
  readonly raw: Raw | undefined;
}

/** What the methods refuse, in words. */
const REFUSALS: Readonly<Record<string, string>> = {
  columns: 'the outcome of the control regions does not vary before the test',
  controlNoiseVariance:
    'what varies in the outcome of the control regions before the test is mostly the added noise',
};

/**
 * By permutation of the regions. Noise is drawn alike for each cell, so it is one more reason why regions differ, and the
 * interval holds it.
 */
export function byDifferences({ panel, periods, seed }: GeoInput): GeoOutcome['differenceInDifferences'] {
  const { treated, control } = panel;
  const geos = [...treated, ...control];
  const choice = { geoCount: geos.length, treatedCount: treated.length };
  const isSampled = assignmentCount(choice.geoCount, choice.treatedCount) > MOST_ASSIGNMENTS;
  const { effect, pValue, assignmentsCompared } = differenceInDifferences({
    geos,
    treated: treated.map((_, i) => i),
    periods,
    confidence: REPORT_CONFIDENCE,
    ...(isSampled ? { assignments: sampledAssignments({ ...choice, draws: MOST_ASSIGNMENTS, seed }) } : {}),
  });
  const common = effectOf(
    scaled(effect, treated.length * periods.testDays),
    contrastNoise({ panel, periods }, new Array<number>(control.length).fill(1 / control.length)),
    testTotal(treated, periods),
  );
  return { missing: null, result: { ...common, pValue, assignmentsCompared, isSampled } };
}

/** From the total of the control regions, whose noise is allowed for. */
export function byRegression({
  panel,
  periods,
}: GeoInput): MethodResult<'timeBasedRegression', TimeBasedRegression> {
  const { treated, control } = panel;
  const { pretestDays, testDays } = periods;
  if (pretestDays < 3) return without('fewer than three periods lie before the test');
  return attempt(() => {
    const controlNoise = noiseByPeriod(control);
    const raw = timeBasedRegression({
      treatment: treated,
      control,
      periods,
      controlNoiseVariance: total(controlNoise.slice(0, pretestDays)) / pretestDays,
      confidence: REPORT_CONFIDENCE,
    });
    const treatedNoise = noiseByPeriod(treated);
    const noise = controlNoise.map((value, i) => (treatedNoise[i] ?? 0) + raw.slope ** 2 * value);
    const variance =
      total(noise.slice(pretestDays)) + (testDays / pretestDays) ** 2 * total(noise.slice(0, pretestDays));
    const { intercept, slope, reliability, pValue } = raw;
    const common = effectOf(raw.incremental, variance, testTotal(treated, periods));
    return { json: { missing: null, result: { ...common, pValue, intercept, slope, reliability } }, raw };
  });
}

/** From a weighted mean of control regions, with the moving-block test. */
export function bySyntheticControl({
  panel,
  periods,
}: GeoInput): MethodResult<'syntheticControl', SyntheticControl> {
  const { treated, control } = panel;
  if (control.length < 2) return without('fewer than two regions can imitate the treated ones');
  if (periods.pretestDays < 3) return without('fewer than three periods lie before the test');
  return attempt(() => {
    const input = { treatment: treated, donors: control, periods };
    const raw = syntheticControl(input);
    const common = effectOf(
      scaled(syntheticControlInterval(input, REPORT_CONFIDENCE), treated.length * periods.testDays),
      contrastNoise(
        { panel, periods },
        raw.weights.map(({ weight }) => weight),
      ),
      testTotal(treated, periods),
    );
    const weights = raw.weights
      .filter(({ weight }) => weight > 0)
      .sort((a, b) => b.weight - a.weight)
      .map(({ geo, weight }) => ({ region: geo, weight }));
    const { scaledImbalance } = raw;
    return {
      json: {
        missing: null,
        result: { ...common, pValue: syntheticControlPValue(input), weights, scaledImbalance },
      },
      raw,
    };
  });
}

function without(missing: string): { json: { missing: string; result: null }; raw: undefined } {
  return { json: { missing, result: null }, raw: undefined };
}

/** `compute()`, or the reason in words where the method refuses the panel. */
function attempt<Result>(compute: () => Result): Result | ReturnType<typeof without> {
  try {
    return compute();
  } catch (error) {
    const reason = error instanceof VesicaError ? REFUSALS[error.field ?? ''] : undefined;
    if (reason === undefined) throw error;
    return without(reason);
  }
}

function effectOf(incremental: Estimate, noiseVariance: number, observed: number) {
  const value = incremental.value ?? 0;
  const expected = observed - value;
  const noiseDeviation = Math.sqrt(noiseVariance);
  return {
    incremental: plainJson(incremental),
    relativeLift: expected > 0 ? value / expected : null,
    noiseDeviation,
    noiseDominated: Math.abs(value) < 2 * noiseDeviation,
  };
}

/** An effect on one region in one period, as that on all of the test. */
function scaled({ value, interval, ...rest }: Estimate, factor: number): Estimate {
  return {
    ...rest,
    value: value === null ? null : value * factor,
    interval: interval === null ? null : { lower: interval.lower * factor, upper: interval.upper * factor },
  };
}

/** Variance of the noise in (change of the treated mean less change of the weighted control regions), over the test. */
function contrastNoise(
  { panel, periods }: Omit<GeoInput, 'seed'>,
  controlWeights: readonly number[],
): number {
  const { pretestDays, testDays } = periods;
  const ofChange = ({ noise }: NoisySeries): number =>
    total(noise.slice(0, pretestDays)) / pretestDays ** 2 + total(noise.slice(pretestDays)) / testDays ** 2;
  const { treated, control } = panel;
  const variance =
    total(treated.map(ofChange)) / treated.length ** 2 +
    total(control.map((series, i) => (controlWeights[i] ?? 0) ** 2 * ofChange(series)));
  return variance * (treated.length * testDays) ** 2;
}

function noiseByPeriod(series: readonly NoisySeries[]): number[] {
  return (series[0]?.noise ?? []).map((_, period) => total(series.map(({ noise }) => noise[period] ?? 0)));
}

function testTotal(series: readonly NoisySeries[], { pretestDays }: GeoPeriods): number {
  return total(series.map(({ values }) => total(values.slice(pretestDays))));
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
