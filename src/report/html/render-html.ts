import { formatFor, formatPValue } from '../format-figures.js';
import { formatNumber } from '../format-text.js';
import { type Outcome, outcomesOf } from '../outcome.js';
import type { Report } from '../report-schema.js';
import {
  balanceTable,
  consequenceTable,
  figureTable,
  liftTable,
  matchTable,
  noiseTable,
  sampleRatioTable,
} from '../tables.js';
import {
  type Sentence,
  confidenceWords,
  headlines,
  noiseWords,
  outcomeNoise,
  totalWords,
  warnings,
} from '../words.js';
import { barsHtml } from './bars.js';
import { type Html, html, nameHtml } from './escape.js';
import { forestHtml } from './forest.js';
import { pageHtml } from './page.js';
import { tableHtml } from './table.js';

/**
 * The report as one HTML page that needs nothing else: no script, no request, one style sheet inside. Names from files
 * and from the partner are escaped and kept in their own direction.
 */
export function renderHtml(report: Report): string {
  const { party, partner, mode, purpose } = report;
  const outcomes = outcomesOf(report);
  const several = outcomes.length > 1;
  return pageHtml({
    title: `Report of ${party} about ${party} and ${partner}`,
    header: html`<h1>Report of ${nameHtml(party)} about ${nameHtml(party)} and ${nameHtml(partner)}</h1>
      <p class="lead">
        ${purpose === '' ? '' : html`Purpose: ${nameHtml(purpose)}. `}Mode ${mode},
        ${report.finishedAt.slice(0, 10)}.
      </p>
      ${listHtml('warnings', warnings(report))}${listHtml('findings', headlines(report))}`,
    main: html`${outcomes.map((outcome, i) => outcomeHtml(outcome, `o${i}`, several))}${matchHtml(report)}${checksHtml(report)}${privacyHtml(report)}${dataHtml(report)}`,
    footer: html`Written by ${nameHtml(report.software)}. Session <code>${report.session}</code>.`,
  });
}

function listHtml(name: 'warnings' | 'findings', sentences: readonly Sentence[]): Html | '' {
  if (sentences.length === 0) return '';
  const item = (sentence: Sentence): Html =>
    html`<li>
      ${sentence.map((part) => (typeof part === 'string' ? part.replaceAll(' %', '\u00a0%') : nameHtml(part.name)))}
    </li> `;
  const label = name === 'warnings' ? 'Before you believe a figure' : 'What the session found';
  return html`<ul class="${name}" aria-label="${label}">
    ${sentences.map(item)}
  </ul> `;
}

function outcomeHtml(outcome: Outcome, id: string, several: boolean): Html {
  const { name, lifts, arms, cells, missing } = outcome;
  const terms = outcomeNoise(outcome);
  const follows = consequenceTable(outcome);
  const heading = name === null ? html`Matched people` : html`${several ? '' : 'Measure '}${nameHtml(name)}`;
  const differs = (lifts?.overall ?? []).flatMap(({ arm, heterogeneityPValue }) =>
    heterogeneityPValue === null
      ? []
      : [
          html`<p>
            Whether the effect of ${nameHtml(arm)} differs between cohorts: p
            ${formatPValue(heterogeneityPValue)}.
          </p> `,
        ],
  );
  return html`<section>
    <h2>${heading}</h2>
    ${missing === null ? '' : html`<p>No lift: ${missing}.</p> `}${forestHtml(outcome, `${id}f`)}${
      lifts === null
        ? ''
        : html`${tableHtml(liftTable(outcome, lifts.overall), `Lift of each arm (${confidenceWords(lifts)})`, terms)}${differs}${
            lifts.cohorts.length === 0
              ? ''
              : tableHtml(
                  liftTable(outcome, lifts.cohorts),
                  `Lift within each cohort (${confidenceWords(lifts)})`,
                  terms,
                )
          }${follows === undefined ? '' : tableHtml(follows, 'What follows from the lift', terms)}`
    }${lifts === null && arms.length > 0 ? tableHtml(figureTable(outcome, arms), 'Figures of each arm', terms) : ''}${barsHtml(outcome, `${id}b`)}${
      cells.length === 0 ? '' : tableHtml(figureTable(outcome, cells), 'Figures of each cell', terms)
    }
  </section> `;
}

function matchHtml(report: Report): Html {
  const { mode, cells, matchRate, lists, matchedKeys, privacy } = report;
  const matched =
    mode === 'psi'
      ? [matchedKeys === null ? 'not told to this side' : `${formatNumber(matchedKeys)} keys`]
      : cells.length === 0
        ? ['not told to this side']
        : mode === 'psi-ca'
          ? [`${formatNumber(cells[0]?.count ?? 0)}, ${matchRate?.text ?? '-'} of the own list`]
          : [`${matchRate?.text ?? '-'} of the own list`];
  const terms = privacy.counts === null ? [] : [`Matched people of each cell: ${noiseWords(privacy.counts)}`];
  return html`<section>
    <h2>Match</h2>
    <dl>
      <dt>Own list</dt>
      <dd>${formatNumber(lists.own)} keys</dd>
      <dt>Partner list</dt>
      <dd>${formatNumber(lists.partner)} keys</dd>
      <dt>Matched</dt>
      <dd>${matched}</dd>
    </dl>
    ${mode === 'aggregate' && cells.length > 0 ? tableHtml(matchTable(report), 'Matched people of each cell', terms) : terms.map((line) => html`<p class="terms">${line}</p> `)}
  </section> `;
}

function checksHtml({ sampleRatio, matchBalance, privacy }: Report): Html | '' {
  if (sampleRatio === null && matchBalance === null) return '';
  const verdict = (mismatch: boolean, pValue: number | null): string =>
    `${mismatch ? 'Not as it should be' : 'As it should be'}: p ${formatPValue(pValue)}.`;
  return html`<section>
    <h2>Checks of the experiment</h2>
    ${sampleRatio === null ? '' : tableHtml(sampleRatioTable(sampleRatio), 'Sizes of the arms against the design', [`${verdict(sampleRatio.mismatch, sampleRatio.pValue)} Sizes are exact.`])}${
      matchBalance === null
        ? ''
        : tableHtml(balanceTable(matchBalance), 'Match rates of the arms, which should not differ', [
            verdict(matchBalance.mismatch, matchBalance.pValue),
            `Matched people of each cell: ${noiseWords(privacy.counts)}`,
          ])
    }
  </section> `;
}

function privacyHtml({ privacy, mode, answeredFrom }: Report): Html {
  const { learned, told, minCell, minList } = privacy;
  const spent =
    answeredFrom === null
      ? ''
      : html`<p>All of this was told in session <code>${answeredFrom}</code>; nothing new was spent.</p> `;
  return html`<section>
    <h2>Privacy</h2>
    ${spent}
    <dl>
      <dt>Learned in all</dt>
      <dd>${mode === 'psi' ? 'rows, not figures' : totalWords(learned)}</dd>
      <dt>Told in all</dt>
      <dd>${mode === 'psi' ? 'rows, not figures' : totalWords(told)}</dd>
      <dt>Smallest cell and list</dt>
      <dd>${formatNumber(minCell)} and ${formatNumber(minList)} keys</dd>
    </dl>
    ${learned.figures.length === 0 ? '' : tableHtml(noiseTable(learned), 'Noise in what this side learned, added by the partner', UNITS)}${
      told.figures.length === 0
        ? ''
        : tableHtml(noiseTable(told), 'Noise in what the partner learned, added by this side', UNITS)
    }
    <h3>What both sides learn beside the figures</h3>
    <ul>
      ${privacy.alsoDisclosed.map((line) => html`<li>${line}</li>`)}
    </ul>
  </section> `;
}

const UNITS = [
  'Sigma is in the unit of the figure: people, the unit of the measure, or that unit squared. Nobody is in two cells.',
];

function dataHtml({ data, engine, timing, bytes, receipts, profile, role }: Report): Html {
  const megabytes = (count: number): string => `${(count / 1e6).toFixed(1)} MB`;
  const types = Object.entries(data.byType).map(([type, counts]) => ({
    name: type,
    cells: [counts.keys, counts.hashed, counts.duplicates, counts.blank]
      .map((count) => formatNumber(count))
      .concat(
        Object.entries(counts.rejected)
          .map(([reason, count]) => `${reason} ${formatNumber(count)}`)
          .join(', ') || '0',
      ),
  }));
  const seconds = formatFor({ kind: 'amount', decimals: 1 });
  return html`<section>
    <h2>Data and session</h2>
    <dl>
      <dt>Rows read</dt>
      <dd>${formatNumber(data.rows)}</dd>
      <dt>Without consent</dt>
      <dd>${formatNumber(data.rowsWithoutConsent)}</dd>
      <dt>In several cohorts</dt>
      <dd>${formatNumber(data.ambiguous)}</dd>
      <dt>Role</dt>
      <dd>${role}</dd>
      <dt>Normalisation</dt>
      <dd>${profile}</dd>
      <dt>Engine</dt>
      <dd>${engine.name} (${engine.variant}), ${engine.threads} threads</dd>
      <dt>Time</dt>
      <dd>
        ${seconds.total(timing.totalSeconds)} s in all, ${seconds.total(timing.sessionSeconds)} s of it the
        session
      </dd>
      <dt>Traffic</dt>
      <dd>${megabytes(bytes.sent)} sent, ${megabytes(bytes.received)} received</dd>
      <dt>Signed transcript</dt>
      <dd><code>${receipts.transcript}</code></dd>
    </dl>
    ${types.length === 0 ? '' : tableHtml({ header: ['identifier', 'keys', 'came hashed', 'duplicates', 'blank', 'rejected'], rows: types }, 'Identifiers of this side')}
  </section> `;
}
