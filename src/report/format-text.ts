import type { Report } from './report-schema.js';

type Interval = NonNullable<Report['lift']>['overall'][number]['lift']['absolute']['interval'];

/** A whole number with thousands separators, or a dash. */
export function formatNumber(value: number | null): string {
  // Adding 0 makes the -0 that small negative counts round to a plain 0.
  return value === null ? '-' : (Math.round(value) + 0).toLocaleString('en-US');
}

/** A share as a percentage, or a dash. */
export function formatPercent(value: number | null, digits = 3): string {
  return value === null ? '-' : `${(100 * value).toFixed(digits)} %`;
}

/** An interval in brackets; why there is none, when there is none. */
export function formatInterval(
  interval: Interval,
  format: (value: number) => string,
  missing: string | null = null,
): string {
  if (interval === null) return `[${missing ?? 'no interval'}]`;
  return `[${format(interval.lower)}, ${format(interval.upper)}]`;
}

/**
 * Text from a partner or a file, safe for a terminal: control and direction characters become `?`, and what is longer
 * than `maxChars` ends in an ellipsis.
 */
export function plainLabel(text: string, maxChars = Infinity): string {
  const shown = text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text;
  return shown.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, '?');
}

/** Rows under a header, columns aligned: the first to the left, numbers to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  return [header, ...rows].map((row) =>
    `  ${row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join('  ')}`.trimEnd(),
  );
}
