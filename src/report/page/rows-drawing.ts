import * as Plot from '@observablehq/plot';
import type { Locale } from '../../messages/index.js';
import { LOCALE_TAGS } from '../../messages/index.js';
import type { Drawings } from './chart.js';
import { type Drawing, draw } from './draw.js';
import { shortened } from './names.js';

/** A row of a drawing: a heading, or a figure with its interval on the common axis. */
export interface DrawnRow {
  readonly name: string;
  readonly isHeading?: boolean;
  /** The figure in words, such as `0.68 [0.50, 0.86]`. */
  readonly text?: string;
  /** A remark that the colours alone would not make, such as `mostly noise`. */
  readonly remark?: string;
  readonly value?: number | null;
  readonly interval?: { readonly lower: number; readonly upper: number } | null;
  /** Drawn open or dashed: nothing was shown, or it is mostly noise. */
  readonly isWeak?: boolean;
}

export interface RowsOptions {
  readonly rows: readonly DrawnRow[];
  readonly kind: 'points' | 'bars';
  readonly axisTitle: string;
  readonly locale: Locale;
}

interface Layout {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly rowHeight: number;
  /** How far above the middle of a row its name and figure stand. */
  readonly textLift: number;
  readonly ticks: number;
}

const WIDE: Layout = { width: 800, left: 256, right: 206, rowHeight: 32, textLift: 0, ticks: 6 };
const NARROW: Layout = { width: 340, left: 12, right: 12, rowHeight: 54, textLift: 17, ticks: 4 };
/** Average width of a character of the drawings in pixels. */
const CHARACTER = 7;
/** Half the height of a bar, and of the ends of an interval, in pixels. */
const HALF_BAR = 8;
const HALF_END = 5;
/** Values closer together than this are shown as equal: their ticks could not be told apart. */
const LEAST_SPAN = 1e-9;

/** A forest plot or bars with error bars: rows of names, marks over one axis, and the figures in words. */
export function drawRows(options: RowsOptions): Drawings {
  return { wide: drawIn(WIDE, options), narrow: drawIn(NARROW, options) };
}

/** The ends of an axis that holds zero and every finite value. */
export function domainOf(values: readonly number[]): [number, number] {
  const finite = values.filter((value) => Number.isFinite(value));
  const low = Math.min(0, ...finite);
  const high = Math.max(0, ...finite);
  return high - low > LEAST_SPAN ? [low, high] : [0, 1];
}

function drawIn(layout: Layout, { rows, kind, axisTitle, locale }: RowsOptions): Drawing {
  const { width, left, right, rowHeight, textLift, ticks } = layout;
  const placed = rows.map((row, y) => ({ ...row, y }));
  const marked = placed.flatMap(({ value, interval, isWeak, y }) =>
    typeof value === 'number' ? [{ value, interval: interval ?? null, isWeak: isWeak === true, y }] : [],
  );
  const ranges = marked.flatMap(({ interval, y }) => (interval === null ? [] : [{ ...interval, y }]));
  const ends = ranges.flatMap(({ lower, upper, y }) => [
    { x: lower, y },
    { x: upper, y },
  ]);
  const half = (pixels: number): number => pixels / rowHeight;
  const numbers = new Intl.NumberFormat(LOCALE_TAGS[locale], { maximumSignificantDigits: 4 });
  const [strong, weak] = [marked.filter(({ isWeak }) => !isWeak), marked.filter(({ isWeak }) => isWeak)];
  const room = (text: string | undefined): number => {
    const pixels = textLift === 0 ? left - 20 : width - 30 - CHARACTER * (text ?? '').length;
    return Math.max(8, Math.floor(pixels / CHARACTER));
  };
  const named = (isHeading: boolean): { y: number; text: string }[] =>
    placed
      .filter((row) => (row.isHeading === true) === isHeading)
      .map(({ y, name, text }) => ({ y, text: shortened(name, room(text)) }));
  const at = { y: 'y', text: 'text', dy: -textLift } as const;
  const fromLeft = { ...at, frameAnchor: 'left', textAnchor: 'start', dx: 4 - left } as const;
  const fromRight = { frameAnchor: 'right', textAnchor: 'end', dx: right - 4 } as const;
  const remarks = placed.flatMap(({ y, remark }) => (remark === undefined ? [] : [{ y, text: remark }]));
  const isRemarked = new Set(remarks.map(({ y }) => y));
  const texts = placed.flatMap(({ y, text }) => (text === undefined ? [] : [{ y, text }]));
  // In a wide drawing the remark stands below its figure, which makes room for it.
  const figures = (only: boolean, dy: number): Plot.Markish =>
    Plot.text(
      texts.filter(({ y }) => isRemarked.has(y) === only),
      { y: 'y', text: 'text', ...fromRight, dy, className: 'figure-text' },
    );

  return draw({
    width,
    height: 8 + rows.length * rowHeight + 46,
    marginTop: 8,
    marginBottom: 46,
    marginLeft: left,
    marginRight: right,
    x: { domain: domainOf([...marked.map(({ value }) => value), ...ends.map(({ x }) => x)]), nice: ticks },
    y: { domain: [rows.length - 0.5, -0.5], axis: null },
    marks: [
      Plot.gridX({ ticks, className: 'grid', strokeOpacity: 1 }),
      Plot.axisX({
        ticks,
        tickSize: 0,
        tickFormat: (value: number) => numbers.format(value),
        label: axisTitle,
        labelAnchor: 'center',
        labelArrow: 'none',
        labelOffset: 40,
        className: 'axis',
      }),
      Plot.ruleX([0], { className: 'zero' }),
      ...(kind === 'points'
        ? []
        : [bars(strong, half(HALF_BAR), 'bar'), bars(weak, half(HALF_BAR), 'bar noisy')]),
      Plot.ruleY(ranges, {
        y: 'y',
        x1: 'lower',
        x2: 'upper',
        className: kind === 'points' ? 'range' : 'error',
      }),
      Plot.ruleX(ends, {
        x: 'x',
        y1: ({ y }: { y: number }) => y - half(HALF_END),
        y2: ({ y }: { y: number }) => y + half(HALF_END),
        className: kind === 'points' ? 'range end' : 'error end',
      }),
      ...(kind === 'bars'
        ? []
        : [
            Plot.dot(strong, { x: 'value', y: 'y', r: 4.5, className: 'point' }),
            Plot.dot(weak, { x: 'value', y: 'y', r: 4.5, className: 'point open' }),
          ]),
      Plot.text(named(false), { ...fromLeft, className: 'name-text' }),
      Plot.text(named(true), { ...fromLeft, dy: textLift === 0 ? 4 : 6, className: 'heading-text' }),
      figures(false, -textLift),
      figures(true, textLift === 0 ? -7 : -textLift),
      Plot.text(remarks, {
        y: 'y',
        text: 'text',
        ...fromRight,
        dy: textLift === 0 ? 8 : 16,
        className: 'remark-text',
      }),
    ],
  });
}

function bars(
  rows: readonly { readonly value: number; readonly y: number }[],
  half: number,
  className: string,
): Plot.Markish {
  return Plot.rect(rows, {
    x1: 0,
    x2: 'value',
    y1: ({ y }: { y: number }) => y - half,
    y2: ({ y }: { y: number }) => y + half,
    className,
  });
}
