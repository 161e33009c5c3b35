import { Cron } from 'croner';
import { VesicaError } from '../../errors.js';
import type { AgreementTerms } from '../partners/index.js';

/** The shortest rhythm that an agreement allows a schedule; `none` allows no schedule at all. */
export type Rhythm = AgreementTerms['schedule'];

const DAY_MS = 86_400_000;
/** Days of the calendar from one run to the next, at the least. A month can have 28 days. */
const RHYTHM_DAYS: Readonly<Record<Exclude<Rhythm, 'none'>, number>> = { daily: 1, weekly: 7, monthly: 28 };
/** Minute, hour, day of the month, month, day of the week; neither `?`, which asks the clock, nor nicknames. */
const PATTERN = /^[0-9A-Za-z*,/#-]{1,60}( [0-9A-Za-z*,/#-]{1,60}){4}$/;
const TIME_ZONE = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;
/** Occurrences looked at for the rhythm: over a year of days, over 7 years of weeks, over 33 years of months. */
const RHYTHM_OCCURRENCES = 400;
/** Missed runs are counted up to this. */
export const MAX_COUNTED = 1000;

/**
 * When a schedule runs: a cron pattern with five fields, read in a time zone. Where clocks are set forward over a fixed
 * time, it comes right after the gap; where they are set back, it comes once.
 */
export class Cadence {
  readonly #cron: Cron;
  readonly #calendar: Intl.DateTimeFormat;

  /**
   * @param timeZone An IANA name such as Europe/Amsterdam.
   * @throws VesicaError `config/invalid` with field `pattern` or `timeZone`.
   */
  constructor(pattern: string, timeZone: string) {
    this.#calendar = calendarOf(timeZone);
    if (!PATTERN.test(pattern)) {
      throw invalid('pattern', 'pattern must be five cron fields with one space between them');
    }
    try {
      const rule = { mode: '5-part', fixedTimeRule: 'no-wildcard' } as const;
      this.#cron = new Cron(pattern, { ...rule, timezone: timeZone, paused: true });
    } catch {
      throw invalid('pattern', 'pattern has a field that is not one of cron');
    }
  }

  /** The first occurrence after `after`, unless there is none. */
  next(after: Date): Date | undefined {
    return this.#cron.nextRun(after) ?? undefined;
  }

  /** The occurrences after `after`, in order. */
  *occurrences(after: Date): Generator<Date, undefined> {
    for (let next = this.next(after); next !== undefined; next = this.next(next)) yield next;
  }

  /** How many occurrences there are from `first`, which is one, to `until`: at most `MAX_COUNTED`; and the last of them. */
  elapsed(first: Date, until: Date): { readonly count: number; readonly last: Date } {
    let count = 1;
    let last = first;
    for (const occurrence of this.occurrences(first)) {
      if (occurrence > until) return { count, last };
      if (count === MAX_COUNTED) break;
      count += 1;
      last = occurrence;
    }
    // Croner looks before its reference, and a run at `until` counts.
    const reference = new Date(until.getTime() + 1);
    return { count, last: this.#cron.previousRuns(1, reference)[0] ?? last };
  }

  /** The first occurrence after `after` that is far enough from a run at `run`. */
  nextAfterRun(run: Date, { after, rhythm }: { after: Date; rhythm: Rhythm }): Date | undefined {
    const days = rhythm === 'none' ? 0 : RHYTHM_DAYS[rhythm];
    const earliest = this.#day(run) + days;
    for (const occurrence of this.occurrences(after))
      if (this.#day(occurrence) >= earliest) return occurrence;
    return undefined;
  }

  /**
   * Checks that no two runs are closer than an agreement allows, by the days of the calendar in the time zone.
   *
   * @throws VesicaError `policy/not-agreed` with field `schedule`.
   */
  requireRhythm(rhythm: Rhythm, from: Date): void {
    if (rhythm === 'none') throw notAgreed('the agreement allows no schedule');
    let before: number | undefined;
    let seen = 0;
    for (const occurrence of this.occurrences(from)) {
      const day = this.#day(occurrence);
      if (before !== undefined && day - before < RHYTHM_DAYS[rhythm]) {
        throw notAgreed(`the pattern runs more often than ${rhythm}, which the agreement allows`);
      }
      before = day;
      seen += 1;
      if (seen === RHYTHM_OCCURRENCES) return;
    }
  }

  /** The number of the calendar's day on which `at` is in the time zone. */
  #day(at: Date): number {
    const parts = this.#calendar.formatToParts(at);
    const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
    return Date.UTC(part('year'), part('month') - 1, part('day')) / DAY_MS;
  }
}

function calendarOf(timeZone: string): Intl.DateTimeFormat {
  try {
    if (TIME_ZONE.test(timeZone)) {
      const date = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
      return new Intl.DateTimeFormat('en-US', { ...date, calendar: 'iso8601', timeZone });
    }
  } catch {
    // A name of the right form that no time zone has.
  }
  throw invalid('timeZone', 'timeZone must be an IANA name such as Europe/Amsterdam');
}

function invalid(field: string, message: string): VesicaError {
  return new VesicaError('config/invalid', message, { field });
}

function notAgreed(message: string): VesicaError {
  return new VesicaError('policy/not-agreed', message, { field: 'schedule' });
}
