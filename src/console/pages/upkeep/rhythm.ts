import { Cron } from 'croner';

export const RHYTHMS = ['daily', 'weekly', 'monthly', 'custom'] as const;
export type Rhythm = (typeof RHYTHMS)[number];

/** How often and when, as the form has it. */
export interface Cadence {
  readonly rhythm: Rhythm;
  /** `07:30`. */
  readonly time: string;
  /** 0 is Sunday, as in cron. */
  readonly weekday: string;
  readonly monthDay: string;
  /** With rhythm `custom`. */
  readonly pattern: string;
  readonly timeZone: string;
}

export function patternOf({ rhythm, time, weekday, monthDay, pattern }: Cadence): string {
  if (rhythm === 'custom') return pattern.trim();
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const clock = `${minute} ${hour}`;
  if (rhythm === 'daily') return `${clock} * * *`;
  return rhythm === 'weekly' ? `${clock} * * ${weekday}` : `${clock} ${monthDay} * *`;
}

/** The next runs of a pattern by the rules of the node; `undefined` when it cannot be read. */
export function nextRuns(pattern: string, timeZone: string, count: number): readonly Date[] | undefined {
  try {
    return new Cron(pattern, { mode: '5-part', timezone: timeZone, paused: true }).nextRuns(count);
  } catch {
    return undefined;
  }
}

export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
