import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cadence, type Rhythm } from '../../../src/node/upkeep/index.js';
import { failure } from '../support/states.js';

const ZONES = [
  'UTC',
  'Europe/Amsterdam',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Australia/Lord_Howe',
];
const HOUR_MS = 3_600_000;

/** The first occurrences after a time. */
function first(count: number, [pattern, zone]: readonly [string, string], after: string): string[] {
  const found: string[] = [];
  for (const at of new Cadence(pattern, zone).occurrences(new Date(after))) {
    found.push(at.toISOString());
    if (found.length === count) break;
  }
  return found;
}

const instants = fc
  .integer({ min: Date.parse('2025-01-01T00:00:00Z'), max: Date.parse('2040-01-01T00:00:00Z') })
  .map((ms) => new Date(ms));
/** Patterns with one time of the day, on all days, some days of the week, or days that every month has. */
const patterns = fc
  .record({
    minute: fc.integer({ min: 0, max: 59 }),
    hour: fc.integer({ min: 0, max: 23 }),
    days: fc.oneof(
      fc.constant('* * *'),
      fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 1 }).map((days) => `* * ${days.join(',')}`),
      fc.subarray([1, 8, 15, 22, 28], { minLength: 1 }).map((days) => `${days.join(',')} * *`),
    ),
  })
  .map(({ minute, hour, days }) => `${minute} ${hour} ${days}`);

describe('a cadence', () => {
  it('keeps its time on the clock of its zone, on the days when clocks are set (EU directive 2000/84: at 01:00 UTC)', () => {
    const weekly = ['30 3 * * 0', 'Europe/Amsterdam'] as const;
    // Summer time begins on 29 March 2026 and ends on 25 October 2026.
    expect(first(3, weekly, '2026-03-16T00:00:00Z')).toEqual([
      '2026-03-22T02:30:00.000Z',
      '2026-03-29T01:30:00.000Z',
      '2026-04-05T01:30:00.000Z',
    ]);
    expect(first(3, weekly, '2026-10-12T00:00:00Z')).toEqual([
      '2026-10-18T01:30:00.000Z',
      '2026-10-25T02:30:00.000Z',
      '2026-11-01T02:30:00.000Z',
    ]);
  });

  it('comes right after a gap that its time falls into, and once where its time comes twice', () => {
    const inGap = ['30 2 * * 0', 'Europe/Amsterdam'] as const;
    expect(first(2, inGap, '2026-03-23T00:00:00Z')).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-04-05T00:30:00.000Z',
    ]);
    expect(first(2, inGap, '2026-10-19T00:00:00Z')).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-11-01T01:30:00.000Z',
    ]);
    // Also for one of two times of a day.
    expect(first(2, ['30 2,14 * * *', 'Europe/Amsterdam'], '2026-10-24T22:30:00Z')).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T13:30:00.000Z',
    ]);
  });

  it('comes at a time after the one it is asked for, in order, whatever the pattern and the zone', () => {
    fc.assert(
      fc.property(patterns, fc.constantFrom(...ZONES), instants, (pattern, zone, after) => {
        const times = first(5, [pattern, zone], after.toISOString()).map((at) => Date.parse(at));
        expect(times).toHaveLength(5);
        expect([after.getTime(), ...times]).toEqual(
          [...new Set([after.getTime(), ...times])].sort((a, b) => a - b),
        );
        const cadence = new Cadence(pattern, zone);
        // Nothing lies between: asked from just before each, it is the next one.
        for (const at of times) expect(cadence.next(new Date(at - 1))?.getTime()).toBe(at);
      }),
    );
  });

  it('counts what has elapsed, one by one', () => {
    fc.assert(
      fc.property(patterns, fc.constantFrom(...ZONES), instants, (pattern, zone, after) => {
        const cadence = new Cadence(pattern, zone);
        const times = first(6, [pattern, zone], after.toISOString()).map((at) => new Date(at));
        for (const [i, until] of times.entries()) {
          expect(cadence.elapsed(times[0]!, until)).toEqual({ count: i + 1, last: until });
          const next = times[i + 1];
          if (next === undefined) break;
          expect(cadence.elapsed(times[0]!, new Date(next.getTime() - 1))).toEqual({
            count: i + 1,
            last: until,
          });
        }
      }),
    );
    const daily = new Cadence('0 2 * * *', 'UTC');
    // A node that was away for ten years does not count them all; the last one is the last one.
    const [from, until] = [new Date('2026-01-01T02:00:00Z'), new Date('2036-01-01T02:00:00Z')];
    expect(daily.elapsed(from, until)).toEqual({ count: 1000, last: until });
    expect(daily.elapsed(from, new Date(until.getTime() - 1)).last.toISOString()).toBe(
      '2035-12-31T02:00:00.000Z',
    );
  });

  it('is refused when it is none: a field, a zone, the clock of the machine', async () => {
    const wrong: [string, string, string][] = [
      ['* * * *', 'UTC', 'pattern'],
      ['0 0 0 * * *', 'UTC', 'pattern'],
      ['60 3 * * *', 'UTC', 'pattern'],
      ['30 3 * * 0 ', 'UTC', 'pattern'],
      ['30  3 * * 0', 'UTC', 'pattern'],
      ['? 3 * * 0', 'UTC', 'pattern'],
      ['@weekly', 'UTC', 'pattern'],
      ['2026-12-01T00:00:00', 'UTC', 'pattern'],
      ['30 3 * * 0', 'Europe/Atlantis', 'timeZone'],
      ['30 3 * * 0', '+02:00', 'timeZone'],
      ['30 3 * * 0', '', 'timeZone'],
    ];
    for (const [pattern, zone, field] of wrong) {
      const error = await failure(() => new Cadence(pattern, zone));
      expect([error.code, error.field], pattern).toEqual(['config/invalid', field]);
    }
    expect(new Cadence('0 0 30 2 *', 'UTC').next(new Date('2026-01-01T00:00:00Z'))).toBeUndefined();
  });
});

describe('a rhythm', () => {
  const judged = async (pattern: string, rhythm: Rhythm, zone = 'Europe/Amsterdam'): Promise<string> => {
    const cadence = new Cadence(pattern, zone);
    const check = (): void => cadence.requireRhythm(rhythm, new Date('2026-01-02T03:04:05Z'));
    try {
      check();
      return 'allowed';
    } catch {
      const { code, field } = await failure(check);
      return `${code} ${field ?? ''}`;
    }
  };

  it('allows what is not more often, by the days of the calendar', async () => {
    const refused = 'policy/not-agreed schedule';
    const cases: [string, Rhythm, string][] = [
      ['30 3 * * *', 'daily', 'allowed'],
      // 23 hours apart on the day when summer time begins.
      ['30 0 * * *', 'daily', 'allowed'],
      ['30 3,15 * * *', 'daily', refused],
      ['* * * * *', 'daily', refused],
      ['30 3 * * 0', 'weekly', 'allowed'],
      ['30 3 * * 0,3', 'weekly', refused],
      ['30 3 1,15 * *', 'weekly', 'allowed'],
      // 29 February to 1 March, years from now.
      ['30 3 29 2 *', 'weekly', 'allowed'],
      ['30 3 1,29 2,3 *', 'weekly', refused],
      // Either of the two, as cron has it.
      ['30 3 1 * 0', 'weekly', refused],
      ['30 3 1 * *', 'monthly', 'allowed'],
      ['30 3 L * *', 'monthly', 'allowed'],
      ['30 3 * * 1#1', 'monthly', 'allowed'],
      ['30 3 1,L * *', 'monthly', refused],
      ['30 3 * * 0', 'monthly', refused],
      ['30 3 1 1 *', 'none', refused],
    ];
    for (const [pattern, rhythm, verdict] of cases) {
      expect(await judged(pattern, rhythm), `${pattern} ${rhythm}`).toBe(verdict);
    }
  });

  it('that is allowed leaves at least so much time between two runs, in any zone', () => {
    const hours = { daily: 22, weekly: 7 * 24 - 2, monthly: 28 * 24 - 2 };
    fc.assert(
      fc.property(
        patterns,
        fc.constantFrom(...ZONES),
        fc.constantFrom<keyof typeof hours>('daily', 'weekly', 'monthly'),
        instants,
        (pattern, zone, rhythm, from) => {
          const cadence = new Cadence(pattern, zone);
          const times = first(30, [pattern, zone], from.toISOString()).map((at) => Date.parse(at));
          const gaps = times.slice(1).map((at, i) => (at - times[i]!) / HOUR_MS);
          let isAllowed = true;
          try {
            cadence.requireRhythm(rhythm, from);
          } catch {
            isAllowed = false;
          }
          expect(isAllowed).toBe(Math.min(...gaps) >= hours[rhythm]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('pushes the next run away from one that was made up for', () => {
    const weekly = new Cadence('30 3 * * 0', 'UTC');
    const next = (run: string, rhythm: Rhythm): string | undefined => {
      const at = new Date(run);
      return weekly.nextAfterRun(at, { after: at, rhythm })?.toISOString();
    };
    // Made up for on a Saturday: not again on the Sunday.
    expect(next('2026-01-10T12:00:00Z', 'weekly')).toBe('2026-01-18T03:30:00.000Z');
    expect(next('2026-01-10T12:00:00Z', 'daily')).toBe('2026-01-11T03:30:00.000Z');
    expect(next('2026-01-11T03:30:00Z', 'weekly')).toBe('2026-01-18T03:30:00.000Z');
  });
});
