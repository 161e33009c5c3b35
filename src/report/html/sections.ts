import { formatDecimal, formatPValue } from '../format-figures.js';
import { formatNumber } from '../format-text.js';
import type { Report } from '../report-schema.js';
import { balanceTable, matchTable, noiseTable, sampleRatioTable } from '../tables.js';
import { noiseWords, totalWords } from '../words.js';
import { type Html, html } from './escape.js';
import { notesHtml } from './plot.js';
import { tableHtml } from './table.js';

/** The sections of a page that every outcome shares: match, checks, privacy, data. */

/** How much of the lists matched. */
export function matchHtml(report: Report): Html {
  const { mode, cells, lists, privacy } = report;
  const terms = privacy.counts === null ? [] : [`Matched people of each cell: ${noiseWords(privacy.counts)}`];
  const hasTable = mode === 'aggregate' && cells.length > 0;
  return html`<section>
    <h2>Match</h2>
    <dl>
      <dt>Own list</dt>
      <dd>${formatNumber(lists.own)} keys</dd>
      <dt>Partner list</dt>
      <dd>${formatNumber(lists.partner)} keys</dd>
      <dt>Matched</dt>
      <dd>${matchedWords(report)}</dd>
    </dl>
    ${hasTable ? tableHtml(matchTable(report), 'Matched people of each cell', terms) : notesHtml(terms)}
  </section>`;
}

function matchedWords({ mode, cells, matchRate, matchedKeys }: Report): string {
  if (mode === 'psi')
    return matchedKeys === null ? 'not told to this side' : `${formatNumber(matchedKeys)} keys`;
  if (cells.length === 0) return 'not told to this side';
  const rate = `${matchRate?.text ?? '-'} of the own list`;
  return mode === 'psi-ca' ? `${formatNumber(cells[0]?.count ?? 0)}, ${rate}` : rate;
}

/** Whether the arms are what the design made them. */
export function checksHtml({ sampleRatio, matchBalance, privacy }: Report): Html | '' {
  if (sampleRatio === null && matchBalance === null) return '';
  const verdict = ({
    mismatch,
    pValue,
  }: {
    readonly mismatch: boolean;
    readonly pValue: number | null;
  }): string => `${mismatch ? 'Not as it should be' : 'As it should be'}: p ${formatPValue(pValue)}.`;
  const sizes =
    sampleRatio === null
      ? ''
      : tableHtml(sampleRatioTable(sampleRatio), 'Sizes of the arms against the design', [
          `${verdict(sampleRatio)} Sizes are exact.`,
        ]);
  const rates =
    matchBalance === null
      ? ''
      : tableHtml(balanceTable(matchBalance), 'Match rates of the arms, which should not differ', [
          verdict(matchBalance),
          `Matched people of each cell: ${noiseWords(privacy.counts)}`,
        ]);
  return html`<section>
    <h2>Checks of the experiment</h2>
    ${sizes}${rates}
  </section>`;
}

/** What was told to whom, under which noise, and what it costs together. */
export function privacyHtml({ privacy, mode, answeredFrom }: Report): Html {
  const { learned, told, minCell, minList } = privacy;
  const units = [
    'Sigma is in the unit of the figure: people, the unit of the measure, or that unit squared.',
    'Nobody is in two cells, so the cells together cost what one of them does.',
  ];
  const figures = (of: Report['privacy']['learned'], caption: string): Html | '' =>
    of.figures.length === 0 ? '' : tableHtml(noiseTable(of), caption, units);
  const total = (of: Report['privacy']['learned']): string =>
    mode === 'psi' ? 'rows, not figures' : totalWords(of);
  return html`<section>
    <h2>Privacy</h2>
    ${answeredFrom === null ? '' : html`<p>Told in session <code>${answeredFrom}</code>; nothing new was spent.</p>`}
    <dl>
      <dt>Learned in all</dt>
      <dd>${total(learned)}</dd>
      <dt>Told in all</dt>
      <dd>${total(told)}</dd>
      <dt>Smallest cell and list</dt>
      <dd>${formatNumber(minCell)} and ${formatNumber(minList)} keys</dd>
    </dl>
    ${figures(learned, 'Noise in what this side learned, added by the partner')}
    ${figures(told, 'Noise in what the partner learned, added by this side')}
    <h3>What both sides learn beside the figures</h3>
    <ul>
      ${privacy.alsoDisclosed.map((line) => html`<li>${line}</li> `)}
    </ul>
  </section>`;
}

/** What became of this side's rows, and what the session took. */
export function dataHtml({ data, engine, timing, bytes, receipts, profile, role }: Report): Html {
  const megabytes = (count: number): string => `${formatDecimal(count / 1e6, 1)} MB`;
  const seconds = (count: number): string => `${formatDecimal(count, 1)} s`;
  const rejects = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([reason, count]) => `${reason} ${formatNumber(count)}`)
      .join(', ') || '0';
  const types = Object.entries(data.byType).map(([name, { keys, hashed, duplicates, blank, rejected }]) => ({
    name,
    cells: [...[keys, hashed, duplicates, blank].map((count) => formatNumber(count)), rejects(rejected)],
  }));
  const header = ['identifier', 'keys', 'came hashed', 'duplicates', 'blank', 'rejected'];
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
      <dd>${seconds(timing.totalSeconds)} in all, ${seconds(timing.sessionSeconds)} of it the session</dd>
      <dt>Traffic</dt>
      <dd>${megabytes(bytes.sent)} sent, ${megabytes(bytes.received)} received</dd>
      <dt>Signed transcript</dt>
      <dd><code>${receipts.transcript}</code></dd>
    </dl>
    ${types.length === 0 ? '' : tableHtml({ header, rows: types }, 'Identifiers of this side')}
  </section>`;
}
