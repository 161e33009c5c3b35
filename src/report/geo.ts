import type { GeoPeriods } from '../measurement/index.js';
import type { Inventory } from '../protocol/index.js';
import { REPORT_CONFIDENCE } from './confidence.js';
import type { GeoExperiment } from './experiment.js';
import { byDifferences, byRegression, bySyntheticControl } from './geo-methods.js';
import { type GeoLayout, type NoisyPanel, layOut, panelOf } from './geo-panel.js';
import type { CellOutcome } from './measure-figures.js';
import type { Report } from './report-schema.js';

type GeoJson = NonNullable<Report['geo']>;

export interface GeoContext {
  readonly geo: GeoExperiment;
  /** Of the party with the cells. */
  readonly inventory: Inventory;
  readonly outcomes: readonly CellOutcome[];
  /** Of the random assignments. */
  readonly seed: Uint8Array;
}

/** A geo experiment by three methods, for each outcome. */
export function geoOf({ geo, inventory, outcomes, seed }: GeoContext): GeoJson {
  const { region, period, startsAt } = geo;
  const layout = layOut(inventory, geo);
  const common = { region, period, startsAt, treated: [...geo.treated], confidence: REPORT_CONFIDENCE };
  if (typeof layout === 'string') {
    return { ...common, control: [], pretestPeriods: 0, testPeriods: 0, missing: layout, outcomes: [] };
  }
  const periods: GeoPeriods = {
    pretestDays: layout.pretestPeriods,
    testDays: layout.periods.length - layout.pretestPeriods,
  };
  return {
    ...common,
    control: [...layout.control],
    pretestPeriods: periods.pretestDays,
    testPeriods: periods.testDays,
    missing: null,
    outcomes: outcomes.map((outcome) => {
      const panel = panelOf(layout, outcome);
      const input = { panel, periods, seed };
      const regression = byRegression(input);
      const synthetic = bySyntheticControl(input);
      return {
        measure: outcome.measure,
        series: seriesOf(layout, panel, {
          line: regression.raw,
          gapByPeriod: synthetic.raw?.gapByDay,
        }),
        differenceInDifferences: byDifferences(input),
        timeBasedRegression: regression.json,
        syntheticControl: synthetic.json,
      };
    }),
  };
}

interface Counterfactuals {
  readonly line: { readonly intercept: number; readonly slope: number } | undefined;
  /** Treated less imitated outcome of an average region. */
  readonly gapByPeriod: readonly number[] | undefined;
}

function seriesOf(
  { periods, pretestPeriods }: GeoLayout,
  { treated, control }: NoisyPanel,
  { line, gapByPeriod }: Counterfactuals,
): GeoJson['outcomes'][number]['series'] {
  return periods.map((period, i) => {
    const sum = (values: readonly (readonly number[])[]): number =>
      values.reduce((total, series) => total + (series[i] ?? 0), 0);
    const ofTreated = sum(treated.map(({ values }) => values));
    const ofControl = sum(control.map(({ values }) => values));
    const gap = gapByPeriod?.[i];
    return {
      period,
      isTest: i >= pretestPeriods,
      treated: ofTreated,
      control: ofControl,
      predicted: line === undefined ? null : line.intercept + line.slope * ofControl,
      imitated: gap === undefined ? null : ofTreated - gap * treated.length,
      noiseDeviation: Math.sqrt(sum(treated.map(({ noise }) => noise))),
    };
  });
}
