import * as Plot from '@observablehq/plot';
import { LOCALE_TAGS, type Locale } from '../../messages/index.js';
import type { Drawings } from './chart.js';
import { type Drawing, draw } from './draw.js';
import { shortened } from './names.js';
import { domainOf } from './rows-drawing.js';

export interface DrawnLine {
  readonly name: string;
  /** In rising order of `x`; a `null` value leaves a gap. */
  readonly points: readonly {
    readonly x: number;
    readonly value: number | null;
    readonly lower: number | null;
    readonly upper: number | null;
  }[];
}

export interface LinesOptions {
  readonly lines: readonly DrawnLine[];
  readonly axisTitle: string;
  /** Begins the axis where the figures do: for totals whose changes are small beside them. Else it holds zero. */
  readonly isFitted?: boolean;
  readonly labelOf: (x: number) => string;
  readonly locale: Locale;
}

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly xTicks: number;
  readonly yTicks: number;
}

const WIDE: Layout = { width: 760, height: 300, xTicks: 7, yTicks: 5 };
const NARROW: Layout = { width: 340, height: 260, xTicks: 3, yTicks: 4 };
const MARGINS = { marginTop: 30, marginRight: 44, marginBottom: 34, marginLeft: 64 };
/** Looks of lines in the style sheet. */
const LOOKS = 4;
const LABEL_COLUMNS = 14;
/** Values that differ by a smaller share are one line, whatever the axis. */
const LEAST_SHARE = 1e-6;

/** Lines over a common axis of time or order, with the bands of their intervals. */
export function drawLines(options: LinesOptions): Drawings {
  return { wide: drawIn(WIDE, options), narrow: drawIn(NARROW, options) };
}

function drawIn(
  { width, height, xTicks, yTicks }: Layout,
  { lines, axisTitle, isFitted = false, labelOf, locale }: LinesOptions,
): Drawing {
  const numbers = new Intl.NumberFormat(LOCALE_TAGS[locale], { maximumSignificantDigits: 4 });
  const points = lines.flatMap((line) => line.points);
  const xs = [...new Set(points.map(({ x }) => x))].filter(Number.isFinite).sort((a, b) => a - b);
  const [first = 0, last = 1] = [xs[0], xs.at(-1)];
  const domain = first === last ? [first - 1, last + 1] : [first, last];
  const values = points.flatMap(({ value, lower, upper }) =>
    [value, lower, upper].filter((each) => each !== null),
  );
  const range = isFitted ? fittedDomainOf(values) : domainOf(values);
  return draw({
    width,
    height,
    ...MARGINS,
    x: { type: 'linear', domain },
    y: { domain: range, nice: yTicks },
    marks: [
      Plot.gridY({ ticks: yTicks, className: 'grid', strokeOpacity: 1 }),
      Plot.axisY({
        ticks: yTicks,
        tickSize: 0,
        tickFormat: (value: number) => numbers.format(value),
        label: axisTitle,
        labelArrow: 'none',
        labelAnchor: 'top',
        className: 'axis',
      }),
      Plot.axisX(spread(xs, xTicks), {
        tickSize: 4,
        tickFormat: (x: number) => shortened(labelOf(x), LABEL_COLUMNS),
        label: null,
        className: 'axis',
      }),
      ...(range[0] <= 0 && range[1] >= 0 ? [Plot.ruleY([0], { className: 'zero' })] : []),
      ...lines.flatMap((line, i) => {
        const look = `series-${i % LOOKS}`;
        const banded = line.points.filter(({ lower, upper }) => lower !== null && upper !== null);
        const shown = line.points.map(({ x, value }) => ({ x, value: value ?? NaN }));
        return [
          ...(banded.length < 2
            ? []
            : [Plot.areaY(banded, { x: 'x', y1: 'lower', y2: 'upper', className: `band ${look}` })]),
          Plot.ruleX(banded, { x: 'x', y1: 'lower', y2: 'upper', className: `whisker ${look}` }),
          Plot.lineY(shown, { x: 'x', y: 'value', className: `line ${look}` }),
          Plot.dot(shown, { x: 'x', y: 'value', r: 3, className: `knot ${look}` }),
        ];
      }),
    ],
  });
}

/** The ends of an axis that holds every finite value and nothing else; `domainOf` where they hardly differ. */
function fittedDomainOf(values: readonly number[]): [number, number] {
  const finite = values.filter((value) => Number.isFinite(value));
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return high - low > LEAST_SHARE * Math.max(Math.abs(low), Math.abs(high)) ? [low, high] : domainOf(values);
}

/** About `count` of the values, at even steps, with the first. */
function spread(values: readonly number[], count: number): number[] {
  const step = Math.max(1, Math.ceil(values.length / count));
  return values.filter((_, i) => i % step === 0);
}
