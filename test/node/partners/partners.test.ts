import { describe, expect, it } from 'vitest';
import { Partners } from '../../../src/node/partners/index.js';
import { createIdentity, ephemeralIdentity, fingerprint } from '../../../src/transport/index.js';
import { failure, NOW } from '../support/states.js';
import { agreementTerms, openNode, OPS } from './support.js';

const KEY = ephemeralIdentity().publicKey;
const NEW_KEY = ephemeralIdentity().publicKey;
const OTHER_KEY = ephemeralIdentity().publicKey;
const PRESS = { name: 'Press', fingerprint: fingerprint(KEY) };
const OTHER = { name: 'Other', fingerprint: fingerprint(OTHER_KEY) };

const refused = async (action: Promise<unknown>): Promise<[string, string | undefined]> => {
  const { code, field } = await failure(action);
  return [code, field];
};

describe('partners', () => {
  it('are entered, found and listed, newest first', async () => {
    const { partners, told } = await openNode();
    const address = 'wss://press.example:7701';
    const press = await partners.add({ ...PRESS, address, note: 'asked by ann' }, OPS);
    expect(press).toEqual({
      ...PRESS,
      id: press.id,
      address,
      state: 'active',
      note: 'asked by ann',
      createdAt: NOW,
      updatedAt: NOW,
      lastSeenAt: null,
    });
    const other = await partners.add(OTHER, OPS);
    expect(other).toMatchObject({ address: null, note: null });
    expect(await partners.get(press.id)).toEqual(press);
    expect(await partners.find('none')).toBeUndefined();
    expect(await refused(partners.get('none'))).toEqual(['api/not-found', 'partner']);
    expect(await partners.list()).toEqual({ items: [other, press], next: null });
    expect(await partners.list({ limit: 1 })).toEqual({ items: [other], next: other.id });
    expect(await partners.list({ limit: 1, after: other.id })).toEqual({ items: [press], next: null });
    await partners.setState(press.id, 'suspended', OPS);
    expect((await partners.list({ state: 'suspended' })).items).toMatchObject([{ id: press.id }]);
    expect((await told())[0]).toEqual({
      action: 'partner.added',
      subject: { kind: 'partner', id: press.id },
      actor: OPS,
      detail: { newFingerprint: PRESS.fingerprint },
    });
  });

  it('are seen, which is no entry of the audit log', async () => {
    const { partners, clock, told } = await openNode();
    const { id } = await partners.add(PRESS, OPS);
    clock.at = '2026-01-02T04:00:00.000Z';
    await partners.seen(id);
    expect(await partners.get(id)).toMatchObject({ lastSeenAt: clock.at, updatedAt: NOW });
    expect(await told()).toHaveLength(1);
  });

  it('are accepted by the key that they have, from the moment on that it is kept', async () => {
    const { partners, clock, told } = await openNode();
    expect(partners.accepts(KEY)).toBe(false);
    const { id } = await partners.add(PRESS, OPS);
    expect([KEY, OTHER_KEY, KEY.slice(1), new Uint8Array()].map((key) => partners.accepts(key))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    await partners.setState(id, 'suspended', OPS);
    expect(partners.accepts(KEY)).toBe(false);
    await partners.setState(id, 'active', OPS);
    expect(partners.accepts(KEY)).toBe(true);

    clock.at = '2026-02-01T00:00:00.000Z';
    const changed = await partners.change(id, { fingerprint: fingerprint(NEW_KEY) }, OPS);
    expect(changed).toMatchObject({ id, updatedAt: clock.at, createdAt: NOW });
    expect([partners.accepts(KEY), partners.accepts(NEW_KEY)]).toEqual([false, true]);
    expect(await partners.byKey(KEY)).toBeUndefined();
    expect(await partners.byKey(NEW_KEY)).toEqual(changed);
    await partners.setState(id, 'removed', OPS);
    expect(partners.accepts(NEW_KEY)).toBe(false);
    expect((await partners.byKey(NEW_KEY))?.state).toBe('removed');

    expect((await told()).slice(1).map(({ action, detail }) => [action, detail])).toEqual([
      ['partner.suspended', { from: 'active', to: 'suspended' }],
      ['partner.changed', { from: 'suspended', to: 'active' }],
      [
        'partner.changed',
        {
          changed: 'fingerprint',
          oldFingerprint: fingerprint(KEY),
          newFingerprint: fingerprint(NEW_KEY),
        },
      ],
      ['partner.removed', { from: 'active', to: 'removed' }],
    ]);
  });

  it('are accepted as the last of many changes at once says', async () => {
    const { partners } = await openNode();
    const { id } = await partners.add(PRESS, OPS);
    const keys = Array.from({ length: 20 }, () => ephemeralIdentity().publicKey);
    await Promise.all(keys.map((key) => partners.change(id, { fingerprint: fingerprint(key) }, OPS)));
    expect(keys.filter((key) => partners.accepts(key))).toEqual(keys.slice(-1));
    expect(partners.accepts(KEY)).toBe(false);
    expect(await refused(partners.change('none', { name: 'x' }, OPS))).toEqual(['api/not-found', 'partner']);
  });

  it('are what they were when the audit log takes no entry', async () => {
    const { context } = await openNode();
    const audit = { ...context.audit, append: () => Promise.reject(new Error('no room')) };
    const partners = await Partners.open({ ...context, audit });
    await expect(partners.add(PRESS, OPS)).rejects.toThrow('no room');
    expect(partners.accepts(KEY)).toBe(false);
    expect((await partners.list()).items).toEqual([]);
  });

  it('have a name and a key of their own', async () => {
    const { partners, told } = await openNode();
    const press = await partners.add(PRESS, OPS);
    const other = await partners.add(OTHER, OPS);
    expect(await refused(partners.add({ ...PRESS, name: 'Third' }, OPS))).toEqual([
      'state/conflict',
      'fingerprint',
    ]);
    expect(await refused(partners.add({ ...PRESS, fingerprint: fingerprint(NEW_KEY) }, OPS))).toEqual([
      'state/conflict',
      'name',
    ]);
    expect(await refused(partners.change(other.id, { name: 'Press' }, OPS))).toEqual([
      'state/conflict',
      'name',
    ]);
    expect(await refused(partners.change(other.id, { fingerprint: press.fingerprint }, OPS))).toEqual([
      'state/conflict',
      'fingerprint',
    ]);
    expect(await partners.change(press.id, { name: 'Press' }, OPS)).toEqual(press);
    expect(await told()).toHaveLength(2);
    const changed = await partners.change(press.id, { name: 'The Press', address: null, note: 'new' }, OPS);
    expect(changed).toMatchObject({ name: 'The Press', note: 'new', fingerprint: press.fingerprint });
    expect((await told()).at(-1)?.detail).toEqual({ changed: 'name note' });
  });

  it('have one id for ever, whatever keys they had, and so one budget', async () => {
    const node = await openNode();
    const { partners } = node;
    const { id } = await partners.add(PRESS, OPS);
    await partners.change(id, { fingerprint: fingerprint(NEW_KEY) }, OPS);
    await partners.setState(id, 'removed', OPS);
    const again = await Partners.open(node.context);
    for (const known of [partners, again]) {
      for (const key of [KEY, NEW_KEY]) {
        const back = { name: 'Press again', fingerprint: fingerprint(key) };
        expect(await refused(known.add(back, OPS))).toEqual(['state/conflict', 'fingerprint']);
        expect(known.accepts(key)).toBe(false);
        expect(known.ownerOf(fingerprint(key))).toBe(id);
      }
      expect(await refused(known.change(id, { note: 'x' }, OPS))).toEqual(['state/conflict', 'partner']);
      expect(await refused(known.setState(id, 'suspended', OPS))).toEqual(['state/conflict', 'partner']);
    }
    expect((await again.setState(id, 'active', OPS)).id).toBe(id);
    expect([again.accepts(KEY), again.accepts(NEW_KEY)]).toEqual([false, true]);
    // Its own earlier key is not another partner's.
    await again.change(id, { fingerprint: fingerprint(KEY) }, OPS);
    expect([again.accepts(KEY), again.accepts(NEW_KEY)]).toEqual([true, false]);
  });

  it('lose their agreements when they are removed', async () => {
    const { partners, agreements, own, told } = await openNode();
    const identity = createIdentity('press');
    const { id } = await partners.add({ name: 'Press', fingerprint: identity.fingerprint }, OPS);
    const terms = (name: string) => agreementTerms({ name }, [own.fingerprint, identity.fingerprint]);
    const make = (name: string) =>
      agreements.create({ partner: id, terms: terms(name), approval: 'manual', datasets: [] }, OPS);
    const [one, two, three] = [await make('One'), await make('Two'), await make('Three')];
    await agreements.activate(one.id, OPS);
    await agreements.end(three.id, OPS);
    await partners.setState(id, 'removed', OPS);
    for (const agreement of [one, two]) expect((await agreements.get(agreement.id)).state).toBe('revoked');
    expect((await agreements.get(three.id)).state).toBe('ended');
    const entries = (await told()).filter(({ action }) => action === 'agreement.revoked');
    expect(entries.map(({ subject }) => subject.id)).toEqual([one.id, two.id]);
    expect(entries[0]?.detail).toMatchObject({ reason: 'partner-removed', from: 'active' });
  });

  it.each<[string, object]>([
    ['name', { name: 'ann@example.com' }],
    ['fingerprint', { fingerprint: 'sha256:12' }],
    ['address', { address: 'ws://127.0.0.1:7701' }],
    ['address', { address: 'wss://user:secret@press.example' }],
    ['address', { address: 'wss://press.example/path' }],
    ['address', { address: 'press' }],
    ['note', { note: 'two\nlines' }],
    ['note', { note: 'é'.repeat(501) }],
    ['surprise', { surprise: true }],
  ])('are refused with a wrong %s (%#)', async (field, part) => {
    const { partners, told } = await openNode();
    expect(await refused(partners.add({ ...PRESS, ...part }, OPS))).toEqual(['config/invalid', field]);
    const { id } = await partners.add({ ...PRESS, address: 'WSS://Press.Example:443/' }, OPS);
    expect((await partners.get(id)).address).toBe('wss://press.example');
    expect(await refused(partners.change(id, part, OPS))).toEqual(['config/invalid', field]);
    expect(await told()).toHaveLength(1);
  });
});
