import { outcomesOf } from '../outcome.js';
import type { Report } from '../report-schema.js';
import { type Sentence, headlines, warnings } from '../words.js';
import { type Html, html, nameHtml } from './escape.js';
import { outcomeHtml } from './outcome-section.js';
import { pageHtml } from './page.js';
import { checksHtml, dataHtml, matchHtml, privacyHtml } from './sections.js';

/**
 * The report as one HTML page that needs nothing else: no script, no request, one style sheet inside. Names from
 * files and from the partner are escaped and kept in their own direction.
 */
export function renderHtml(report: Report): string {
  const { party, partner, mode, purpose, finishedAt } = report;
  const outcomes = outcomesOf(report);
  const sections = [
    ...outcomes.map((outcome, i) => outcomeHtml(outcome, { id: `o${i}`, several: outcomes.length > 1 })),
    matchHtml(report),
    checksHtml(report),
    privacyHtml(report),
    dataHtml(report),
  ];
  const why = purpose === '' ? '' : html`Purpose: ${nameHtml(purpose)}. `;
  return pageHtml({
    title: `Report of ${party} about ${party} and ${partner}`,
    header: html`<h1>Report of ${nameHtml(party)} about ${nameHtml(party)} and ${nameHtml(partner)}</h1>
      <p class="lead">${why}Mode ${mode}, ${finishedAt.slice(0, 10)}.</p>
      ${sentencesHtml('warnings', warnings(report))}${sentencesHtml('findings', headlines(report))}`,
    main: html`${sections}`,
    footer: html`Written by ${nameHtml(report.software)}. Session <code>${report.session}</code>.`,
  });
}

function sentencesHtml(kind: 'warnings' | 'findings', sentences: readonly Sentence[]): Html | '' {
  if (sentences.length === 0) return '';
  const label = kind === 'warnings' ? 'Before you believe a figure' : 'What the session found';
  // A number and its percent sign stay on one line.
  const partHtml = (part: Sentence[number]): Html | string =>
    typeof part === 'string' ? part.replaceAll(' %', '\u00a0%') : nameHtml(part.name);
  return html`<ul class="${kind}" aria-label="${label}">
    ${sentences.map((sentence) => html`<li>${sentence.map(partHtml)}</li> `)}
  </ul>`;
}
