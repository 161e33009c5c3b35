import type { GeoSeries } from '../measurement/index.js';
import type { Inventory } from '../protocol/index.js';
import type { GeoExperiment, PlacedCell } from './experiment.js';
import type { CellOutcome } from './measure-figures.js';

/** Where the cells of a session stand in a geo experiment. */
export interface GeoLayout {
  /** In the order of the configuration. */
  readonly treated: readonly string[];
  readonly control: readonly string[];
  /** In the order of time. */
  readonly periods: readonly string[];
  readonly pretestPeriods: number;
  /** The cells of a region, one entry a period; several where other dimensions divide them. */
  readonly cellsOf: (region: string) => readonly (readonly PlacedCell[])[];
}

/** One region's figures. */
export interface NoisySeries extends GeoSeries {
  /** Variance of the noise in each of `values`. */
  readonly noise: readonly number[];
}

/** The panel of one outcome. */
export interface NoisyPanel {
  readonly treated: readonly NoisySeries[];
  readonly control: readonly NoisySeries[];
}

/** Puts cells in regions and periods; or says, in words, why the experiment cannot be read off them. */
export function layOut({ dimensions, cells }: Inventory, geo: GeoExperiment): GeoLayout | string {
  const regionAt = dimensions.indexOf(geo.region);
  const periodAt = dimensions.indexOf(geo.period);
  if (regionAt < 0 || periodAt < 0 || cells.length === 0) {
    return 'the dimensions of regions and periods are not among the cells that this side knows';
  }
  const byRegion = new Map<string, Map<string, PlacedCell[]>>();
  for (const [index, { size, label }] of cells.entries()) {
    const byPeriod = byRegion.get(label[regionAt] ?? '') ?? new Map<string, PlacedCell[]>();
    byRegion.set(label[regionAt] ?? '', byPeriod);
    const period = label[periodAt] ?? '';
    byPeriod.set(period, [...(byPeriod.get(period) ?? []), { index, size, exposed: false }]);
  }
  const periods = [...new Set(cells.map(({ label }) => label[periodAt] ?? ''))].sort(compareNaturally);
  const treated = [...new Set(geo.treated)];
  const control = [...byRegion.keys()].filter((region) => !treated.includes(region)).sort(compareNaturally);
  const pretestPeriods = periods.indexOf(geo.startsAt);
  if (treated.some((region) => !byRegion.has(region))) return 'a treated region has no people';
  if (pretestPeriods < 0) return 'the first period of the test has no people';
  if (pretestPeriods === 0) return 'no period lies before the test';
  if (control.length === 0) return 'all regions are treated, so there is nothing to compare them with';
  const absent = [...byRegion.values()].reduce((sum, { size }) => sum + periods.length - size, 0);
  if (absent > 0) {
    return `${absent} of ${byRegion.size * periods.length} pairs of region and period have no people`;
  }
  return {
    treated,
    control,
    periods,
    pretestPeriods,
    cellsOf: (region) => periods.map((period) => byRegion.get(region)?.get(period) ?? []),
  };
}

/** The figures of an outcome in the places of `layout`. */
export function panelOf(layout: GeoLayout, { summary }: CellOutcome): NoisyPanel {
  const seriesOf = (region: string): NoisySeries => {
    const figures = layout.cellsOf(region).map((cells) => summary(cells));
    return {
      geo: region,
      values: figures.map(({ sum }) => sum),
      noise: figures.map(({ sumNoise }) => sumNoise ** 2),
    };
  };
  return { treated: layout.treated.map(seriesOf), control: layout.control.map(seriesOf) };
}

/** Order of texts in which numbers count as numbers: week 9 before week 10, and dates of ISO 8601 as they follow. */
export function compareNaturally(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const [x = '', y = ''] = [left[i], right[i]];
    const difference = isNumber(x) && isNumber(y) ? Number(x) - Number(y) : 0;
    if (difference !== 0) return difference;
    if (x !== y && !(isNumber(x) && isNumber(y))) return x < y ? -1 : 1;
  }
  return left.length - right.length || (a < b ? -1 : a > b ? 1 : 0);
}

const partsOf = (text: string): string[] => text.match(/[0-9]+|[^0-9]+/g) ?? [];
const isNumber = (part: string): boolean => /^[0-9]/.test(part);
