import type { Report } from './report-schema.js';
import { formatInterval, formatNumber, formatPercent, formatTable, plainLabel } from './format-text.js';

/** Most characters of one name or label in the text; the JSON has all of them. */
const LABEL_CHARS = 60;
const label = (text: string): string => plainLabel(text, LABEL_CHARS);

/** The report as plain text for a terminal; every figure with its interval and the noise in it. */
export function renderReport(report: Report): string {
  const { party, partner, mode, role } = report;
  return [
    `Report of ${label(party)} about ${label(party)} and ${label(partner)} (${mode}, role ${role})`,
    ...dataLines(report),
    ...matchLines(report),
    ...liftLines(report),
    ...privacyLines(report),
    ...costLines(report),
    '',
  ].join('\n');
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
    `  own list      ${formatNumber(lists.own)} keys from ${formatNumber(data.rows)} rows${suffix}`,
    `  partner list  ${formatNumber(lists.partner)} keys`,
  ];
}

function matchLines({ mode, matchedKeys, cells }: Report): string[] {
  if (mode === 'psi') {
    return [
      matchedKeys === null
        ? '  matched       not told to this side'
        : `  matched       ${formatNumber(matchedKeys)} keys`,
    ];
  }
  if (cells.length === 0) return ['  counts        not told to this side'];
  if (mode === 'psi-ca') return [`  matched       ${formatNumber(cells[0]?.count ?? 0)}`];
  const rows = cells.map((cell, i) => [
    label(Object.values(cell.label).join(' / ')) || `cell ${i}`,
    formatNumber(cell.size),
    formatNumber(cell.count ?? 0),
    cell.noiseDominated ? 'mostly noise' : '',
  ]);
  return ['', ...formatTable(['cell', 'people', 'matched', ''], rows)];
}

function liftLines({ lift }: Report): string[] {
  if (lift === null) return [];
  const rows = lift.overall.map(({ arm, lift: of }) => [
    `${label(arm)} vs ${label(lift.controlArm)}`,
    formatPercent(of.treatment.rate.value),
    formatPercent(of.control.rate.value),
    `${formatPercent(of.absolute.value)} ${formatInterval(of.absolute.interval, formatPercent)}`,
    `${formatPercent(of.relative.value, 1)} ${formatInterval(of.relative.interval, (value) => formatPercent(value, 1), of.relative.missing)}`,
    `${formatNumber(of.incrementalConversions.value)} ${formatInterval(of.incrementalConversions.interval, formatNumber)}`,
  ]);
  const confidence = formatPercent(lift.overall[0]?.lift.confidence ?? null, 0);
  return [
    '',
    `Lift, with ${confidence} intervals that include the noise`,
    ...formatTable(['arm', 'rate', 'control', 'difference', 'relative', 'incremental conversions'], rows),
  ];
}

function privacyLines({ privacy, mode }: Report): string[] {
  const told = (noise: Report['privacy']['counts']): string => {
    if (noise === null) return 'none told';
    if (noise.mechanism === 'none') return 'exact: no noise';
    const sigma = Math.sqrt(noise.sigma2).toFixed(2);
    return `${noise.mechanism} noise, epsilon ${noise.epsilon ?? 0}, delta ${Number((noise.delta ?? 0).toPrecision(3))}, sigma ${sigma}`;
  };
  return [
    '',
    'Privacy',
    ...(mode === 'psi' ? [] : [`  counts here             ${told(privacy.counts)}`]),
    ...(mode === 'psi' ? [] : [`  counts the partner has  ${told(privacy.ownDisclosure)}`]),
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
