import { describe, expect, it } from 'vitest';
import { Agreements, agreementDigest, type Agreement } from '../../../src/node/partners/index.js';
import { createIdentity } from '../../../src/transport/index.js';
import { failure, NOW } from '../support/states.js';
import { addDataset, agreementTerms, openNode, OPS, type TestNode } from './support.js';

const PRESS = createIdentity('press');
const AFTER = '2027-01-01T00:00:00.000Z';

interface Setting extends TestNode {
  readonly partner: string;
  readonly terms: (more?: object) => object;
  readonly create: (more?: object) => Promise<Agreement>;
}

/** A node with the partner Press and two datasets. */
async function setting(): Promise<Setting> {
  const node = await openNode();
  const { id } = await node.partners.add({ name: 'Press', fingerprint: PRESS.fingerprint }, OPS);
  for (const dataset of ['customers', 'orders']) await addDataset(node, dataset);
  const keys = [node.own.fingerprint, PRESS.fingerprint] as const;
  const terms = (more: object = {}): object => agreementTerms(more, [...keys]);
  const create: Setting['create'] = (more = {}) =>
    node.agreements.create(
      { partner: id, terms: terms(), approval: 'manual', datasets: ['customers'], ...more },
      OPS,
    );
  return { ...node, partner: id, terms, create };
}

const refused = async (action: Promise<unknown> | (() => unknown)): Promise<[string, string | undefined]> => {
  const { code, field } = await failure(action);
  return [code, field];
};

describe('agreements', () => {
  it('are entered as drafts, found and listed, newest first', async () => {
    const { agreements, create, terms, partner, own, told } = await setting();
    const draft = await create();
    expect(draft).toEqual({
      id: draft.id,
      partnerId: partner,
      name: 'Spring campaign',
      state: 'draft',
      terms: terms(),
      termsDigest: agreementDigest(agreementTerms({}, [own.fingerprint, PRESS.fingerprint])),
      ownParty: 'shop',
      partnerParty: 'press',
      approval: 'manual',
      datasets: ['customers'],
      createdAt: NOW,
      updatedAt: NOW,
      endedAt: null,
    });
    const next = await create({ terms: terms({ name: 'Summer' }), approval: 'automatic', datasets: [] });
    expect(await agreements.get(draft.id)).toEqual(draft);
    expect(await agreements.find('none')).toBeUndefined();
    expect(await agreements.list()).toEqual({ items: [next, draft], next: null });
    expect(await agreements.list({ partner, limit: 1 })).toEqual({ items: [next], next: next.id });
    expect((await agreements.list({ after: next.id })).items).toEqual([draft]);
    expect((await agreements.list({ partner: 'none' })).items).toEqual([]);
    expect((await agreements.list({ state: 'active' })).items).toEqual([]);
    expect((await told())[1]).toEqual({
      action: 'agreement.created',
      actor: OPS,
      subject: { kind: 'agreement', id: draft.id },
      detail: {
        partner,
        termsDigest: draft.termsDigest,
        approval: 'manual',
        datasets: 1,
        dataset1: 'customers',
      },
    });
  });

  it.each<[string, string, (setting: Setting) => object]>([
    ['config/invalid', 'surprise', () => ({ surprise: 1 })],
    ['config/invalid', 'approval', () => ({ approval: 'never' })],
    ['config/invalid', 'datasets', () => ({ datasets: ['nothing'] })],
    ['config/invalid', 'datasets', () => ({ datasets: ['orders', 'orders'] })],
    ['config/invalid', 'terms', () => ({ terms: 'all' })],
    ['config/invalid', 'terms.purposes', ({ terms }) => ({ terms: terms({ purposes: [] }) })],
    ['config/invalid', 'terms.parties', () => ({ terms: agreementTerms() })],
    [
      'config/invalid',
      'terms.parties',
      ({ own }) => ({ terms: agreementTerms({}, [own.fingerprint, `sha256:${'0'.repeat(64)}`]) }),
    ],
    ['api/not-found', 'partner', () => ({ partner: 'none' })],
  ])('end in %s %s when they are entered wrongly (%#)', async (code, field, more) => {
    const node = await setting();
    expect(await refused(node.create(more(node)))).toEqual([code, field]);
    expect((await node.agreements.list()).items).toEqual([]);
    expect(await node.told()).toHaveLength(1);
  });

  it('change only in what this node alone decides', async () => {
    const { agreements, create, clock, told } = await setting();
    const draft = await create();
    clock.at = '2026-02-01T00:00:00.000Z';
    const changed = await agreements.change(draft.id, { approval: 'automatic', datasets: ['orders'] }, OPS);
    expect(changed).toEqual({ ...draft, approval: 'automatic', datasets: ['orders'], updatedAt: clock.at });
    expect(await agreements.get(draft.id)).toEqual(changed);
    expect((await told()).at(-1)).toMatchObject({
      action: 'agreement.changed',
      detail: { approval: 'automatic', datasets: 1, dataset1: 'orders' },
    });
    const count = (await told()).length;
    expect(await agreements.change(draft.id, { approval: 'automatic' }, OPS)).toEqual(changed);
    expect((await told()).length).toBe(count);
    expect(await refused(agreements.change(draft.id, { terms: {} } as object, OPS))).toEqual([
      'config/invalid',
      'terms',
    ]);
    expect(await refused(agreements.change(draft.id, { datasets: ['none'] }, OPS))).toEqual([
      'config/invalid',
      'datasets',
    ]);
    expect(await refused(agreements.change('none', {}, OPS))).toEqual(['api/not-found', 'agreement']);
  });

  it.each(['end', 'revoke'] as const)(
    'go from draft to active to over (%s), and never back',
    async (finish) => {
      const { agreements, create, clock, told } = await setting();
      const { id } = await create();
      expect(await agreements.activate(id, OPS)).toMatchObject({ state: 'active', endedAt: null });
      expect(await refused(agreements.activate(id, OPS))).toEqual(['state/conflict', 'agreement']);
      clock.at = '2026-02-01T00:00:00.000Z';
      const over = await agreements[finish](id, OPS);
      expect(over).toMatchObject({
        state: finish === 'end' ? 'ended' : 'revoked',
        endedAt: clock.at,
        name: 'Spring campaign',
      });
      for (const action of ['activate', 'end', 'revoke'] as const) {
        expect(await refused(agreements[action](id, OPS))).toEqual(['state/conflict', 'agreement']);
        expect(await refused(agreements[action]('none', OPS))).toEqual(['api/not-found', 'agreement']);
      }
      expect(await refused(agreements.change(id, { approval: 'automatic' }, OPS))).toEqual([
        'state/conflict',
        'agreement',
      ]);
      expect(await agreements.get(id)).toEqual(over);
      const actions = (await told()).map(({ action }) => action);
      const last = finish === 'end' ? 'agreement.ended' : 'agreement.revoked';
      expect(actions.slice(1)).toEqual(['agreement.created', 'agreement.activated', last]);
    },
  );

  it('have a name of their own until they are over, and so are one for each digest', async () => {
    const { agreements, create, terms, partner } = await setting();
    const first = await create();
    expect(await refused(create())).toEqual(['state/conflict', 'terms.name']);
    expect(await refused(create({ terms: terms({ schedule: 'daily' }) }))).toEqual([
      'state/conflict',
      'terms.name',
    ]);
    await agreements.revoke(first.id, OPS);
    const second = await create();
    expect(second.termsDigest).toBe(first.termsDigest);
    await agreements.activate(second.id, OPS);
    expect((await agreements.named(partner, first.termsDigest)).id).toBe(second.id);
    await agreements.end(second.id, OPS);
    expect(await refused(agreements.named(partner, first.termsDigest))).toEqual([
      'agreement/not-active',
      'agreement',
    ]);
  });

  it('are found by the digest in an offer, when they can be used', async () => {
    const { agreements, create, partner, partners, clock } = await setting();
    const draft = await create();
    const named = (): Promise<unknown> => agreements.named(partner, draft.termsDigest);
    expect(await refused(named())).toEqual(['agreement/not-active', 'agreement']);
    const active = await agreements.activate(draft.id, OPS);
    expect(await named()).toEqual(active);
    expect(await refused(agreements.named(partner, '0'.repeat(64)))).toEqual([
      'agreement/mismatch',
      'agreement',
    ]);
    const other = await partners.add(
      { name: 'Other', fingerprint: createIdentity('other').fingerprint },
      OPS,
    );
    expect(await refused(agreements.named(other.id, draft.termsDigest))).toEqual([
      'agreement/mismatch',
      'agreement',
    ]);

    clock.at = '2025-12-31T23:59:59.999Z';
    expect(await refused(named())).toEqual(['agreement/not-active', 'validFrom']);
    clock.at = '2026-01-01T00:00:00.000Z';
    expect(await named()).toEqual(active);
    clock.at = AFTER;
    expect(await refused(named())).toEqual(['agreement/not-active', 'validUntil']);
    clock.at = NOW;
    await partners.setState(partner, 'suspended', OPS);
    expect(await refused(() => agreements.requireUsable(active))).toEqual([
      'agreement/not-active',
      'partner',
    ]);
    await partners.setState(partner, 'active', OPS);
    expect(() => agreements.requireUsable(active)).not.toThrow();
  });

  it('are between keys: with another key on either side they cannot be used', async () => {
    const { context, agreements, create, partner, partners } = await setting();
    const active = await agreements.activate((await create()).id, OPS);
    const moved = new Agreements(context, { ownFingerprint: `sha256:${'1'.repeat(64)}`, partners });
    expect(await refused(moved.named(partner, active.termsDigest))).toEqual([
      'agreement/not-active',
      'parties',
    ]);
    expect(await moved.get(active.id)).toEqual(active);
    await partners.change(partner, { fingerprint: createIdentity('press').fingerprint }, OPS);
    expect(await refused(agreements.named(partner, active.termsDigest))).toEqual([
      'agreement/not-active',
      'partner',
    ]);
    expect(await agreements.get(active.id)).toEqual(active);
    await partners.change(partner, { fingerprint: PRESS.fingerprint }, OPS);
    expect(await agreements.named(partner, active.termsDigest)).toEqual(active);
  });

  it('are not activated when they could not be used, unless their time is still to come', async () => {
    const { agreements, create, partner, partners, clock } = await setting();
    const { id } = await create();
    await partners.setState(partner, 'suspended', OPS);
    expect(await refused(agreements.activate(id, OPS))).toEqual(['state/conflict', 'partner']);
    await partners.setState(partner, 'active', OPS);
    clock.at = AFTER;
    expect(await refused(agreements.activate(id, OPS))).toEqual(['state/conflict', 'validUntil']);
    clock.at = '2025-06-01T00:00:00.000Z';
    expect((await agreements.activate(id, OPS)).state).toBe('active');
    await partners.setState(partner, 'removed', OPS);
    expect(await refused(create())).toEqual(['state/conflict', 'partner']);
  });

  it('end by themselves when their time has passed', async () => {
    const { agreements, create, terms, clock, told } = await setting();
    const active = await agreements.activate((await create()).id, OPS);
    const draft = await create({ terms: terms({ name: 'Draft' }) });
    const later = { name: 'Later', validUntil: '2027-01-01T00:00:00.001Z' };
    const long = await agreements.activate((await create({ terms: terms(later) })).id, OPS);
    expect(await agreements.expireDue()).toBe(0);
    clock.at = AFTER;
    expect(await agreements.expireDue()).toBe(2);
    expect(await agreements.expireDue()).toBe(0);
    expect(await agreements.get(active.id)).toMatchObject({ state: 'ended', endedAt: AFTER });
    expect(await agreements.get(draft.id)).toMatchObject({ state: 'ended' });
    expect(await agreements.get(long.id)).toEqual(long);
    expect((await told()).at(-1)).toMatchObject({
      action: 'agreement.ended',
      actor: { kind: 'node' },
      detail: { reason: 'expired' },
    });
  });
});
