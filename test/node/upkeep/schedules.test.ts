import { describe, expect, it } from 'vitest';
import type { NewSchedule } from '../../../src/node/upkeep/index.js';
import { addDataset } from '../partners/support.js';
import { failure, NOW } from '../support/states.js';
import { agree, OPS, schedulesOf, upkeepNode, weekly } from './support.js';

async function open(more: Parameters<typeof agree>[1] = {}) {
  const node = await upkeepNode();
  return { node, ...schedulesOf(node, await agree(node, more)) };
}

describe('a schedule', () => {
  it('is kept, found, listed and audited', async () => {
    const { node, schedules, agreement } = await open();
    const view = await schedules.create(weekly(agreement), OPS);
    expect(view).toEqual({
      id: view.id,
      agreementId: agreement,
      datasetId: 'customers',
      name: 'Weekly refresh',
      pattern: '30 3 * * 0',
      timeZone: 'Europe/Amsterdam',
      missedRun: 'skip',
      state: 'active',
      request: weekly(agreement).request,
      nextRunAt: '2026-01-04T02:30:00.000Z',
      lastRunAt: null,
      lastOutcome: null,
      createdAt: NOW,
      updatedAt: NOW,
    });
    expect(await schedules.get(view.id)).toEqual(view);
    const other = await schedules.create({ ...weekly(agreement), name: 'Other' }, OPS);
    expect((await schedules.list()).items).toEqual([other, view]);
    expect((await schedules.list({ limit: 1, after: other.id })).items).toEqual([view]);
    expect((await schedules.list({ state: 'paused' })).items).toEqual([]);
    expect((await schedules.list({ agreement: 'none' })).items).toEqual([]);
    expect(await schedules.find('none')).toBeUndefined();
    expect((await failure(schedules.get('none'))).code).toBe('api/not-found');
    expect(await node.toldOf('schedule.created')).toHaveLength(2);
  });

  it('is refused when nothing could come of it, and nothing is kept or told', async () => {
    const { node, schedules, agreement, agreements } = await open({ schedule: 'weekly' });
    await addDataset(node, 'others');
    await schedules.create(weekly(agreement), OPS);
    const refused: [Partial<Record<keyof NewSchedule, unknown>>, string, string][] = [
      [{ agreement: 'none' }, 'api/not-found', 'agreement'],
      [{ dataset: 'none' }, 'api/not-found', 'dataset'],
      [{ dataset: 'others' }, 'policy/not-agreed', 'dataset'],
      [{}, 'config/invalid', 'name'],
      [{ name: 'a@b' }, 'config/invalid', 'name'],
      [{ missedRun: 'twice' }, 'config/invalid', 'missedRun'],
      [{ pattern: '30 3 * *' }, 'config/invalid', 'pattern'],
      [{ timeZone: 'Nowhere' }, 'config/invalid', 'timeZone'],
      // Never, and never while the agreement is valid.
      [{ pattern: '0 0 30 2 *' }, 'config/invalid', 'pattern'],
      [{ pattern: '0 0 29 2 *' }, 'config/invalid', 'pattern'],
      [{ pattern: '30 3 * * *' }, 'policy/not-agreed', 'schedule'],
      [
        { request: { ...weekly(agreement).request, purpose: 'resale' } },
        'policy/purpose-not-agreed',
        'purpose',
      ],
      [{ request: { mode: 'psi-ca' } }, 'config/invalid', 'purpose'],
    ];
    for (const [i, [parts, code, field]] of refused.entries()) {
      const name = parts.name === undefined && code !== 'config/invalid' ? { name: `n${i}` } : {};
      const input = { ...weekly(agreement), ...name, ...parts } as never;
      const error = await failure(schedules.create(input, OPS));
      expect([error.code, error.field], JSON.stringify(parts)).toEqual([code, field]);
    }
    expect((await schedules.list()).items).toHaveLength(1);
    expect(await node.toldOf('schedule.created')).toHaveLength(1);
    await agreements.end(agreement, OPS);
    const error = await failure(schedules.create({ ...weekly(agreement), name: 'Late' }, OPS));
    expect(error.code).toBe('agreement/not-active');
  });

  it('is refused by an agreement that allows none', async () => {
    const { schedules, agreement } = await open({ schedule: 'none' });
    const error = await failure(schedules.create(weekly(agreement), OPS));
    expect([error.code, error.field]).toEqual(['policy/not-agreed', 'schedule']);
  });

  it('first runs when its agreement is valid', async () => {
    const validFrom = '2026-02-01T02:30:00.000Z';
    const { schedules, agreement } = await open({ validFrom });
    expect((await schedules.create(weekly(agreement), OPS)).nextRunAt).toBe(validFrom);
  });

  it('is changed, paused, resumed and ended, each told, and never anything after its end', async () => {
    const { node, schedules, agreement } = await open();
    const { id } = await schedules.create(weekly(agreement), OPS);
    await schedules.create({ ...weekly(agreement), name: 'Other' }, OPS);
    node.clock.at = '2026-01-03T00:00:00.000Z';
    const changed = await schedules.change(id, { pattern: '0 4 * * 1', missedRun: 'run-once' }, OPS);
    expect(changed).toMatchObject({
      pattern: '0 4 * * 1',
      missedRun: 'run-once',
      name: 'Weekly refresh',
      nextRunAt: '2026-01-05T03:00:00.000Z',
      updatedAt: node.clock.at,
    });
    expect((await failure(schedules.change(id, { pattern: '* * * * *' }, OPS))).code).toBe(
      'policy/not-agreed',
    );
    expect((await failure(schedules.change(id, { name: 'Other' }, OPS))).field).toBe('name');
    expect((await failure(schedules.resume(id, OPS))).code).toBe('state/conflict');

    expect(await schedules.pause(id, OPS)).toMatchObject({ state: 'paused', nextRunAt: null });
    expect((await failure(schedules.pause(id, OPS))).code).toBe('state/conflict');
    expect(await schedules.change(id, { pattern: '0 5 * * 1' }, OPS)).toMatchObject({ nextRunAt: null });
    node.clock.at = '2026-01-12T04:00:00.000Z';
    // The occurrence at this very moment has been.
    expect(await schedules.resume(id, OPS)).toMatchObject({
      state: 'active',
      nextRunAt: '2026-01-19T04:00:00.000Z',
    });

    expect(await schedules.end(id, OPS)).toMatchObject({ state: 'ended', nextRunAt: null });
    for (const again of [
      schedules.end(id, OPS),
      schedules.pause(id, OPS),
      schedules.resume(id, OPS),
      schedules.change(id, { name: 'Again' }, OPS),
    ]) {
      const error = await failure(again);
      expect([error.code, error.field]).toEqual(['state/conflict', 'schedule']);
    }
    expect((await node.toldOf('schedule.changed')).map(({ state }) => state)).toEqual([
      'active',
      'paused',
      'paused',
      'active',
    ]);
    expect(await node.toldOf('schedule.ended')).toHaveLength(1);
  });
});
