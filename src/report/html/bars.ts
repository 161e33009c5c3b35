import { formatFor } from '../format-figures.js';
import type { CellFigures, Outcome } from '../outcome.js';
import { NOISY } from '../tables.js';
import { outcomeNoise } from '../words.js';
import { type Axis, axisOf, round } from './axis.js';
import { type Html, html } from './escape.js';
import { plotHtml, rangeHtml } from './plot.js';

/** A bar for each cell: its rate or mean, with the interval as error bar. */
export function barsHtml(outcome: Outcome, id: string): Html | '' {
  const { cells, unit } = outcome;
  if (cells.length === 0) return '';
  const scale = unit.kind === 'share' ? 100 : 1;
  const format = formatFor(unit);
  const axis = axisOf(
    cells.flatMap(({ mean: { value, interval } }) =>
      [value, interval?.lower, interval?.upper].flatMap((end) =>
        typeof end === 'number' ? [end * scale] : [],
      ),
    ),
  );
  const what = unit.kind === 'share' ? 'Rate' : 'Mean';
  const withIntervals = cells.some(({ mean }) => mean.interval !== null);
  return plotHtml(
    {
      caption: `${what} by cell${withIntervals ? ', with 95 % intervals' : ''}`,
      axis,
      axisTitle: unit.kind === 'share' ? 'Percent of the people of the cell' : 'Amount a person of the cell',
      header: ['Cell', what, 'Figure'],
      rows: cells.map((cell) => {
        const shown = withIntervals ? format.meanWithInterval(cell.mean) : format.mean(cell.mean);
        const value = cell.noiseDominated ? `${shown}, ${NOISY}` : shown;
        return { name: cell.name, value, description: `${what} ${value}`, drawing: bar(axis, cell, scale) };
      }),
      notes: [
        'A dashed bar: the figure of the cell is below two standard deviations of its noise.',
        ...outcomeNoise(outcome),
      ],
    },
    id,
  );
}

function bar(axis: Axis, { mean: { value, interval }, noiseDominated }: CellFigures, scale: number): Html {
  if (value === null) return html``;
  const [zero, end] = [axis.at(0), axis.at(value * scale)];
  const [x, width] = [Math.min(zero, end), round(Math.abs(end - zero))];
  const error = interval === null ? '' : rangeHtml(axis, interval, { scale, name: 'error' });
  const look = noiseDominated ? 'bar noisy' : 'bar';
  return html`<svg y="50%" overflow="visible">
    <rect class="${look}" x="${x}%" y="-9" width="${width}%" height="18" />
    ${error}
  </svg>`;
}
