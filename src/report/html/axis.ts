/** A linear scale over which a plot draws, with ticks at round numbers. */
export interface Axis {
  readonly ticks: readonly number[];
  /** Places that tell the ticks apart. */
  readonly places: number;
  /** Position of a value in percent of the width, cut to [0, 100]. */
  readonly at: (value: number) => number;
}

/** About this many ticks: their texts stay apart on a phone. */
const WANTED_TICKS = 5;
/** Values closer together than this are shown as equal: their ticks could not be told apart. */
const LEAST_SPAN = 1e-9;

/**
 * An axis that holds zero and every value, from tick to tick.
 *
 * Steps are 1, 2 or 5 times a power of ten. Values that are not finite are left out; without any two apart the
 * axis is [0, 1].
 */
export function axisOf(values: readonly number[]): Axis {
  const finite = values.filter((value) => Number.isFinite(value));
  const low = Math.min(0, ...finite);
  const high = Math.max(0, ...finite);
  const span = high - low > LEAST_SPAN ? high - low : 1;
  const rough = span / WANTED_TICKS;
  const power = Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * 10 ** power >= rough * (1 - 1e-9)) ?? 10;
  const step = factor * 10 ** power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil((low + span) / step - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const [start, end] = [first * step, last * step];
  return {
    ticks,
    places: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
    at: (value) => round(Math.min(100, Math.max(0, (100 * (value - start)) / (end - start)))),
  };
}

/** Two places of a percent: less than a tenth of a pixel. */
export function round(percent: number): number {
  return Math.round(100 * percent) / 100;
}
