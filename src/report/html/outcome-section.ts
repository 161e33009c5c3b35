import { formatPValue } from '../format-figures.js';
import type { Lifts, Outcome } from '../outcome.js';
import { consequenceTable, figureTable, liftTable } from '../tables.js';
import { confidenceWords, outcomeNoise } from '../words.js';
import { barsHtml } from './bars.js';
import { type Html, html, nameHtml } from './escape.js';
import { forestHtml } from './forest.js';
import { tableHtml } from './table.js';

/** The section of one outcome: forest plot, lift, what follows from it, and the figures of arms and cells. */
export function outcomeHtml(
  outcome: Outcome,
  { id, several }: { readonly id: string; readonly several: boolean },
): Html {
  const { name, lifts, arms, cells, missing } = outcome;
  const terms = outcomeNoise(outcome);
  const heading = name === null ? 'Matched people' : html`${several ? '' : 'Measure '}${nameHtml(name)}`;
  const figures = (of: Outcome['arms'] | Outcome['cells'], caption: string): Html | '' =>
    of.length === 0 ? '' : tableHtml(figureTable(outcome, of), caption, terms);
  return html`<section>
    <h2>${heading}</h2>
    ${missing === null ? '' : html`<p>No lift: ${missing}.</p>`}${forestHtml(outcome, `${id}f`)}
    ${lifts === null ? figures(arms, 'Figures of each arm') : liftHtml(outcome, lifts)}
    ${barsHtml(outcome, `${id}b`)}${figures(cells, 'Figures of each cell')}
  </section>`;
}

function liftHtml(outcome: Outcome, lifts: Lifts): Html {
  const terms = outcomeNoise(outcome);
  const confidence = confidenceWords(lifts);
  const follows = consequenceTable(outcome);
  const differs = lifts.overall.flatMap(({ arm, heterogeneityPValue: p }) =>
    p === null
      ? []
      : [html`<p>Whether the effect of ${nameHtml(arm)} differs between cohorts: p ${formatPValue(p)}.</p>`],
  );
  const inCohorts =
    lifts.cohorts.length === 0
      ? ''
      : tableHtml(liftTable(outcome, lifts.cohorts), `Lift within each cohort (${confidence})`, terms);
  return html`${tableHtml(liftTable(outcome, lifts.overall), `Lift of each arm (${confidence})`, terms)}
  ${differs}${inCohorts}${follows === undefined ? '' : tableHtml(follows, 'What follows from the lift', terms)}`;
}
