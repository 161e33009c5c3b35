import { LOCALE_TAGS, type Locale } from './translate.js';

/** How a language writes numbers and times. Text in the form of a decimal is taken wherever a number is. */
export interface Formats {
  /** With the grouping of the language; `digits` after the point at most, 2 unless told. */
  number(value: number | string, digits?: number): string;
  /** `value` in per cent: 12.3 becomes `12.3%`; 1 digit after the point at most unless told. */
  percent(value: number | string, digits?: number): string;
  /** With a sign for what is above 0 too. */
  signed(value: number | string, digits?: number): string;
  /** An amount of money in an ISO 4217 currency. */
  money(value: number | string, currency: string): string;
  /** As B, kB, MB, GB or TB, in steps of 1,000. */
  bytes(value: number): string;
  /** Seconds in words: `45 secs`, `3 mins`, `2 hrs 5 mins`. */
  duration(seconds: number): string;
  /** A day: `23 Nov 2026`; in the zone of the reader unless told. */
  date(at: string | Date, timeZone?: string): string;
  /** A day and the time of day to the minute. */
  dateTime(at: string | Date, timeZone?: string): string;
  /** Day and time to the second in UTC, named so. */
  utc(at: string | Date): string;
  /** `at` as seen from `now`: `in 3 days`, `2 hours ago`. */
  relative(at: string | Date, now: Date): string;
  /** `a, b and c`. */
  list(items: readonly string[]): string;
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const SPANS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

const made = new Map<Locale, Formats>();

export function formatsOf(locale: Locale): Formats {
  let formats = made.get(locale);
  if (formats === undefined) made.set(locale, (formats = makeFormats(LOCALE_TAGS[locale])));
  return formats;
}

function makeFormats(tag: string): Formats {
  const numberOf = (value: number | string, options: Intl.NumberFormatOptions): string => {
    const number = Number(value);
    // A figure that is no number is shown as it came: hiding it would hide the mistake.
    return Number.isFinite(number) ? new Intl.NumberFormat(tag, options).format(number) : String(value);
  };
  const unit = (value: number, name: string, digits: number): string =>
    numberOf(value, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits });
  const dates = (options: Intl.DateTimeFormatOptions, at: string | Date, timeZone?: string): string =>
    new Intl.DateTimeFormat(tag, timeZone === undefined ? options : { ...options, timeZone }).format(
      new Date(at),
    );
  return {
    number: (value, digits = 2) => numberOf(value, { maximumFractionDigits: digits }),
    percent: (value, digits = 1) =>
      numberOf(Number(value) / 100, { style: 'percent', maximumFractionDigits: digits }),
    signed: (value, digits = 2) =>
      numberOf(value, { maximumFractionDigits: digits, signDisplay: 'exceptZero' }),
    money: (value, currency) => numberOf(value, { style: 'currency', currency }),
    bytes: (value) => {
      const step = value < 1000 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(value) / 3));
      return unit(value / 1000 ** step, BYTE_UNITS[step] ?? 'byte', step === 0 ? 0 : 1);
    },
    duration: (seconds) => {
      const whole = Math.max(0, Math.round(seconds));
      if (whole < 60) return unit(whole, 'second', 0);
      const minutes = Math.round(whole / 60);
      if (minutes < 60) return unit(minutes, 'minute', 0);
      const hours = unit(Math.floor(minutes / 60), 'hour', 0);
      return minutes % 60 === 0 ? hours : `${hours} ${unit(minutes % 60, 'minute', 0)}`;
    },
    date: (at, timeZone) => dates({ dateStyle: 'medium' }, at, timeZone),
    dateTime: (at, timeZone) => dates({ dateStyle: 'medium', timeStyle: 'short' }, at, timeZone),
    utc: (at) => `${dates({ dateStyle: 'medium', timeStyle: 'medium' }, at, 'UTC')} UTC`,
    relative: (at, now) => {
      const seconds = (new Date(at).getTime() - now.getTime()) / 1000;
      const [name, size] = SPANS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
      return new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }).format(Math.trunc(seconds / size), name);
    },
    list: (items) => new Intl.ListFormat(tag, { type: 'conjunction' }).format(items),
  };
}
