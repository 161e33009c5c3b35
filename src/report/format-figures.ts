import type { EstimateJson, RatioJson } from './report-types.js';

/** Figures as a reader sees them, in the text and on the page alike. */

/** What the figures of an outcome are: shares of people, or amounts counted in steps of `decimals` places. */
export type FigureUnit = { readonly kind: 'share' } | { readonly kind: 'amount'; readonly decimals: number };

/** Decimal places of a quantum such as `0.01`. */
export function decimalsOf(quantum: string): number {
  return quantum.split('.')[1]?.length ?? 0;
}

/** Places that show the first digit of `standardError` that is not zero: a figure claims no more than it knows. */
function placesFor(standardError: number | null, least: number): number {
  if (standardError === null || standardError <= 0) return least;
  return Math.min(8, Math.max(least, -Math.floor(Math.log10(standardError))));
}

/** A number with separators and a fixed number of places. */
export function formatDecimal(value: number, places: number): string {
  const text = formatOf(places).format(value);
  // A small negative number that rounds to zero would read -0.
  return /^-[0.,]*$/.test(text) ? text.slice(1) : text;
}

const formats = new Map<number, Intl.NumberFormat>();

/** Kept, because making one takes longer than hundreds of uses. */
function formatOf(places: number): Intl.NumberFormat {
  const kept = formats.get(places);
  if (kept !== undefined) return kept;
  const made = new Intl.NumberFormat('en-US', {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
  formats.set(places, made);
  return made;
}

/** Writes estimates of one outcome in one manner: all share the places that their errors call for. */
export interface FigureFormat {
  /** A mean: `1.25 %`, or `1.42`. */
  mean(estimate: EstimateJson): string;
  /** A mean with its interval. */
  meanWithInterval(estimate: EstimateJson): string;
  /** A difference of means without its unit: in percentage points, or in the unit of the measure. */
  difference(value: number, standardError: number | null): string;
  /** A sum over people, or their number. */
  total(value: number): string;
}

export function formatFor(unit: FigureUnit): FigureFormat {
  const scale = unit.kind === 'share' ? 100 : 1;
  const suffix = unit.kind === 'share' ? ' %' : '';
  const least = unit.kind === 'share' ? 2 : Math.max(2, unit.decimals);
  const places = (error: number | null): number => placesFor(error === null ? null : error * scale, least);
  const scaled = (value: number, error: number | null): string => formatDecimal(value * scale, places(error));
  return {
    mean: ({ value, standardError }) => (value === null ? '-' : `${scaled(value, standardError)}${suffix}`),
    meanWithInterval: (estimate) => {
      const { value, standardError, interval, missing } = estimate;
      if (value === null) return missingWords(missing);
      const range =
        interval === null
          ? missingWords(missing)
          : `${scaled(interval.lower, standardError)}, ${scaled(interval.upper, standardError)}`;
      return `${scaled(value, standardError)}${suffix} [${range}]`;
    },
    difference: (value, error) => scaled(value, error),
    total: (value) => formatDecimal(value, unit.kind === 'share' ? 0 : unit.decimals),
  };
}

/** An estimate with its interval in brackets, each end written by `format`. */
export function withInterval(
  { value, interval, missing }: EstimateJson | RatioJson,
  format: (value: number) => string,
): string {
  if (value === null) return missingWords(missing);
  const range =
    interval === null ? missingWords(missing) : `${format(interval.lower)}, ${format(interval.upper)}`;
  return `${format(value)} [${range}]`;
}

/** A share as whole percent, or with one place below ten. */
export function formatRelative(value: number): string {
  return `${formatDecimal(100 * value, Math.abs(value) < 0.0995 ? 1 : 0)} %`;
}

/** A p-value; one that a page has no room for is only bounded. */
export function formatPValue(value: number | null): string {
  if (value === null) return '-';
  return value < 0.0001 ? '< 0.0001' : value.toFixed(4);
}

/** A number in three significant digits. */
export function formatBrief(value: number): string {
  if (value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 1e7)) return value.toExponential(2);
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

/** An epsilon or delta in four significant digits, rounded up: an upper bound stays one. */
export function formatLoss(value: number): string {
  if (value <= 0) return '0';
  const step = 10 ** (Math.floor(Math.log10(value)) - 3);
  // The hair keeps 0.1, which is no binary fraction, from becoming 0.1001.
  return String(Number((Math.ceil((value / step) * (1 - 1e-12)) * step).toPrecision(4)));
}

const MISSING: Readonly<Record<string, string>> = {
  'empty-arm': 'nobody in the arm',
  'too-few-customers': 'too few people',
  'no-variance': 'no variation',
  'variance-too-noisy': 'spread hidden by noise',
  'denominator-not-positive': 'base not above zero',
  unbounded: 'unbounded',
};

/** Why a figure is not there, in words. */
export function missingWords(reason: string | null): string {
  return reason === null ? 'no interval' : (MISSING[reason] ?? reason);
}
