import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  approve,
  audited,
  bothEnds,
  eventually,
  LIFT,
  OVERLAP,
  PSI,
  runSession,
  start,
} from '../support/asks.js';
import {
  ADVERTISER_DATA,
  example,
  incoming,
  openNode,
  openPair,
  OPERATOR,
  ORDERS,
  plainList,
  until,
  type Side,
} from '../support/nodes.js';
import { failure, newFolder } from '../support/states.js';

/** What one node refuses, the other hears of by its code; both keep it and audit it. */

const RECEIVE = { dataset: 'receiver', with: 'sender', ask: PSI };
const MEASURE = { dataset: 'measures', with: 'cohorts', ask: LIFT };

/** The ends of a session that one side refused, both in the audit log. */
async function refused(
  { self, peer }: { readonly self: Side; readonly peer: Side },
  ids: { readonly self: string; readonly peer: string },
  error: object,
): Promise<void> {
  for (const [side, id, reportedBy] of [
    [self, ids.self, 'self'],
    [peer, ids.peer, 'peer'],
  ] as const) {
    const view = await side.services.sessions.get(id);
    expect(view).toMatchObject({ state: 'failed', error: { ...error, reportedBy } });
    const { code, field } = view.error!;
    expect((await audited(side, id)).at(-1)).toMatchObject({
      ...{ action: 'session.failed', detail: { code, field, reportedBy } },
    });
    expect(side.node.defects).toEqual([]);
  }
}

describe('a list', () => {
  it('that is too small is refused on both sides', async () => {
    const privacy = { ...PRIVACY, minList: 300 };
    const { publisher, advertiser } = await openPair({ agreement: { privacy } });
    const { here, there } = await runSession(advertiser, publisher, RECEIVE);
    const error = { code: 'policy/list-too-small', field: 'privacy.minList' };
    await refused({ self: advertiser, peer: publisher }, { self: here.id, peer: there.id }, error);
  });

  it('with a cell that is too small is refused on both sides', async () => {
    const privacy = { ...PRIVACY, minCell: 200 };
    const { publisher, advertiser } = await openPair({ agreement: { privacy } });
    const { here, there } = await runSession(advertiser, publisher, MEASURE);
    const error = { code: 'policy/cell-too-small', field: 'privacy.minCell' };
    await refused({ self: publisher, peer: advertiser }, { self: there.id, peer: here.id }, error);
  });

  it('that is not there when the turn comes ends the session, and the partner is told no more than that', async () => {
    const source = join(newFolder(), 'gone.csv');
    const gone = { ...ORDERS, data: { ...ORDERS.data, source } };
    const { publisher, advertiser } = await openPair({
      advertiserData: { receiver: plainList(gone, 'receiver') },
    });
    const { here, there } = await runSession(advertiser, publisher, RECEIVE);
    expect(here).toMatchObject({ state: 'failed', error: { code: 'data/unreadable', reportedBy: 'self' } });
    expect(there).toMatchObject({
      state: 'failed',
      error: { code: 'peer/stopped', field: null, reportedBy: 'peer', message: null },
    });
    expect(JSON.stringify(await audited(publisher, there.id))).not.toContain('gone.csv');
  });

  it('that does not fit cannot be approved, and the offer stays', async () => {
    const { publisher, advertiser } = await openPair();
    const session = await start(advertiser, 'receiver', PSI);
    const offered = await incoming(publisher, session.protocolSession);
    expect(await failure(approve(publisher, offered, 'cohorts'))).toMatchObject({
      ...{ code: 'config/invalid', field: 'dataset' },
    });
    expect(await publisher.services.sessions.get(offered.id)).toMatchObject({
      state: 'offered',
      ownConsent: null,
    });
  });
});

const PRIVACY = {
  disclosures: ['dp'],
  epsilonPerRelease: '3',
  deltaPerRelease: '0.000001',
  epsilonTotal: '10',
  deltaTotal: '0.00001',
  minList: 100,
  minCell: 50,
};

describe('a budget', () => {
  it('that would be exceeded is named, with what is left and what would fit', async () => {
    const privacy = { ...PRIVACY, epsilonTotal: '4' };
    const { publisher, advertiser } = await openPair({ agreement: { privacy } });
    const first = await runSession(advertiser, publisher, MEASURE);
    expect(first.here.state).toBe('done');
    const again = { ...MEASURE, ask: { ...LIFT, epsilon: '2.9' } };
    const { here, there } = await runSession(advertiser, publisher, again);
    const errors = [here.error!, there.error!];
    expect(errors.map(({ code }) => code)).toEqual(['budget/exceeded', 'budget/exceeded']);
    const own = errors.find(({ reportedBy }) => reportedBy === 'self')!;
    expect(own.field).toBe('epsilon');
    const lineage = own === here.error ? 'customers' : 'subscribers';
    expect(own.message).toContain(lineage);
    expect(own.message).toMatch(/left/);
    expect(own.message).toMatch(/fit/);
    const side = own === here.error ? advertiser : publisher;
    expect(await audited(side, side.partner)).toContainEqual(
      expect.objectContaining({
        action: 'ledger.refused',
        detail: expect.objectContaining({ code: 'budget/exceeded' }) as object,
      }),
    );
  });

  it('gives the very same request its stored answer: no cost, the same figures', async () => {
    const { publisher, advertiser } = await openPair();
    const first = await runSession(advertiser, publisher, MEASURE);
    const before = await Promise.all(
      [publisher, advertiser].map(({ services }) => services.budgets.accounts()),
    );
    const second = await runSession(advertiser, publisher, MEASURE);
    expect(second.here.state).toBe('done');
    expect(
      await Promise.all([publisher, advertiser].map(({ services }) => services.budgets.accounts())),
    ).toEqual(before);
    expect(before[0]!.some(({ sessions }) => sessions > 0)).toBe(true);
    const figures = async (id: string | null): Promise<unknown> => {
      const { cells, measures, lift } = await advertiser.services.reports.read(id!, OPERATOR);
      return { cells, measures, lift };
    };
    const given = await figures(first.here.reportId);
    expect(JSON.stringify(given)).toContain('buyers');
    expect(await figures(second.here.reportId)).toEqual(given);
    const done = (await advertiser.services.sessions.events(second.here.id)).at(-1);
    expect(done).toMatchObject({ to: 'done', detail: { isStoredAnswer: true } });
  });

  it('is not spent on a list of which ten people changed: refused on both sides, with an alarm', async () => {
    const source = join(newFolder(), 'orders.csv');
    const text = readFileSync(example('orders.csv'), 'utf8');
    writeFileSync(source, text);
    const orders = { ...ORDERS, data: { ...ORDERS.data, source } };
    const { publisher, advertiser } = await openPair({
      advertiserData: { ...ADVERTISER_DATA, measures: orders },
    });
    expect((await runSession(advertiser, publisher, MEASURE)).here.state).toBe('done');
    const lines = text.split('\n');
    const changed = lines.map((line, i) => (i > 0 && i <= 10 ? `${i},new${i}@example.com,10.00` : line));
    writeFileSync(source, changed.join('\n'));
    const { here, there } = await runSession(advertiser, publisher, MEASURE);
    await refused(
      { self: advertiser, peer: publisher },
      { self: here.id, peer: there.id },
      { code: 'budget/near-repeat' },
    );
    await eventually(async () =>
      (await advertiser.services.alarms.list()).items.some(({ kind }) => kind === 'near-repeat'),
    );
    expect(await audited(advertiser, advertiser.partner)).toContainEqual(
      expect.objectContaining({ action: 'ledger.refused' }),
    );
  });
});

describe('an agreement or a partner', () => {
  it('that ended on the other side only is refused on both', async () => {
    const { publisher, advertiser } = await openPair();
    await publisher.services.agreements.revoke(publisher.agreement, OPERATOR);
    const session = await start(advertiser, 'receiver', PSI);
    expect(await until(advertiser, session.id, ['failed'])).toMatchObject({
      error: { code: 'agreement/not-active', field: 'agreement', reportedBy: 'peer' },
    });
    expect((await audited(publisher, publisher.partner)).at(-1)).toMatchObject({
      ...{ action: 'session.refused', detail: { code: 'agreement/not-active', reportedBy: 'self' } },
    });
  });

  it('with other terms on the other side is refused on both', async () => {
    const { publisher, advertiser } = await openPair();
    const { terms } = await advertiser.services.agreements.get(advertiser.agreement);
    const { id } = await advertiser.services.agreements.create(
      {
        partner: advertiser.partner,
        terms: { ...terms, name: 'Another', purposes: ['audience', 'profiling'] },
        approval: 'manual',
        datasets: Object.values(advertiser.datasets),
      },
      OPERATOR,
    );
    advertiser.agreement = (await advertiser.services.agreements.activate(id, OPERATOR)).id;
    const session = await start(advertiser, 'receiver', PSI);
    expect(await until(advertiser, session.id, ['failed'])).toMatchObject({
      error: { code: 'agreement/mismatch', field: 'agreement', reportedBy: 'peer' },
    });
    expect((await audited(publisher, publisher.partner)).at(-1)).toMatchObject({
      ...{ action: 'session.refused', detail: { code: 'agreement/mismatch', reportedBy: 'self' } },
    });
  });

  it('with another key at its address is not spoken to', async () => {
    const { advertiser } = await openPair();
    const other = await openNode('publisher');
    await advertiser.services.partners.change(advertiser.partner, { address: other.partnerUrl }, OPERATOR);
    const session = await start(advertiser, 'receiver', PSI);
    expect(await until(advertiser, session.id, ['failed'])).toMatchObject({
      error: { code: 'transport/wrong-peer', reportedBy: 'self' },
    });
    expect((await audited(advertiser, session.id)).at(-1)).toMatchObject({
      ...{ action: 'session.failed', detail: { code: 'transport/wrong-peer', reportedBy: 'self' } },
    });
  });

  it('that is suspended over there hears it, and one suspended here is not asked', async () => {
    const { publisher, advertiser } = await openPair();
    await publisher.services.partners.setState(publisher.partner, 'suspended', OPERATOR);
    const session = await start(advertiser, 'receiver', PSI);
    expect(await until(advertiser, session.id, ['failed'])).toMatchObject({
      error: { code: 'transport/wrong-peer', reportedBy: 'peer' },
    });
    await advertiser.services.partners.setState(advertiser.partner, 'suspended', OPERATOR);
    expect(await failure(start(advertiser, 'receiver', PSI))).toMatchObject({ code: 'agreement/not-active' });
  });

  it('that is removed while its session waits for approval or a connection runs none', async () => {
    const { publisher, advertiser } = await openPair();
    const session = await start(advertiser, 'receiver', PSI);
    const offered = await incoming(publisher, session.protocolSession);
    await publisher.services.partners.setState(publisher.partner, 'removed', OPERATOR);
    expect(await failure(approve(publisher, offered, 'sender'))).toMatchObject({
      code: 'agreement/not-active',
    });
    await advertiser.services.partners.setState(advertiser.partner, 'removed', OPERATOR);
    await publisher.node.close(0);
    expect(await until(advertiser, session.id, ['failed'])).toMatchObject({
      error: { code: 'agreement/not-active', reportedBy: 'self' },
    });
  });
});

describe('what an agreement does not allow', () => {
  it.each([
    ['more epsilon', { ...OVERLAP, epsilon: '3.1' }, 'policy/epsilon-too-large', 'privacy.epsilon'],
    ['more delta', { ...OVERLAP, delta: '0.00001' }, 'policy/epsilon-too-large', 'privacy.delta'],
    ['another purpose', { ...PSI, purpose: 'profiling' }, 'policy/purpose-not-agreed', 'purpose'],
    ['exact counts', { ...OVERLAP, disclosure: 'exact' as const }, 'policy/not-agreed', 'privacy.disclosure'],
    ['a measure', { ...LIFT, measures: ['profit'] }, 'policy/not-agreed', 'measures'],
    ['small lists', { ...PSI, minList: 99 }, 'policy/not-agreed', 'privacy.minList'],
    ['the other role', { ...PSI, role: 'sender' as const }, 'policy/not-agreed', 'role'],
  ])('is not even offered: %s', async (_, ask, code, field) => {
    const { advertiser } = await openPair();
    expect(await failure(start(advertiser, 'receiver', ask))).toMatchObject({ code, field });
    expect((await advertiser.services.sessions.list()).items).toEqual([]);
  });
});

describe('an end that somebody chose', () => {
  it('is the same on both sides: rejected, cancelled by either before approval', async () => {
    const { publisher, advertiser } = await openPair();
    const ends = [
      ['rejected', publisher, (id: string) => publisher.services.sessions.reject(id, OPERATOR)],
      ['cancelled', publisher, (id: string) => publisher.services.sessions.cancel(id, OPERATOR)],
      ['cancelled', advertiser, (id: string) => advertiser.services.sessions.cancel(id, OPERATOR)],
    ] as const;
    for (const [state, by, end] of ends) {
      const session = await start(advertiser, 'receiver', PSI);
      const offered = await incoming(publisher, session.protocolSession);
      await until(advertiser, session.id, ['offered']);
      await end(by === publisher ? offered.id : session.id);
      const { here, there } = await bothEnds(advertiser, publisher, session);
      const code = `session/${state}`;
      const [own, other] = by === publisher ? ['peer', 'self'] : ['self', 'peer'];
      expect(here).toMatchObject({ state, error: { code, reportedBy: own } });
      expect(there).toMatchObject({ state, error: { code, reportedBy: other } });
      expect((await audited(advertiser, here.id)).at(-1)).toMatchObject({ action: `session.${state}` });
      expect((await audited(publisher, there.id)).at(-1)).toMatchObject({ action: `session.${state}` });
    }
    expect([publisher.node.defects, advertiser.node.defects]).toEqual([[], []]);
  });

  it.each(['publisher', 'advertiser'] as const)(
    'ends what runs, on both sides: the %s cancels',
    async (who) => {
      const pair = await openPair();
      const { publisher, advertiser } = pair;
      const session = await start(advertiser, 'measures', LIFT);
      const offered = await incoming(publisher, session.protocolSession);
      await approve(publisher, offered, 'cohorts');
      const id = who === 'publisher' ? offered.id : session.id;
      await until(pair[who], id, ['running']);
      await pair[who].services.sessions.cancel(id, OPERATOR);
      const { here, there } = await bothEnds(advertiser, publisher, session);
      expect([here.state, there.state]).toEqual(['cancelled', 'cancelled']);
      await eventually(() =>
        [publisher, advertiser].every(({ services }) => services.health().running === 0),
      );
      expect([publisher.node.defects, advertiser.node.defects]).toEqual([[], []]);
    },
  );

  it('comes by itself when nobody answers an offer in time', async () => {
    let at = new Date('2026-05-01T00:00:00.000Z');
    const { publisher, advertiser } = await openPair({ now: () => at });
    const session = await start(advertiser, 'receiver', PSI);
    await incoming(publisher, session.protocolSession);
    await until(advertiser, session.id, ['offered']);
    at = new Date('2026-05-03T23:59:59.999Z');
    expect(await publisher.services.sessions.expireDue()).toBe(0);
    at = new Date('2026-05-04T00:00:01.000Z');
    expect(await publisher.services.sessions.expireDue()).toBe(1);
    const { here, there } = await bothEnds(advertiser, publisher, session);
    expect(here).toMatchObject({ state: 'expired', error: { code: 'session/expired', reportedBy: 'peer' } });
    expect(there).toMatchObject({ state: 'expired', error: { code: 'session/expired', reportedBy: 'self' } });
  });
});
