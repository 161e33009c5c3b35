import type { Report } from '../report/index.js';

const FIGURES = ['size', 'matched', 'match_rate', 'rate', 'rate_lower', 'rate_upper', 'noise_dominated'];

/**
 * The cells of a report as CSV (RFC 4180, CRLF): a column for each cohort dimension, then size, matched count with its noise,
 * and rates, empty where there are none.
 */
export function cohortCsv({ cells }: Pick<Report, 'cells'>): string {
  const dimensions = [...new Set(cells.flatMap(({ label }) => Object.keys(label)))];
  const rows = cells.map(({ label, size, count, matchRate, rate, noiseDominated }) => [
    ...dimensions.map((dimension) => textField(label[dimension] ?? '')),
    String(size),
    numberField(count),
    textField(matchRate.text),
    numberField(rate?.value),
    numberField(rate?.interval?.lower),
    numberField(rate?.interval?.upper),
    String(noiseDominated),
  ]);
  const header = [...dimensions.map(textField), ...FIGURES];
  return [header, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

function numberField(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

/**
 * Labels are the partner's words: one that a spreadsheet would take for a formula gets an apostrophe before it
 * (owasp.org, CSV Injection), also in its full width, which some take for the same.
 */
function textField(text: string): string {
  const plain = /^[=+\-@＝＋－＠\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
