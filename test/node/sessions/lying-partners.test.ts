import { describe, expect, it } from 'vitest';
import { encodeMessage, Session } from '../../../src/protocol/index.js';
import { connect, createIdentity, parseFingerprint, type Channel } from '../../../src/transport/index.js';
import { settingsOf, TERMS } from '../../support/session-pair.js';
import { audited, eventually, PSI } from '../support/asks.js';
import { briefOf, dial, honestTerms, offer, openHost, STRANGERS, type Host } from '../support/hand-made.js';
import { OPERATOR } from '../support/nodes.js';
import { failure } from '../support/states.js';

/** Partners that connect and then do not do what was agreed, and keys that are no partner's. */

const LIMITS = { openSessions: 2, runningSessions: 1, memoryMiB: 2048 };
/** Less than half a second, in which an honest partner on the same machine does all that it has to. */
const IMPATIENT = { offerHours: 72, idleSeconds: 0.4, queueSeconds: 0.4, connectRetrySeconds: 1 };

const hello = (host: Host): Promise<Uint8Array | undefined> =>
  new Session({ ...settingsOf('initiator', { names: [] }, TERMS), identity: host.identity }).next();

describe('a partner that does not go on', () => {
  it.each([
    ['never greets', []],
    ['greets and never offers', ['hello']],
  ] as const)('is left after a while: it %s', async (_, says) => {
    const host = await openHost({ config: { timeouts: IMPATIENT } });
    const channel = await dial(host);
    if (says.length > 0) await channel.send((await hello(host))!);
    await channel.gone;
    expect(host.side.services.health()).toMatchObject({ running: 0, waiting: 0 });
    expect((await host.side.services.sessions.list()).items).toEqual([]);
    expect(host.side.node.defects).toEqual([]);
  });

  it('keeps no place for long: it agrees and never says what it brings', async () => {
    const host = await openHost({ config: { timeouts: IMPATIENT, limits: LIMITS } });
    const { services, node } = host.side;
    const terms = await honestTerms(host, PSI);
    const channel = await dial(host);
    void offer(host, { terms, channel, bring: () => new Promise(() => undefined) });
    await eventually(() => services.health().running === 1);
    const next = offer(host, { terms });
    expect(await channel.gone).toMatchObject({ code: 'peer/stopped', reportedBy: 'peer' });
    expect((await next).outcome).toBeDefined();
    const { items } = await services.sessions.list();
    expect(items.map(({ state, error }) => [state, error?.code])).toEqual([
      ['done', undefined],
      ['failed', 'transport/timeout'],
    ]);
    expect(services.health()).toMatchObject({ running: 0, waiting: 0 });
    expect(node.defects).toEqual([]);
  });

  it('is refused by what it sends, and the refusal is audited', async () => {
    const host = await openHost();
    const { side } = host;
    const terms = await honestTerms(host, PSI);
    const lies: [string, (channel: Channel) => Promise<void>][] = [
      ['peer/malformed-message', (channel) => channel.send(Uint8Array.of(0xff, 0, 1))],
      [
        'peer/unexpected-message',
        (channel) => channel.send(encodeMessage({ type: 'offer', session: new Uint8Array(32), terms })),
      ],
      [
        'transport/wrong-peer',
        async (channel) => channel.send((await hello({ ...host, identity: createIdentity('other') }))!),
      ],
    ];
    for (const [code, lie] of lies) {
      const channel = await dial(host);
      await lie(channel);
      await channel.gone;
      const last = (await audited(side, side.partner)).at(-1);
      expect(last).toMatchObject({ action: 'session.refused', detail: { code, reportedBy: 'self' } });
    }
    expect((await side.services.sessions.list()).items).toEqual([]);
    expect(side.node.defects).toEqual([]);
  });

  it('ends its own session by a lie in the middle of it, on the record', async () => {
    const host = await openHost();
    const terms = await honestTerms(host, PSI);
    const channel = await dial(host);
    const { error } = await offer(host, {
      ...{ terms, channel },
      bring: async () => {
        await channel.send(Uint8Array.of(0xff));
        return briefOf(terms, STRANGERS);
      },
    });
    expect(error).toMatchObject({ code: 'peer/malformed-message', reportedBy: 'peer' });
    const [session] = (await host.side.services.sessions.list()).items;
    expect(session).toMatchObject({
      state: 'failed',
      error: { code: 'peer/malformed-message', reportedBy: 'self' },
    });
    expect(await audited(host.side, session!.id)).toContainEqual(
      expect.objectContaining({ action: 'session.failed' }),
    );
    expect(host.side.services.health()).toMatchObject({ running: 0, waiting: 0 });
  });
});

describe('more connections than a node takes', () => {
  it('are closed with the reason, also those of one who does not answer the close, and free places are given again', async () => {
    const host = await openHost({ config: { limits: LIMITS } });
    // Twice the open sessions, and 16.
    const held = await Promise.all(Array.from({ length: 20 }, () => dial(host)));
    const refused = await Promise.all([dial(host), dial(host)]);
    for (const channel of refused) expect(await channel.gone).toMatchObject({ code: 'limit/sessions' });
    await Promise.all(held.map((channel) => channel.close(1000, '')));
    const terms = await honestTerms(host, PSI);
    await eventually(async () => (await offer(host, { terms })).outcome !== undefined);
    expect(host.side.node.defects).toEqual([]);
  });
});

describe('a key that is no partner’s', () => {
  const knock = ({ side }: Host, identity = createIdentity('nobody')): Promise<Channel> =>
    connect({
      url: side.node.partnerUrl,
      identity,
      peerFingerprint: parseFingerprint(side.services.info.fingerprint),
    });

  it('is refused, with an alarm and an audit entry, once for each key', async () => {
    const host = await openHost();
    const { services, node } = host.side;
    const nobody = createIdentity('nobody');
    for (const identity of [nobody, nobody, createIdentity('nobody else')]) {
      expect(await failure(knock(host, identity))).toMatchObject({
        ...{ code: 'transport/wrong-peer', reportedBy: 'peer' },
      });
    }
    const told = async (): Promise<unknown[]> =>
      (await audited(host.side, 'unknown')).filter(({ action }) => action === 'partner.refused');
    await eventually(async () => (await services.alarms.list()).items.length === 2);
    expect(await told()).toHaveLength(2);
    expect(await told()).toContainEqual({
      action: 'partner.refused',
      detail: { code: 'transport/wrong-peer', peerFingerprint: nobody.fingerprint },
    });
    expect((await services.alarms.list()).items.map(({ kind }) => kind)).toEqual([
      'unknown-peer',
      'unknown-peer',
    ]);
    expect(node.defects).toEqual([]);
  });

  it.each(['suspended', 'removed'] as const)('is that of a partner who is %s', async (state) => {
    const host = await openHost();
    const { services, node } = host.side;
    await services.partners.setState(host.side.partner, state, OPERATOR);
    expect(await failure(dial(host))).toMatchObject({ code: 'transport/wrong-peer', reportedBy: 'peer' });
    await eventually(async () =>
      (await audited(host.side, 'unknown')).some(({ action }) => action === 'partner.refused'),
    );
    await services.partners.setState(host.side.partner, 'active', OPERATOR);
    await dial(host);
    expect(node.defects).toEqual([]);
  });

  it('is the old one of a partner that has another now', async () => {
    const host = await openHost();
    const { fingerprint } = createIdentity('advertiser');
    await host.side.services.partners.change(host.side.partner, { fingerprint }, OPERATOR);
    expect(await failure(dial(host))).toMatchObject({ code: 'transport/wrong-peer', reportedBy: 'peer' });
    await eventually(async () => (await host.side.services.alarms.list()).items.length === 1);
    expect((await host.side.services.alarms.list()).items[0]).toMatchObject({ kind: 'unknown-peer' });
  });
});
