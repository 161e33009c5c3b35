import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VesicaError } from '../../../src/errors.js';
import type { MissedRun } from '../../../src/node/store/index.js';
import type { ScheduleView } from '../../../src/node/upkeep/index.js';
import { planRun } from '../../../src/node/upkeep/schedule-runs.js';
import { agree, agreementsOf, later, OPS, schedulesOf, startSession, upkeepNode, weekly } from './support.js';

const MINUTE_MS = 60_000;
const WEEK_MS = 604_800_000;
/** The Sundays in Amsterdam after the day on which the node's clock stands. */
const [FIRST, SECOND, THIRD, FOURTH] = [
  '2026-01-04T02:30:00.000Z',
  '2026-01-11T02:30:00.000Z',
  '2026-01-18T02:30:00.000Z',
  '2026-01-25T02:30:00.000Z',
];

async function open(missedRun: MissedRun = 'skip', start?: (schedule: ScheduleView) => Promise<string>) {
  const node = await upkeepNode();
  const agreed = await agree(node);
  const scheduled = schedulesOf(node, agreed, start);
  const { id } = await scheduled.schedules.create({ ...weekly(agreed.agreement), missedRun }, OPS);
  return { node, ...scheduled, id };
}
const NOTHING = { started: 0, skipped: 0, failed: 0, ended: 0 };
/** A start that the end of the process breaks off. */
const never = (): Promise<string> => new Promise(() => undefined);

describe('a tick', () => {
  it('starts what is due, once, and sets the next run', async () => {
    const { node, schedules, starts, id } = await open();
    node.clock.at = later(FIRST, -1);
    expect(await schedules.tick()).toEqual(NOTHING);
    node.clock.at = FIRST;
    expect(await schedules.tick()).toEqual({ ...NOTHING, started: 1 });
    expect(await schedules.tick()).toEqual(NOTHING);
    expect(await schedules.get(id)).toMatchObject({
      nextRunAt: SECOND,
      lastRunAt: FIRST,
      lastOutcome: 'started',
    });
    node.clock.at = later(SECOND, 4 * MINUTE_MS);
    expect(await schedules.tick()).toEqual({ ...NOTHING, started: 1 });
    expect(starts).toEqual([id, id]);
    const ran = await node.toldOf('schedule.ran');
    expect(ran.map(({ outcome, missed }) => [outcome, missed])).toEqual([
      ['started', 0],
      ['started', 0],
    ]);
    expect(await node.toldOf('schedule.missed')).toEqual([]);
    expect((await node.alarms.list()).items).toEqual([]);
  });

  it('has marked the run and set the next one before anything is started', async () => {
    const seen: ScheduleView[] = [];
    const { node, schedules, id } = await open('skip', async () => {
      seen.push(await schedules.get(id));
      return 'session';
    });
    node.clock.at = FIRST;
    await schedules.tick();
    expect(seen).toMatchObject([{ nextRunAt: SECOND, lastRunAt: FIRST, lastOutcome: null }]);
  });

  it('is the one under way when it is called again', async () => {
    const { node, schedules, starts } = await open();
    node.clock.at = FIRST;
    const both = await Promise.all([schedules.tick(), schedules.tick()]);
    expect(both).toEqual([
      { ...NOTHING, started: 1 },
      { ...NOTHING, started: 1 },
    ]);
    expect(starts).toHaveLength(1);
  });

  it('keeps the code of a start that failed, raises an alarm, and starts the others', async () => {
    const { node, schedules, id, agreement, partner } = await open('skip', ({ name }) =>
      name === 'Other'
        ? Promise.resolve('session')
        : Promise.reject(new VesicaError('limit/sessions', 'canary@example.com')),
    );
    const other = await schedules.create({ ...weekly(agreement), name: 'Other' }, OPS);
    node.clock.at = FIRST;
    expect(await schedules.tick()).toEqual({ ...NOTHING, started: 1, failed: 1 });
    expect(await schedules.get(id)).toMatchObject({ lastOutcome: 'failed', nextRunAt: SECOND });
    expect(await schedules.get(other.id)).toMatchObject({ lastOutcome: 'started' });
    const told = await node.toldOf('schedule.ran');
    expect(told).toContainEqual({ outcome: 'failed', code: 'limit/sessions', missed: 0 });
    expect((await node.alarms.list()).items).toMatchObject([
      { kind: 'schedule-missed', partnerId: partner, detail: { schedule: id, code: 'limit/sessions' } },
    ]);
    expect(JSON.stringify([await node.told(), await node.alarms.list()])).not.toContain('canary');
  });

  it('lets a schedule alone that is paused or has ended', async () => {
    const { node, schedules, starts, id, agreement } = await open();
    const other = await schedules.create({ ...weekly(agreement), name: 'Other' }, OPS);
    await schedules.pause(id, OPS);
    await schedules.end(other.id, OPS);
    node.clock.at = later(THIRD, 0);
    expect(await schedules.tick()).toEqual(NOTHING);
    await schedules.resume(id, OPS);
    expect(await schedules.tick()).toEqual(NOTHING);
    expect(await schedules.get(id)).toMatchObject({ nextRunAt: FOURTH });
    expect(starts).toEqual([]);
  });

  it('ends the schedules of an agreement that has ended, and starts them no more', async () => {
    const { node, schedules, starts, id, agreement, agreements } = await open('run-once');
    await agreements.end(agreement, OPS);
    node.clock.at = FIRST;
    expect(await schedules.tick()).toEqual({ ...NOTHING, ended: 1 });
    expect(await schedules.tick()).toEqual(NOTHING);
    expect(await schedules.get(id)).toMatchObject({ state: 'ended', nextRunAt: null });
    expect(starts).toEqual([]);
    expect(await node.toldOf('schedule.ended')).toEqual([{ agreement, reason: 'agreement-ended' }]);
  });

  it('ends them when the time of validity is over, also before anybody said so', async () => {
    const { node, schedules, id } = await open();
    node.clock.at = '2026-12-31T23:59:59.999Z';
    expect((await schedules.tick()).ended).toBe(0);
    expect(await schedules.get(id)).toMatchObject({ state: 'active', nextRunAt: null });
    node.clock.at = '2027-01-01T00:00:00.000Z';
    expect((await schedules.tick()).ended).toBe(1);
  });
});

describe('runs that the node was not there for', () => {
  it('are skipped, told, and an alarm for the operator, under skip', async () => {
    const { node, schedules, starts, id, partner } = await open('skip');
    node.clock.at = later(THIRD, 6 * MINUTE_MS);
    expect(await schedules.tick()).toEqual({ ...NOTHING, skipped: 1 });
    expect(starts).toEqual([]);
    expect(await schedules.get(id)).toMatchObject({
      lastOutcome: 'skipped',
      lastRunAt: null,
      nextRunAt: FOURTH,
    });
    expect(await node.toldOf('schedule.missed')).toEqual([{ missed: 3, policy: 'skip' }]);
    expect((await node.alarms.list()).items).toMatchObject([
      { kind: 'schedule-missed', partnerId: partner, detail: { schedule: id, missed: 3 } },
    ]);
  });

  it('are made up for by one run under run-once, and the next one keeps its distance', async () => {
    const { node, schedules, starts, id } = await open('run-once');
    node.clock.at = later(THIRD, WEEK_MS - 12 * 60 * MINUTE_MS);
    expect(await schedules.tick()).toEqual({ ...NOTHING, started: 1 });
    expect(starts).toEqual([id]);
    // The agreement allows one a week: the run that comes 12 hours later is left out.
    expect(await schedules.get(id)).toMatchObject({ nextRunAt: later(FOURTH, WEEK_MS) });
    expect((await node.toldOf('schedule.ran')).map(({ missed }) => missed)).toEqual([3]);
    expect((await node.alarms.list()).items).toEqual([]);
  });

  it('do not keep back the one that is on time', async () => {
    for (const missedRun of ['skip', 'run-once'] as const) {
      const { node, schedules, starts } = await open(missedRun);
      node.clock.at = later(THIRD, MINUTE_MS);
      expect(await schedules.tick()).toEqual({ ...NOTHING, started: 1 });
      expect(starts).toHaveLength(1);
      const missed = missedRun === 'skip' ? [{ missed: 2, policy: 'skip' }] : [];
      expect(await node.toldOf('schedule.missed')).toEqual(missed);
    }
  });

  it('are planned so that each is run, made up for, or missed; never run twice', () => {
    const now = new Date(FIRST);
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.option(fc.record({ count: fc.nat(50).map((n) => n + 1), agoMs: fc.nat(600_000) }), {
          nil: undefined,
        }),
        fc.constantFrom<MissedRun>('skip', 'run-once'),
        (isBrokenOff, given, missedRun) => {
          fc.pre(isBrokenOff || given !== undefined);
          const elapsed = given && { count: given.count, last: new Date(now.getTime() - given.agoMs) };
          const plan = planRun({ isBrokenOff, elapsed }, { now, graceMs: 300_000, missedRun });
          const all = Number(isBrokenOff) + (elapsed?.count ?? 0);
          expect(plan.missed + Number(plan.isOnTime)).toBe(all);
          expect(plan.isOnTime).toBe(given !== undefined && given.agoMs <= 300_000);
          expect(plan.action).toBe(plan.isOnTime || missedRun === 'run-once' ? 'start' : 'skip');
        },
      ),
    );
  });
});

describe('after a crash', () => {
  /** A node that ends while it starts the first run; with the session entered `before` that or not. */
  async function crashed(missedRun: MissedRun, before: 'nothing' | 'session') {
    const first = await upkeepNode();
    const agreed = await agree(first);
    let reached = (): void => undefined;
    const atTheEnd = new Promise<void>((resolve) => (reached = resolve));
    const { schedules: dying } = schedulesOf(first, agreed, async (schedule) => {
      if (before === 'session') await startSession(first, agreed.partner)(schedule);
      reached();
      return never();
    });
    const { id } = await dying.create({ ...weekly(agreed.agreement), missedRun }, OPS);
    first.clock.at = FIRST;
    void dying.tick();
    await atTheEnd;
    const node = await first.restart();
    node.clock.at = later(FIRST, MINUTE_MS);
    return { node, id, ...schedulesOf(node, { ...agreed, agreements: await agreementsOf(node) }) };
  }

  it('before the start, the run is missed: skipped under skip', async () => {
    const { node, schedules, starts, id } = await crashed('skip', 'nothing');
    expect(await schedules.tick()).toEqual({ ...NOTHING, skipped: 1 });
    expect(await schedules.tick()).toEqual(NOTHING);
    expect(starts).toEqual([]);
    expect(await schedules.get(id)).toMatchObject({ lastOutcome: 'skipped', nextRunAt: SECOND });
    expect(await node.toldOf('schedule.missed')).toEqual([{ missed: 1, policy: 'skip' }]);
  });

  it('before the start, the run is missed: made up for once under run-once', async () => {
    const { schedules, starts, id } = await crashed('run-once', 'nothing');
    expect(await schedules.tick()).toEqual({ ...NOTHING, started: 1 });
    expect(await schedules.tick()).toEqual(NOTHING);
    expect(starts).toEqual([id]);
    expect(await schedules.get(id)).toMatchObject({ lastOutcome: 'started', nextRunAt: SECOND });
  });

  it('before the start and a week away, one run stands for both', async () => {
    const { node, schedules, starts } = await crashed('run-once', 'nothing');
    node.clock.at = later(SECOND, 60 * MINUTE_MS);
    expect(await schedules.tick()).toEqual({ ...NOTHING, started: 1 });
    expect(await schedules.tick()).toEqual(NOTHING);
    expect(starts).toHaveLength(1);
    expect((await node.toldOf('schedule.ran')).map(({ missed }) => missed)).toEqual([2]);
  });

  it('after the session was entered, it is never started again', async () => {
    for (const missedRun of ['skip', 'run-once'] as const) {
      const { node, schedules, starts, id } = await crashed(missedRun, 'session');
      expect(await schedules.tick()).toEqual({ ...NOTHING, started: 1 });
      expect(await schedules.tick()).toEqual(NOTHING);
      expect(starts).toEqual([]);
      expect(await schedules.get(id)).toMatchObject({ lastOutcome: 'started', nextRunAt: SECOND });
      expect(await node.toldOf('schedule.missed')).toEqual([]);
    }
  });
});
