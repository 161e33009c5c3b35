import { describe, expect, it } from 'vitest';
import { randomBytes } from 'node:crypto';
import type { Terms } from '../../../src/protocol/index.js';
import { audited, LIFT, OVERLAP, PSI } from '../support/asks.js';
import { agreeWith, honestTerms, offer, openHost, type Host } from '../support/hand-made.js';
import { OPERATOR } from '../support/nodes.js';
import { createIdentity } from '../../../src/transport/index.js';

/** What a partner offers that no honest node would: each is refused with the code that says so, and audited. */

type Change = (terms: Terms) => Terms;

const NOT_AGREED: [string, Change, string, string][] = [
  [
    'terms of another agreement',
    (t) => ({ ...t, agreement: 'ab'.repeat(32) }),
    'agreement/mismatch',
    'agreement',
  ],
  ['terms of no agreement', (t) => ({ ...t, agreement: '' }), 'agreement/mismatch', 'agreement'],
  [
    'more epsilon than a release may cost',
    (t) => ({ ...t, epsilon: '3.1' }),
    'policy/epsilon-too-large',
    'privacy.epsilon',
  ],
  [
    'more delta than a release may cost',
    (t) => ({ ...t, delta: '0.0000011' }),
    'policy/epsilon-too-large',
    'privacy.delta',
  ],
  ['another purpose', (t) => ({ ...t, purpose: 'profiling' }), 'policy/purpose-not-agreed', 'purpose'],
  ['exact figures', (t) => ({ ...t, disclosure: 'exact' }), 'policy/not-agreed', 'privacy.disclosure'],
  ['the other role', (t) => ({ ...t, initiatorRole: 'sender' }), 'policy/not-agreed', 'role'],
  ['another profile', (t) => ({ ...t, profile: 'meta' }), 'policy/not-agreed', 'profile'],
  [
    'another identifier type',
    (t) => ({ ...t, keyTypes: ['phone'] }),
    'policy/not-agreed',
    'data.identifiers',
  ],
  ['a shorter list', (t) => ({ ...t, minList: 99 }), 'policy/not-agreed', 'privacy.minList'],
  ['smaller cells', (t) => ({ ...t, minCell: 49 }), 'policy/not-agreed', 'privacy.minCell'],
  ['labels kept to itself', (t) => ({ ...t, shareLabels: false }), 'policy/not-agreed', 'share.labels'],
  ['results kept to itself', (t) => ({ ...t, shareResults: false }), 'policy/not-agreed', 'share.results'],
];

describe('terms that were not agreed', () => {
  it('are refused on both sides, by their code and field, and audited', async () => {
    const host = await openHost();
    const { services, partner, node } = host.side;
    const overlap = await honestTerms(host, OVERLAP);
    const measures = await honestTerms(host, LIFT);
    const wider = measures.measures.map((one) => ({ ...one, bound: '1000' }));
    const cases: [string, Terms, string, string][] = [
      ...NOT_AGREED.map(([name, change, code, field]): [string, Terms, string, string] => [
        ...([name, change(overlap), code, field] as const),
      ]),
      ['a wider measure', { ...measures, measures: wider }, 'policy/not-agreed', 'measures'],
    ];
    for (const [name, terms, code, field] of cases) {
      const { error } = await offer(host, { terms });
      expect(error, name).toMatchObject({ code, field, reportedBy: 'peer' });
      const last = (await audited(host.side, partner))
        .filter(({ action }) => action === 'session.refused')
        .at(-1);
      expect(last, name).toMatchObject({ detail: { code, field, reportedBy: 'self' } });
    }
    const refusals = (await audited(host.side, partner)).filter(({ action }) => action === 'session.refused');
    expect(refusals).toHaveLength(cases.length);
    expect((await services.sessions.list()).items).toEqual([]);
    // More than ten in an hour.
    expect((await services.alarms.list()).items.map(({ kind }) => kind)).toEqual(['refusals']);
    expect(node.defects).toEqual([]);
  });

  it('are refused when the mode is none that was agreed', async () => {
    const uses = [{ mode: 'psi', roles: { publisher: 'sender', advertiser: 'receiver' } }];
    const host = await openHost({ agreement: { uses, measures: [] } });
    const terms = await honestTerms(host, PSI);
    const counting: Terms = { ...terms, mode: 'psi-ca', disclosure: 'dp' };
    const { error } = await offer(host, { terms: counting });
    expect(error).toMatchObject({ code: 'policy/not-agreed', field: 'mode', reportedBy: 'peer' });
  });

  it('run when they are within the agreement', async () => {
    const host = await openHost();
    const { outcome } = await offer(host, { terms: await honestTerms(host, PSI) });
    expect(outcome?.result).toMatchObject({ matched: new Uint32Array(0) });
  });
});

describe('an agreement that does not hold', () => {
  it.each([
    [
      'ended here',
      {},
      'agreement',
      (host: Host) => host.side.services.agreements.end(host.side.agreement, OPERATOR),
    ],
    [
      'revoked here',
      {},
      'agreement',
      (host: Host) => host.side.services.agreements.revoke(host.side.agreement, OPERATOR),
    ],
    ['over by its date', { validUntil: '2026-06-01T00:00:00.000Z' }, 'validUntil', undefined],
    ['not begun yet', { validFrom: '2026-06-01T00:00:00.000Z' }, 'validFrom', undefined],
  ])('carries no session: %s', async (name, agreement, field, act) => {
    let at = name === 'over by its date' ? '2026-05-31T23:59:59.999Z' : '2026-05-01T00:00:00.000Z';
    const host = await openHost({ agreement, now: () => new Date(at) });
    await act?.(host);
    if (name === 'over by its date') at = '2026-06-01T00:00:00.000Z';
    const { error } = await offer(host, { terms: await honestTerms(host, PSI) });
    expect(error).toMatchObject({ code: 'agreement/not-active', field, reportedBy: 'peer' });
    expect((await audited(host.side, host.side.partner)).at(-1)).toMatchObject({
      action: 'session.refused',
      detail: { code: 'agreement/not-active', field, reportedBy: 'self' },
    });
  });
});

describe('an offer that was made before', () => {
  it('under other terms or by another partner is refused, and changes nothing', async () => {
    const host = await openHost({ approval: 'manual' });
    const { sessions } = host.side.services;
    const session = randomBytes(32);
    const terms = await honestTerms(host, PSI);
    const waiting = offer(host, { terms, session });
    while ((await sessions.list()).items.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const other = await offer(host, { terms: await honestTerms(host, OVERLAP), session });
    expect(other.error).toMatchObject({
      code: 'peer/unexpected-message',
      field: 'offer',
      reportedBy: 'peer',
    });

    const advertiser = host.side.partner;
    const rival: Host = { side: { ...host.side }, identity: createIdentity('advertiser') };
    rival.side.agreement = await agreeWith(rival.side, rival, { approval: 'automatic', name: 'rival' });
    const stolen = await offer(rival, { terms: await honestTerms(rival, PSI), session });
    expect(stolen.error).toMatchObject({ code: 'peer/unexpected-message', reportedBy: 'peer' });
    expect(await audited(host.side, rival.side.partner)).toContainEqual(
      expect.objectContaining({ action: 'session.refused' }),
    );

    const { items } = await sessions.list();
    expect(items).toMatchObject([{ state: 'offered', partner: { id: advertiser }, mode: 'psi' }]);
    await sessions.approve(items[0]!.id, { dataset: host.side.datasets['sender']! }, OPERATOR);
    expect((await waiting).outcome).toBeDefined();
  });

  it('on another connection takes the place of the first one', async () => {
    const host = await openHost({ approval: 'manual' });
    const { sessions } = host.side.services;
    const session = randomBytes(32);
    const terms = await honestTerms(host, PSI);
    const first = offer(host, { terms, session });
    while ((await sessions.list()).items.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = offer(host, { terms, session });
    expect((await first).error).toMatchObject({ code: 'peer/stopped', reportedBy: 'peer' });
    const [item] = (await sessions.list()).items;
    expect(item).toMatchObject({ state: 'offered' });
    await sessions.approve(item!.id, { dataset: host.side.datasets['sender']! }, OPERATOR);
    expect((await second).outcome).toBeDefined();
    expect((await sessions.list()).items).toMatchObject([{ state: 'done' }]);
  });

  it('while it runs is refused, and the one that runs goes on', async () => {
    const host = await openHost();
    const { sessions } = host.side.services;
    for (let round = 0; round < 2; round += 1) {
      const session = randomBytes(32);
      const terms = await honestTerms(host, PSI);
      const ends = await Promise.all([1, 2, 3].map(() => offer(host, { terms, session })));
      const protocolSession = session.toString('hex');
      const { items } = await sessions.list();
      const mine = items.filter((item) => item.protocolSession === protocolSession);
      expect(mine, `round ${round}`).toMatchObject([{ state: 'done', error: null }]);
      expect(ends.filter(({ outcome }) => outcome !== undefined)).toHaveLength(1);
    }
    expect(host.side.node.defects).toEqual([]);
  });

  it('and has ended is answered with how it ended', async () => {
    const host = await openHost({ approval: 'manual' });
    const { sessions } = host.side.services;
    const terms = await honestTerms(host, PSI);
    const ends = [
      ['session/rejected', (id: string) => sessions.reject(id, OPERATOR)],
      ['session/cancelled', (id: string) => sessions.cancel(id, OPERATOR)],
    ] as const;
    for (const [code, end] of ends) {
      const session = randomBytes(32);
      const waiting = offer(host, { terms, session });
      const hex = session.toString('hex');
      for (;;) {
        const mine = (await sessions.list()).items.find((item) => item.protocolSession === hex);
        if (mine !== undefined) {
          await end(mine.id);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      expect((await waiting).error).toMatchObject({ code, reportedBy: 'peer' });
      expect((await offer(host, { terms, session })).error).toMatchObject({ code, reportedBy: 'peer' });
    }
  });
});
