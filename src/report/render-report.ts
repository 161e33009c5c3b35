import { plainLabel } from '../plain-label.js';
import { formatNumber, formatTable, wrapText } from './format-text.js';
import { type Sentence, languageOf } from './language.js';
import { type Outcome, outcomesOf } from './outcome.js';
import { geoLines, reachLines } from './render-dimensions.js';
import type { Report } from './report-schema.js';
import {
  type Table,
  balanceTable,
  consequenceTable,
  figureTable,
  liftTable,
  matchTable,
  sampleRatioTable,
} from './tables.js';
import {
  confidenceWords,
  countNoise,
  headlines,
  noiseWords,
  outcomeNoise,
  totalWords,
  warnings,
} from './words.js';

/** Most characters of one name or label in the text; the JSON has all of them. */
const LABEL_CHARS = 60;
/** The same in tables with many columns beside the names. */
const NARROW_LABEL_CHARS = 22;
const WIDTH = 120;
const INDENT = { first: '  ', rest: '    ' };
/** The text of the command line is English, as its messages are. */
const ENGLISH = languageOf('en');
const label = (text: string): string => plainLabel(text, LABEL_CHARS);

/** The report as plain text for a terminal; every figure with its interval and the noise in it. */
export function renderReport(report: Report): string {
  const { party, partner, mode, role } = report;
  return [
    `Report of ${label(party)} about ${label(party)} and ${label(partner)} (${mode}, role ${role})`,
    ...sentenceLines(warnings(report, ENGLISH), ENGLISH.t('report.attention')),
    ...sentenceLines(headlines(report, ENGLISH), ''),
    ...dataLines(report),
    ...matchLines(report),
    ...outcomesOf(report).flatMap(outcomeLines),
    ...reachLines(report),
    ...geoLines(report),
    ...checkLines(report),
    ...privacyLines(report),
    ...costLines(report),
    '',
  ].join('\n');
}

function sentenceLines(sentences: readonly Sentence[], start: string): string[] {
  if (sentences.length === 0) return [];
  return [
    '',
    ...sentences.flatMap((sentence) => {
      const words = sentence.map((part) => (typeof part === 'string' ? part : label(part.name))).join('');
      return wrapText(start + words, WIDTH, INDENT);
    }),
  ];
}

function dataLines({ data, lists }: Report): string[] {
  const rejected = Object.values(data.byType).reduce(
    (sum, counts) => sum + Object.values(counts.rejected).reduce((inner, count) => inner + count, 0),
    0,
  );
  const dropped = [
    ...(data.rowsWithoutConsent > 0 ? [`${formatNumber(data.rowsWithoutConsent)} without consent`] : []),
    ...(rejected > 0 ? [`${formatNumber(rejected)} values rejected`] : []),
  ];
  const suffix = dropped.length > 0 ? ` (${dropped.join(', ')})` : '';
  return [
    '',
    `  own list      ${formatNumber(lists.own)} keys from ${formatNumber(data.rows)} rows${suffix}`,
    `  partner list  ${formatNumber(lists.partner)} keys`,
  ];
}

function matchLines(report: Report): string[] {
  const { mode, matchedKeys, cells, matchRate } = report;
  if (mode === 'psi') {
    return [
      matchedKeys === null
        ? '  matched       not told to this side'
        : `  matched       ${formatNumber(matchedKeys)} keys`,
    ];
  }
  if (cells.length === 0) return ['  counts        not told to this side'];
  const rate = `  match rate    ${matchRate?.text ?? '-'} of the own list`;
  if (mode === 'psi-ca') return [`  matched       ${formatNumber(cells[0]?.count ?? 0)}`, rate];
  const noise = wrapText(countNoise(report.privacy.counts, ENGLISH), WIDTH, INDENT);
  return [rate, '', 'Matched people', ...tableLines(matchTable(report, ENGLISH), LABEL_CHARS), ...noise];
}

function outcomeLines(outcome: Outcome): string[] {
  const { name, lifts, cells, arms, missing, consequences } = outcome;
  const follows = consequenceTable(outcome, ENGLISH);
  const noise = outcomeNoise(outcome, ENGLISH).flatMap((line) => wrapText(line, WIDTH, INDENT));
  const title = name === null ? 'Matched people' : label(name);
  const lines: string[] = [];
  if (lifts !== null) {
    const against = `against ${label(lifts.control)}, ${confidenceWords(lifts, ENGLISH)}`;
    lines.push('', `Lift of ${name === null ? 'matched people' : title} ${against}`);
    lines.push(...tableLines(liftTable(outcome, lifts.overall, ENGLISH)));
    if (lifts.cohorts.length > 0) lines.push('', ...tableLines(liftTable(outcome, lifts.cohorts, ENGLISH)));
    if (follows !== undefined) lines.push('', ...tableLines(follows));
    if (consequences.costs?.length === 0) lines.push('  No treatment arm has a cost.');
  }
  if (name !== null) {
    if (arms.length > 0 && lifts === null)
      lines.push('', `${title} by arm`, ...tableLines(figureTable(outcome, arms, ENGLISH), LABEL_CHARS));
    lines.push('', `${title} by cell`, ...tableLines(figureTable(outcome, cells, ENGLISH), LABEL_CHARS));
    if (missing !== null) lines.push(...wrapText(`No lift of ${title}: ${missing}.`, WIDTH, INDENT));
  }
  return lines.length === 0 ? [] : [...lines, ...noise];
}

function checkLines({ sampleRatio, matchBalance }: Report): string[] {
  const verdict = (mismatch: boolean, pValue: number | null): string =>
    `${mismatch ? 'not as it should be' : 'as it should be'}, p ${ENGLISH.figures.pValue(pValue)}`;
  return [
    ...(sampleRatio === null
      ? []
      : [
          '',
          `Sizes of the arms against the design: ${verdict(sampleRatio.mismatch, sampleRatio.pValue)}`,
          ...tableLines(sampleRatioTable(sampleRatio, ENGLISH)),
        ]),
    ...(matchBalance === null
      ? []
      : [
          '',
          `Match rates of the arms, which should not differ: ${verdict(matchBalance.mismatch, matchBalance.pValue)}`,
          ...tableLines(balanceTable(matchBalance, ENGLISH)),
        ]),
  ];
}

function privacyLines({ privacy, mode }: Report): string[] {
  const { learned, told } = privacy;
  return [
    '',
    'Privacy',
    ...(mode === 'psi'
      ? []
      : [
          `  counts here             ${noiseWords(privacy.counts, ENGLISH)}`,
          `  counts the partner has  ${noiseWords(privacy.ownDisclosure, ENGLISH)}`,
          `  learned in all          ${totalWords(learned, ENGLISH)}`,
          `  told in all             ${totalWords(told, ENGLISH)}`,
        ]),
    ...privacy.alsoDisclosed.map((line) => `  ${line}`),
  ];
}

function costLines({ engine, timing, bytes, receipts }: Report): string[] {
  const megabytes = (count: number): string => `${(count / 1e6).toFixed(1)} MB`;
  return [
    '',
    `Engine ${engine.name} (${engine.variant}), ${engine.threads} threads; ${timing.totalSeconds.toFixed(1)} s in all, ` +
      `${timing.sessionSeconds.toFixed(1)} s of it the session; ${megabytes(bytes.sent)} sent, ${megabytes(bytes.received)} received`,
    `Both sides signed the transcript ${receipts.transcript.slice(0, 16)}…`,
  ];
}

/** The lines of a table; a group's name stands in a line above its first row. */
function tableLines({ header, rows }: Table, labelChars = NARROW_LABEL_CHARS): string[] {
  const [head = '', ...lines] = formatTable(
    header,
    rows.map(({ name, cells }) => [plainLabel(name, labelChars), ...cells]),
  );
  return [
    head,
    ...rows.flatMap(({ group }, i) => {
      const isFirst = group !== undefined && rows[i - 1]?.group !== group;
      return [...(isFirst ? [`  - ${label(group)}`] : []), lines[i] ?? ''];
    }),
  ];
}
