/** Plots as SVG texts: no script, no style from elsewhere, the same bytes for the same figures. */

export interface Bar {
  readonly label: string;
  readonly value: number;
}

export interface BarChart {
  readonly title: string;
  /** What the numbers are, with their unit. */
  readonly unit: string;
  readonly bars: readonly Bar[];
}

export interface Series {
  readonly label: string;
  /** Both coordinates above 0. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LineChart {
  readonly title: string;
  readonly xUnit: string;
  readonly yUnit: string;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const LEFT = 190;
const RIGHT = 90;
const TOP = 46;
const BAR_HEIGHT = 18;
const BAR_STEP = 26;
const PLOT_HEIGHT = 260;
const INK = '#1f2937';
const FAINT = '#d1d5db';
const COLOURS = ['#1d4ed8', '#b45309', '#047857', '#7e22ce'];

/** Horizontal bars on a logarithmic axis, each with its figure. @throws RangeError for a value that is not above 0. */
export function barChart({ title, unit, bars }: BarChart): string {
  const scale = logarithmicScale(
    bars.map(({ value }) => value),
    [LEFT, WIDTH - RIGHT],
  );
  const bottom = TOP + bars.length * BAR_STEP;
  const parts = scale.ticks.map((tick) => {
    const x = fixed(scale.at(tick));
    return `${line(x, TOP - 4, x, bottom)}${text(x, bottom + 16, short(tick), 'middle')}`;
  });
  bars.forEach(({ label, value }, i) => {
    const y = TOP + i * BAR_STEP;
    const end = fixed(scale.at(value));
    parts.push(
      `<rect x="${LEFT}" y="${y}" width="${fixed(end - LEFT)}" height="${BAR_HEIGHT}" fill="${COLOURS[0] ?? INK}"/>`,
      text(LEFT - 8, y + 13, label, 'end'),
      text(end + 6, y + 13, short(value), 'start'),
    );
  });
  return svg(title, bottom + 44, [...parts, text((LEFT + WIDTH - RIGHT) / 2, bottom + 36, unit, 'middle')]);
}

/** Lines through points, both axes logarithmic. @throws RangeError for a coordinate that is not above 0. */
export function lineChart({ title, xUnit, yUnit, series }: LineChart): string {
  const left = 80;
  const bottom = TOP + PLOT_HEIGHT;
  const all = series.flatMap(({ points }) => points);
  const xs = logarithmicScale(
    all.map(({ x }) => x),
    [left, WIDTH - 30],
  );
  const ys = logarithmicScale(
    all.map(({ y }) => y),
    [bottom, TOP],
  );
  const parts = [
    ...xs.ticks.map((tick) => {
      const x = fixed(xs.at(tick));
      return `${line(x, TOP, x, bottom)}${text(x, bottom + 16, short(tick), 'middle')}`;
    }),
    ...ys.ticks.map((tick) => {
      const y = fixed(ys.at(tick));
      return `${line(left, y, WIDTH - 30, y)}${text(left - 6, y + 4, short(tick), 'end')}`;
    }),
  ];
  series.forEach(({ label, points }, i) => {
    const colour = COLOURS[i % COLOURS.length] ?? INK;
    const places = points.map(({ x, y }) => `${fixed(xs.at(x))},${fixed(ys.at(y))}`);
    parts.push(
      `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...points.map(
        ({ x, y }) => `<circle cx="${fixed(xs.at(x))}" cy="${fixed(ys.at(y))}" r="3" fill="${colour}"/>`,
      ),
      `<rect x="${left + 10 + 230 * i}" y="${bottom + 52}" width="12" height="12" fill="${colour}"/>`,
      text(left + 28 + 230 * i, bottom + 62, label, 'start'),
    );
  });
  parts.push(text((left + WIDTH) / 2, bottom + 36, xUnit, 'middle'), text(8, TOP - 8, yUnit, 'start'));
  return svg(title, bottom + 76, parts);
}

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** From the power of ten below the smallest value to the one above the largest. */
function logarithmicScale(values: readonly number[], [from, to]: readonly [number, number]): Scale {
  if (values.length === 0 || values.some((value) => !(value > 0 && value < Infinity))) {
    throw new RangeError('a logarithmic axis takes numbers above 0, and at least one');
  }
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const at = (value: number): number => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  return { at, ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) };
}

function svg(title: string, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="8" y="20" font-size="15" font-weight="600" fill="${INK}">${escaped(title)}</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${INK}">${escaped(content)}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${FAINT}"/>`;
}

function escaped(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function fixed(value: number): number {
  return Number(value.toFixed(1));
}

/** Three digits; powers of ten from a thousand on as such. */
function short(value: number): string {
  const exponent = Math.log10(value);
  if (Number.isInteger(exponent) && exponent >= 4) return `10^${exponent}`;
  return String(Number(value.toPrecision(3)));
}
