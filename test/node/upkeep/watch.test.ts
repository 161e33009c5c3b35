import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rational } from '../../../src/dp/index.js';
import { Reports } from '../../../src/node/results/index.js';
import { Watch, type WatchThresholds } from '../../../src/node/upkeep/index.js';
import {
  budgetNearEnd,
  manyRefusals,
  median,
  relativeChange,
  unusualFigure,
} from '../../../src/node/upkeep/watch-rules.js';
import { addDataset } from '../partners/support.js';
import { addPartner, failure, NOW } from '../support/states.js';
import { addSession, later, OPS, upkeepNode } from './support.js';

const HOUR_MS = 3_600_000;
const peer = (n: number): string => `sha256:${n.toString(16).padStart(64, '0')}`;

/** Where a budget stands: spent and limit of epsilon in hundredths, of delta in millionths. */
const standing = (epsilon: number | undefined, ofEpsilon = 100, delta = 0, ofDelta = 1) => ({
  limit: { epsilon: rational(BigInt(ofEpsilon), 100n), delta: rational(BigInt(ofDelta), 1_000_000n) },
  spent: {
    epsilon: epsilon === undefined ? undefined : rational(BigInt(epsilon), 100n),
    delta: rational(BigInt(delta), 1_000_000n),
    sessions: 3,
  },
});

async function open(thresholds: WatchThresholds = {}) {
  const node = await upkeepNode();
  for (const name of ['press', 'radio']) await addPartner(node.context.store, name);
  for (const name of ['customers', 'others']) await addDataset(node, name);
  return { node, watch: new Watch(node.context, { ...thresholds, alarms: node.alarms }) };
}

describe('the rules', () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1, maxLength: 40 });

  it('take the median that lies in the middle, whatever the order', () => {
    expect(median([])).toBeUndefined();
    fc.assert(
      fc.property(numbers, (values) => {
        const middle = median(values)!;
        expect(values.filter((one) => one < middle).length * 2).toBeLessThanOrEqual(values.length);
        expect(values.filter((one) => one > middle).length * 2).toBeLessThanOrEqual(values.length);
        expect(median(values.toReversed())).toBe(middle);
      }),
    );
    expect([median([3]), median([4, 1]), median([9, 1, 2])]).toEqual([3, 2.5, 2]);
  });

  it('measure change by what is usual', () => {
    expect(relativeChange(0, 0)).toBe(0);
    expect(relativeChange(1, 0)).toBe(Infinity);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 0, max: 1e9 }), (usual, value) => {
        expect(relativeChange(value, usual)).toBe(Math.abs(value - usual) / usual);
      }),
    );
  });

  it('find a figure unusual just when it is further from the median than the threshold', () => {
    const figures = (ownItems: number | null) => ({ ownItems, peerItems: null, matchPercent: null });
    fc.assert(
      fc.property(
        numbers,
        fc.nat(2e9),
        fc.double({ min: 0, max: 3, noNaN: true }),
        (values, value, change) => {
          const earlier = values.map(figures);
          const alarm = unusualFigure('ownItems', { now: figures(value), earlier, change });
          expect(alarm !== undefined).toBe(relativeChange(value, median(values)!) > change);
        },
      ),
    );
    const now = figures(5);
    expect(unusualFigure('ownItems', { now, earlier: [], change: 0 })).toBeUndefined();
    expect(unusualFigure('ownItems', { now, earlier: [figures(null)], change: 0 })).toBeUndefined();
    expect(unusualFigure('peerItems', { now, earlier: [figures(1)], change: 0 })).toBeUndefined();
  });

  it('find a budget near its end from the share on, in epsilon or in delta, and critical when it is spent', () => {
    const severity = (...where: Parameters<typeof standing>) =>
      budgetNearEnd('people', standing(...where), 0.8)?.severity;
    expect([0, 79, 80, 99, 100].map((spent) => severity(spent))).toEqual([
      undefined,
      undefined,
      'warning',
      'warning',
      'critical',
    ]);
    expect(severity(0, 100, 79, 100)).toBeUndefined();
    expect(severity(0, 100, 80, 100)).toBe('warning');
    expect(severity(undefined)).toBe('critical');
    expect(severity(0, 100, 0, 0)).toBeUndefined();
    expect(budgetNearEnd('people', standing(85), 0.8)?.detail).toEqual({
      lineage: 'people',
      spentPercent: 85,
      sessions: 3,
    });
  });

  it('count the refusals of the window and no others', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100)), fc.integer({ min: 1, max: 20 }), (ages, most) => {
        const times = ages.map((age) => 1000 - age);
        const count = ages.filter((age) => age < 50).length;
        const alarm = manyRefusals(times, { now: 1000, most, windowMs: 50 });
        expect(alarm?.detail['refusals']).toBe(count >= most ? count : undefined);
      }),
    );
  });
});

describe('the watch', () => {
  it('sees a budget that is near its end, once for each lineage, and again when it is spent', async () => {
    const { node, watch } = await open();
    const spend = (lineage: string, epsilon: number) =>
      watch.budgetSpent({ partnerId: 'press', lineage }, standing(epsilon));
    await spend('people', 79);
    expect((await node.alarms.list()).items).toEqual([]);
    for (const epsilon of [80, 90, 100]) await spend('people', epsilon);
    await spend('households', 80);
    expect(
      (await node.alarms.list()).items.map(({ kind, severity, detail }) => [
        kind,
        severity,
        detail['lineage'],
      ]),
    ).toEqual([
      ['budget-near-end', 'warning', 'households'],
      ['budget-near-end', 'critical', 'people'],
      ['budget-near-end', 'warning', 'people'],
    ]);
  });

  it('compares a session with those of its dataset and partner that were done, and their reports', async () => {
    const { node, watch } = await open();
    const reports = new Reports(node.context);
    const done = async (
      own: number,
      peerItems: number,
      percent: number,
      more: object = {},
    ): Promise<string> => {
      const sessionId = await addSession(node, {
        partner_id: 'press',
        dataset_id: 'customers',
        own_items: own,
        peer_items: peerItems,
        ...more,
      });
      const report = { format: 'vesica-report-1', matchRate: { percent } } as never;
      await reports.keep({ sessionId, report, expiresAt: null });
      return sessionId;
    };
    const finished = async (own: number, peerItems: number, matchPercent: number) => {
      const id = await done(own, peerItems, matchPercent);
      const figures = { ownItems: own, peerItems, matchPercent };
      await watch.sessionFinished({ id, partnerId: 'press', datasetId: 'customers', ...figures });
      const raised = (await node.alarms.list()).items.filter((one) => one.sessionId === id);
      return raised
        .map(({ kind, detail }) => [kind, detail['figure'], detail['value'], detail['usual']])
        .reverse();
    };
    // Sessions that say nothing of this one: another partner's, another dataset's, one that failed.
    await done(1, 1, 1, { partner_id: 'radio' });
    await done(1, 1, 1, { dataset_id: 'others' });
    await done(1, 1, 1, { state: 'failed', error_code: 'peer/stopped' });
    expect(await finished(1000, 500, 40)).toEqual([]);
    expect(await finished(1500, 250, 60)).toEqual([]);
    expect(await finished(1000, 500, 40)).toEqual([]);
    expect(await finished(1501, 249, 61)).toEqual([
      ['list-size', 'ownItems', 1501, 1000],
      ['list-size', 'peerItems', 249, 500],
      ['match-rate', 'matchPercent', 61, 40],
    ]);
    // A report that retention deleted is not looked at any more.
    const gone = await reports.list();
    for (const { id } of gone.items) await reports.delete(id, OPS);
    expect(await finished(1000, 500, 85)).toEqual([]);
  });

  it('sees a partner who is refused again and again, within a day', async () => {
    const { node, watch } = await open({ refusals: 3 });
    const start = node.clock.at;
    const refuse = async (hours: number, partner = 'press'): Promise<number> => {
      node.clock.at = later(start, hours * HOUR_MS);
      await watch.refused(partner);
      return (await node.alarms.list({ kind: 'refusals' })).items.length;
    };
    expect(await refuse(0)).toBe(0);
    expect(await refuse(1)).toBe(0);
    expect(await refuse(1, 'radio')).toBe(0);
    // The first one is a day ago.
    expect(await refuse(24)).toBe(0);
    expect(await refuse(24.5)).toBe(1);
    expect(await refuse(24.6)).toBe(1);
    expect((await node.alarms.list()).items).toMatchObject([{ partnerId: 'press', detail: { refusals: 3 } }]);
  });

  it('sees an unknown peer once, and no more of them than may be open', async () => {
    const { node, watch } = await open({ unknownPeers: 5 });
    await Promise.all(Array.from({ length: 40 }, (_, i) => watch.unknownPeer(peer(i % 20))));
    const { items } = await node.alarms.list({ kind: 'unknown-peer' });
    expect(items).toHaveLength(5);
    expect(new Set(items.map(({ detail }) => detail['peerFingerprint'])).size).toBe(5);
    // Neither rows nor entries of the audit log come of the others.
    expect(await node.toldOf('alarm.raised')).toHaveLength(5);
    await node.alarms.close(items[0]!.id, OPS);
    await watch.unknownPeer(peer(99));
    expect((await node.alarms.list({ state: 'open' })).items[0]?.detail).toEqual({
      peerFingerprint: peer(99),
    });
    await node.alarms.close(items[1]!.id, OPS);
    expect((await failure(watch.unknownPeer('ann@example.com'))).code).toBe('internal/defect');
  });

  it('tells of near-identical lists and of a broken audit log', async () => {
    const { node, watch } = await open();
    await watch.nearRepeat({ partnerId: 'press', lineage: 'people' });
    await watch.nearRepeat({ partnerId: 'press', lineage: 'people' });
    await watch.auditVerified({ ok: true, entries: 5, checkpoints: 1 });
    await watch.auditVerified({ ok: false, fault: 'removed', sequence: 4, message: 'entry 4' });
    expect((await node.alarms.list()).items).toMatchObject([
      { kind: 'audit-broken', severity: 'critical', detail: { fault: 'removed', sequence: 4 } },
      { kind: 'near-repeat', partnerId: 'press', raisedAt: NOW, detail: { lineage: 'people' } },
    ]);
  });
});
