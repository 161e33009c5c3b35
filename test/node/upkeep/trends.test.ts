import { describe, expect, it } from 'vitest';
import type { SessionAsk } from '../../../src/node/index.js';
import { AGREEMENT, ENDED, OPERATOR, openPair, until } from '../support/nodes.js';
import { failure } from '../support/states.js';

const LIFT: SessionAsk = { mode: 'aggregate', purpose: 'campaign-measurement' };

describe('a trend', () => {
  it('tells what the runs of a schedule found and cost, in one entry of the log', async () => {
    const privacy = { ...AGREEMENT.privacy, epsilonTotal: '3.5' };
    const { advertiser } = await openPair({ approval: 'automatic', agreement: { privacy } });
    const { services, agreement, datasets, partner } = advertiser;
    const { sessions, schedules, trends, reports, context, overview, budgets } = services;
    const own = { agreement, dataset: datasets['measures']! };
    const { id } = await schedules.create(
      {
        ...{ ...own, name: 'Weekly', pattern: '30 3 * * 0', timeZone: 'Europe/Amsterdam' },
        ...{ missedRun: 'skip', request: LIFT },
      },
      OPERATOR,
    );
    expect(await trends.of(id, OPERATOR)).toEqual([]);
    const first = await sessions.create({ ...own, ask: LIFT, schedule: id }, OPERATOR);
    expect((await until(advertiser, first.id, ENDED)).error).toBeNull();
    const second = await sessions.create({ ...own, ask: LIFT, schedule: id }, OPERATOR);
    await sessions.cancel(second.id, OPERATOR).catch(() => undefined);
    await sessions.create(
      { ...own, ask: { mode: 'psi', purpose: 'audience' }, dataset: datasets['receiver']! },
      OPERATOR,
    );

    const { reportId } = await sessions.get(first.id);
    const runs = await trends.of(id, OPERATOR);
    expect(runs.map(({ sessionId }) => sessionId)).toEqual([first.id, second.id]);
    const [entry] = await budgets.history(partner, 'customers');
    const report = await reports.read(reportId!, OPERATOR);
    expect(runs[0]).toMatchObject({
      ...{ reportId, at: first.createdAt, state: 'done', epsilon: entry!.cost.epsilon },
      matchRatePercent: report.matchRate!.percent,
    });
    expect(runs[0]!.lifts.map(({ measure, kind, arm }) => [measure, kind, arm])).toEqual([
      ['buyers', 'yes-no', 'exposed'],
      ['sales', 'amount', 'exposed'],
    ]);
    const { absolute, relative } = report.measures[0]!.lift!.table.overall[0]!.lift;
    expect(runs[0]!.lifts[0]).toMatchObject({
      ...{ value: absolute.value, lower: absolute.interval!.lower, upper: absolute.interval!.upper },
      relative: { value: relative.value },
    });

    const { entries } = await context.audit.entries({ actions: ['schedule.trend-read', 'report.read'] });
    expect(entries.map(({ action, subject }) => [action, subject.id])).toEqual([
      ['report.read', reportId],
      ['schedule.trend-read', id],
      ['schedule.trend-read', id],
    ]);
    expect(entries[1]!.detail).toEqual({ runs: 2, firstSession: first.id, lastSession: second.id });

    const seen = await overview.of((part) => part !== 'alarms');
    expect(seen.alarms).toBeNull();
    expect(seen.reports).toMatchObject({ count: seen.reports!.items.length });
    expect(seen.reports!.items.map((item) => item.id)).toContain(reportId);
    expect(seen.budgets!.items).toEqual([
      {
        partner: { id: partner, name: 'publisher' },
        ...{ lineage: 'customers', spentEpsilon: entry!.spentEpsilon, limitEpsilon: '3.5', percent: 86 },
      },
    ]);

    // Without its report a run has no figures, and stays.
    await reports.delete(reportId!, OPERATOR);
    expect((await trends.of(id, OPERATOR))[0]).toMatchObject({
      ...{ sessionId: first.id, reportId: null, matchRatePercent: null, lifts: [] },
      epsilon: entry!.cost.epsilon,
    });
    expect((await failure(trends.of('0'.repeat(26), OPERATOR))).code).toBe('api/not-found');
  });
});
