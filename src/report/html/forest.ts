import { formatFor, missingWords, withInterval } from '../format-figures.js';
import type { LiftFigures, Outcome } from '../outcome.js';
import { NOISY } from '../tables.js';
import { outcomeNoise } from '../words.js';
import { type Axis, axisOf } from './axis.js';
import { type Html, html } from './escape.js';
import { type PlotRow, plotHtml, rangeHtml } from './plot.js';

/** Forest plot of the differences to the control arm: arms over all cohorts, then each cohort. */
export function forestHtml(outcome: Outcome, id: string): Html | '' {
  const { lifts, unit } = outcome;
  if (lifts === null) return '';
  const all = [...lifts.overall, ...lifts.cohorts];
  const scale = unit.kind === 'share' ? 100 : 1;
  const axis = axisOf(
    all.flatMap(({ absolute: { value, interval } }) =>
      [value, interval?.lower, interval?.upper].flatMap((end) =>
        typeof end === 'number' ? [end * scale] : [],
      ),
    ),
  );
  const row = (figures: LiftFigures, name: string, group: string | undefined): PlotRow => ({
    name,
    group,
    ...valueAndDescription(outcome, figures),
    drawing: mark(axis, figures, scale),
  });
  const rows = [
    ...lifts.overall.map((figures, i) =>
      row(figures, figures.arm, i === 0 && lifts.cohorts.length > 0 ? 'All cohorts' : undefined),
    ),
    ...lifts.cohorts.map((figures, i) =>
      row(
        figures,
        figures.arm,
        lifts.cohorts[i - 1]?.cohort === figures.cohort ? undefined : (figures.cohort ?? ''),
      ),
    ),
  ];
  return plotHtml(
    {
      caption: `Difference to the control arm, with ${Math.round(100 * lifts.confidence)} % intervals`,
      axis,
      axisTitle: unit.kind === 'share' ? 'Difference in percentage points' : 'Difference a person',
      header: ['Arm', 'Difference and interval', unit.kind === 'share' ? 'Points' : 'Difference'],
      rows,
      notes: [
        'The dashed line is no difference. An open point: the interval holds zero, so none was shown.',
        ...outcomeNoise(outcome),
      ],
    },
    id,
  );
}

function valueAndDescription({ unit }: Outcome, { absolute, noiseDominated }: LiftFigures) {
  const format = formatFor(unit);
  const shown = withInterval(absolute, (value) => format.difference(value, absolute.standardError));
  const value = noiseDominated ? `${shown}, ${NOISY}` : shown;
  const what = unit.kind === 'share' ? 'points' : 'a person';
  const description =
    absolute.value === null
      ? `No difference can be stated: ${missingWords(absolute.missing)}`
      : `Difference ${what}, with its interval: ${value}`;
  return { value, description };
}

/** Drawn about the middle of its row, whatever the row's height. */
function mark(axis: Axis, { absolute: { value, interval } }: LiftFigures, scale: number): Html {
  if (value === null) return html``;
  const x = axis.at(value * scale);
  const holdsZero = interval === null || (interval.lower <= 0 && interval.upper >= 0);
  const point = html`<circle class="point${holdsZero ? ' open' : ''}" cx="${x}%" cy="0" r="4.5" />`;
  const range = interval === null ? '' : rangeHtml(axis, interval, { scale, name: 'range' });
  return html`<svg y="50%" overflow="visible">${range}${point}</svg>`;
}
