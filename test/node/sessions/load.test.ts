import { describe, expect, it } from 'vitest';
import type { SessionAsk, SessionView } from '../../../src/node/index.js';
import { approve, bothEnds, eventually, PSI, start } from '../support/asks.js';
import {
  agreeWith,
  briefOf,
  honestTerms,
  offer,
  openHost,
  STRANGERS,
  type Host,
} from '../support/hand-made.js';
import { createIdentity } from '../../../src/transport/index.js';
import { ENDED, incoming, openPair, until, type Side } from '../support/nodes.js';

/** Many sessions at once. */

const LIMITS = { openSessions: 50, runningSessions: 4, memoryMiB: 2048 };
const uses = [
  { mode: 'aggregate', roles: { publisher: 'cohorts', advertiser: 'measures' } },
  { mode: 'psi', roles: { publisher: 'sender', advertiser: 'receiver' } },
  { mode: 'psi-ca', roles: { publisher: 'sender', advertiser: 'receiver' } },
];
const PRIVACY = {
  disclosures: ['dp'],
  epsilonPerRelease: '3',
  deltaPerRelease: '0.000001',
  epsilonTotal: '20',
  deltaTotal: '0.001',
  minList: 100,
  minCell: 50,
};

/** The `i`th of many different requests: the same one twice at once is refused, as it would be paid for twice. */
function nth(i: number): {
  readonly dataset: (side: 'publisher' | 'advertiser') => string;
  readonly ask: SessionAsk;
} {
  const plain = (side: string): string => (side === 'publisher' ? 'sender' : 'receiver');
  if (i % 3 === 0) return { dataset: plain, ask: PSI };
  const epsilon = (0.3 + i / 1000).toString();
  if (i % 3 === 1) return { dataset: plain, ask: { mode: 'psi-ca', purpose: 'audience', epsilon } };
  return {
    dataset: (side) => (side === 'publisher' ? 'cohorts' : 'measures'),
    ask: { mode: 'aggregate', purpose: 'campaign-measurement', epsilon, measures: ['buyers'] },
  };
}

/** Calls `look` again and again until what this returns is called. */
function watch(look: () => void): () => void {
  const timer = setInterval(look, 5);
  return () => clearInterval(timer);
}

describe('fifty sessions at once', () => {
  it('all finish, from both sides and in all modes, and no more than so many run at a time', async () => {
    const pair = await openPair({
      ...{ approval: 'automatic', agreement: { uses, privacy: PRIVACY } },
      ...{ publisher: { limits: LIMITS }, advertiser: { limits: LIMITS } },
    });
    const { publisher, advertiser } = pair;
    let most = 0;
    const stop = watch(() => {
      for (const { services } of [publisher, advertiser]) most = Math.max(most, services.health().running);
    });
    const started = await Promise.all(
      Array.from({ length: 50 }, async (_, i): Promise<[Side, SessionView]> => {
        const name = i % 2 === 0 ? 'publisher' : 'advertiser';
        const { dataset, ask } = nth(i);
        return [pair[name], await start(pair[name], dataset(name), ask)];
      }),
    );
    const ends = await Promise.all(started.map(([side, { id }]) => until(side, id, ENDED)));
    stop();
    expect(ends.filter(({ state }) => state !== 'done').map(({ error, mode }) => [mode, error])).toEqual([]);
    // Four of those it started and four of its partner's.
    expect(most).toBeGreaterThan(4);
    expect(most).toBeLessThanOrEqual(8);
    await eventually(() => [publisher, advertiser].every(({ services }) => services.health().running === 0));
    for (const { node, services } of [publisher, advertiser]) {
      expect(node.defects).toEqual([]);
      expect((await services.sessions.list({ state: 'done' })).items).toHaveLength(50);
      expect(await services.context.audit.verify()).toMatchObject({ ok: true });
    }
  });

  it('are the most there can be: of those asked at the same moment the others are refused with the reason', async () => {
    const { advertiser } = await openPair();
    const asked = await Promise.allSettled(
      Array.from({ length: 53 }, () => start(advertiser, 'receiver', PSI)),
    );
    const refusals = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(refusals).toHaveLength(3);
    for (const error of refusals) {
      expect(error).toMatchObject({ code: 'limit/sessions', field: 'limits.openSessions' });
    }
  });

  it('run no more at once than the memory they are counted at allows', async () => {
    // Each is counted at 32 MiB and its list, and a quarter of this is for the lists of sessions that partners start.
    const limits = { openSessions: 50, runningSessions: 50, memoryMiB: 280 };
    const pair = await openPair({
      ...{ approval: 'automatic', agreement: { uses, privacy: PRIVACY } },
      ...{ publisher: { limits }, advertiser: { limits } },
    });
    let most = 0;
    const stop = watch(() => {
      most = Math.max(most, pair.publisher.services.health().running);
    });
    const started = await Promise.all(
      Array.from({ length: 16 }, (_, i) => {
        const ask = { ...nth(2).ask, epsilon: (0.3 + i / 1000).toString() };
        return start(pair.advertiser, 'measures', ask);
      }),
    );
    const ends = await Promise.all(started.map(({ id }) => until(pair.advertiser, id, ENDED)));
    stop();
    expect(ends.filter(({ state }) => state !== 'done').map(({ error }) => error)).toEqual([]);
    // Two of those fit; a list that was never read has all of it.
    expect(most).toBeLessThanOrEqual(2);
    expect(most).toBeGreaterThan(0);
  });
});

describe('a node that is full', () => {
  it('lets offers of its partner wait, and runs them later', async () => {
    const { publisher, advertiser } = await openPair({
      ...{ publisher: { limits: { ...LIMITS, openSessions: 1 } } },
      ...{
        advertiser: {
          timeouts: { offerHours: 72, idleSeconds: 60, queueSeconds: 60, connectRetrySeconds: 0.2 },
        },
      },
    });
    const first = await start(advertiser, 'receiver', PSI);
    const offered = await incoming(publisher, first.protocolSession);
    const second = await start(advertiser, 'receiver', PSI);
    const waits = async (): Promise<boolean> =>
      (await advertiser.services.sessions.events(second.id)).some(
        ({ detail }) => detail['waiting'] === true && detail['code'] === 'limit/sessions',
      );
    await eventually(waits);
    expect(await advertiser.services.sessions.get(second.id)).toMatchObject({
      state: 'offered',
      error: null,
    });
    await approve(publisher, offered, 'sender');
    await bothEnds(advertiser, publisher, first);
    await approve(publisher, await incoming(publisher, second.protocolSession), 'sender');
    expect(await bothEnds(advertiser, publisher, second)).toMatchObject({
      here: { state: 'done' },
      there: { state: 'done' },
    });
  });
});

describe('sessions that wait for a turn', () => {
  /** A host whose only place is taken until `free` is called. */
  async function busy(): Promise<{ host: Host; rival: Host; free: () => void }> {
    const host = await openHost({ config: { limits: { ...LIMITS, runningSessions: 1 } } });
    const rival: Host = { side: { ...host.side }, identity: createIdentity('advertiser') };
    rival.side.agreement = await agreeWith(rival.side, rival, { approval: 'automatic', name: 'rival' });
    const terms = await honestTerms(host, PSI);
    let free = (): void => undefined;
    const held = new Promise<void>((resolve) => (free = resolve));
    void offer(host, { terms, bring: () => held.then(() => briefOf(terms, STRANGERS)) });
    await eventually(() => host.side.services.health().running === 1);
    return { host, rival, free };
  }

  it('get it as they came, and partners by turns: one with many does not keep another waiting', async () => {
    const { host, rival, free } = await busy();
    const order: string[] = [];
    const make = async (of: Host, name: string): Promise<void> => {
      const terms = await honestTerms(of, PSI);
      const bring = () => {
        order.push(name);
        return Promise.resolve(briefOf(terms, STRANGERS));
      };
      expect((await offer(of, { terms, bring })).outcome).toBeDefined();
    };
    const all: Promise<void>[] = [];
    for (const [of, name] of [
      ...[1, 2, 3, 4, 5].map((i): [Host, string] => [host, `many ${i}`]),
      ...[1, 2].map((i): [Host, string] => [rival, `few ${i}`]),
    ] as [Host, string][]) {
      all.push(make(of, name));
      await eventually(() => host.side.services.health().waiting === all.length);
    }
    free();
    await Promise.all(all);
    expect(order).toEqual(['many 1', 'few 1', 'many 2', 'few 2', 'many 3', 'many 4', 'many 5']);
  });

  it('end when the partner is removed or the session cancelled in the meantime', async () => {
    const { host, rival, free } = await busy();
    const { sessions, partners } = host.side.services;
    const health = () => host.side.services.health();
    const cancelled = offer(host, { terms: await honestTerms(host, PSI) });
    await eventually(() => health().waiting === 1);
    const [accepted] = (await sessions.list({ state: 'accepted' })).items;
    await sessions.cancel(accepted!.id, { kind: 'token', name: 'operator' });
    expect((await cancelled).error).toMatchObject({ code: 'session/cancelled', reportedBy: 'peer' });
    expect(await sessions.get(accepted!.id)).toMatchObject({ state: 'cancelled' });
    const removed = offer(rival, { terms: await honestTerms(rival, PSI) });
    await eventually(() => health().waiting === 1);
    await partners.setState(rival.side.partner, 'removed', { kind: 'token', name: 'operator' });
    free();
    expect((await removed).error).toMatchObject({ code: 'agreement/not-active', reportedBy: 'peer' });
    const [failed] = (await sessions.list({ partner: rival.side.partner })).items;
    expect(failed).toMatchObject({
      state: 'failed',
      error: { code: 'agreement/not-active', reportedBy: 'self' },
    });
    await eventually(() => health().running === 0 && health().waiting === 0);
  });
});
