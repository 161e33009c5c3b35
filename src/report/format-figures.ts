import { LOCALE_TAGS, type Locale } from '../messages/index.js';
import type { EstimateJson, RatioJson } from './report-types.js';

/** Figures as a reader sees them, in the text and on the page alike. */

/** What the figures of an outcome are: shares of people, or amounts counted in steps of `decimals` places. */
export type FigureUnit = { readonly kind: 'share' } | { readonly kind: 'amount'; readonly decimals: number };

/** Writes estimates of one outcome in one manner: all share the places that their errors call for. */
export interface FigureFormat {
  /** A mean: `1.25 %`, or `1.42`. */
  readonly mean: (estimate: EstimateJson) => string;
  /** A mean with its interval. */
  readonly meanWithInterval: (estimate: EstimateJson) => string;
  /** A difference of means without its unit: in percentage points, or in the unit of the measure. */
  readonly difference: (value: number, standardError: number | null) => string;
  /** A sum over people, or their number. */
  readonly total: (value: number) => string;
}

/** Writes numbers as one language does. */
export interface FigureWriter {
  /** A number with separators and a fixed number of places. */
  readonly decimal: (value: number, places: number) => string;
  /** A whole number with separators, or a dash. */
  readonly number: (value: number | null) => string;
  /** A number in three significant digits. */
  readonly brief: (value: number) => string;
  /** An epsilon or delta in four significant digits, rounded up: an upper bound stays one. */
  readonly loss: (value: number) => string;
  /** A p-value; one that a page has no room for is only bounded. */
  readonly pValue: (value: number | null) => string;
  /** A share as whole percent, or with one place below ten. */
  readonly relative: (value: number) => string;
  /** Why a figure is not there, in words. */
  readonly missing: (reason: string | null) => string;
  /** An estimate with its interval in brackets, each end written by `format`. */
  readonly withInterval: (estimate: EstimateJson | RatioJson, format: (value: number) => string) => string;
  readonly of: (unit: FigureUnit) => FigureFormat;
}

/** Decimal places of a quantum such as `0.01`. */
export function decimalsOf(quantum: string): number {
  return quantum.split('.')[1]?.length ?? 0;
}

/** Places that show the first digit of `standardError` that is not zero: a figure claims no more than it knows. */
function placesFor(standardError: number | null, least: number): number {
  if (standardError === null || standardError <= 0) return least;
  return Math.min(8, Math.max(least, -Math.floor(Math.log10(standardError))));
}

/** @param missingWords - what a reason of the report is called; reasons are codes. */
export function figureWriter(locale: Locale, missingWords: (reason: string) => string): FigureWriter {
  const tag = LOCALE_TAGS[locale];
  const formats = new Map<number, Intl.NumberFormat>();
  const significant = new Intl.NumberFormat(tag, { maximumSignificantDigits: 3 });
  const point = (1.5).toLocaleString(tag).charAt(1);
  const plain = (text: string): string => text.replace('.', point);

  const decimal = (value: number, places: number): string => {
    let format = formats.get(places);
    if (format === undefined) {
      format = new Intl.NumberFormat(tag, { minimumFractionDigits: places, maximumFractionDigits: places });
      formats.set(places, format);
    }
    const text = format.format(value);
    // A small negative number that rounds to zero would read -0.
    return /^-[0.,]*$/.test(text) ? text.slice(1) : text;
  };
  const missing = (reason: string | null): string => missingWords(reason ?? 'interval');
  const range = (
    { interval, missing: reason }: Pick<EstimateJson, 'interval' | 'missing'>,
    format: (value: number) => string,
  ): string => {
    if (interval === null) return missing(reason);
    // Where the comma is a decimal mark, another has to part the ends.
    return `${format(interval.lower)}${point === ',' ? ' ; ' : ', '}${format(interval.upper)}`;
  };

  return {
    decimal,
    number: (value) => (value === null ? '-' : decimal(Math.round(value), 0)),
    brief: (value) =>
      value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 1e7)
        ? plain(value.toExponential(2))
        : significant.format(value),
    loss: (value) => {
      if (value <= 0) return '0';
      const step = 10 ** (Math.floor(Math.log10(value)) - 3);
      // The hair keeps 0.1, which is no binary fraction, from becoming 0.1001.
      return plain(String(Number((Math.ceil((value / step) * (1 - 1e-12)) * step).toPrecision(4))));
    },
    pValue: (value) =>
      value === null ? '-' : value < 0.0001 ? `< ${plain('0.0001')}` : plain(value.toFixed(4)),
    relative: (value) => `${decimal(100 * value, Math.abs(value) < 0.0995 ? 1 : 0)} %`,
    missing,
    withInterval: (estimate, format) =>
      estimate.value === null
        ? missing(estimate.missing)
        : `${format(estimate.value)} [${range(estimate, format)}]`,
    of: (unit) => {
      const scale = unit.kind === 'share' ? 100 : 1;
      const suffix = unit.kind === 'share' ? ' %' : '';
      const least = unit.kind === 'share' ? 2 : Math.max(2, unit.decimals);
      const scaled = (value: number, error: number | null): string =>
        decimal(value * scale, placesFor(error === null ? null : error * scale, least));
      return {
        mean: ({ value, standardError }) =>
          value === null ? '-' : `${scaled(value, standardError)}${suffix}`,
        meanWithInterval: (estimate) => {
          const { value, standardError } = estimate;
          if (value === null) return missing(estimate.missing);
          return `${scaled(value, standardError)}${suffix} [${range(estimate, (end) => scaled(end, standardError))}]`;
        },
        difference: scaled,
        total: (value) => decimal(value, unit.kind === 'share' ? 0 : unit.decimals),
      };
    },
  };
}
