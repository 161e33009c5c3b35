import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALARM_KINDS, ALARM_SEVERITIES, sql } from '../../../src/node/store/index.js';
import { Alarms, type NewAlarm } from '../../../src/node/upkeep/index.js';
import { addPartner, failure, NOW } from '../support/states.js';
import { addSession, later, OPS, upkeepNode } from './support.js';

const DAY_MS = 86_400_000;
const ALARM: NewAlarm = {
  kind: 'refusals',
  severity: 'warning',
  partnerId: 'press',
  message: 'a partner was refused again and again',
  detail: { refusals: 10 },
};

async function open() {
  const node = await upkeepNode();
  for (const name of ['press', 'radio']) await addPartner(node.context.store, name);
  return node;
}

describe('an alarm', () => {
  it('is kept, listed and told, and sent nowhere without a webhook', async () => {
    const node = await open();
    const sessionId = await addSession(node, { partner_id: 'press' });
    const id = (await node.alarms.raise({ ...ALARM, sessionId }))!;
    expect(await node.alarms.get(id)).toEqual({
      id,
      kind: 'refusals',
      severity: 'warning',
      state: 'open',
      partnerId: 'press',
      sessionId,
      message: ALARM.message,
      detail: { refusals: 10 },
      raisedAt: NOW,
      acknowledgedBy: null,
      acknowledgedAt: null,
      delivery: 'none',
      deliveryAttempts: 0,
      nextDeliveryAt: null,
    });
    const other = (await node.alarms.raise({ ...ALARM, kind: 'near-repeat' }))!;
    expect((await node.alarms.list()).items.map((one) => one.id)).toEqual([other, id]);
    expect(await node.alarms.list({ limit: 1 })).toMatchObject({ items: [{ id: other }], next: other });
    expect((await node.alarms.list({ after: other })).items).toMatchObject([{ id }]);
    expect((await node.alarms.list({ kind: 'refusals', state: 'open' })).items).toMatchObject([{ id }]);
    expect((await node.alarms.list({ state: 'closed' })).items).toEqual([]);
    expect((await failure(node.alarms.get('none'))).code).toBe('api/not-found');
    expect(await node.toldOf('alarm.raised')).toContainEqual({
      kind: 'refusals',
      severity: 'warning',
      message: ALARM.message,
      partner: 'press',
      session: sessionId,
      refusals: 10,
    });
    expect(await node.alarms.deliver()).toEqual({ delivered: 0, failed: 0, givenUp: 0 });
  });

  it('is acknowledged and closed by somebody, once each', async () => {
    const node = await open();
    const id = (await node.alarms.raise(ALARM))!;
    node.clock.at = later(NOW, 1000);
    expect(await node.alarms.acknowledge(id, OPS)).toMatchObject({
      state: 'acknowledged',
      acknowledgedBy: 'ops',
      acknowledgedAt: node.clock.at,
    });
    expect((await failure(node.alarms.acknowledge(id, OPS))).code).toBe('state/conflict');
    expect(await node.alarms.close(id, OPS)).toMatchObject({ state: 'closed', acknowledgedBy: 'ops' });
    expect((await failure(node.alarms.close(id, OPS))).field).toBe('alarm');
    expect((await failure(node.alarms.acknowledge(id, OPS))).code).toBe('state/conflict');
    expect((await failure(node.alarms.close('none', OPS))).code).toBe('api/not-found');
    expect((await node.told()).map(({ action, actor }) => [action, actor.name])).toEqual([
      ['alarm.raised', 'node'],
      ['alarm.acknowledged', 'ops'],
      ['alarm.closed', 'ops'],
    ]);
  });

  it('is raised once until it is closed: for its kind, partner, session, and the detail that makes it another', async () => {
    const node = await open();
    const sessionId = await addSession(node, { partner_id: 'press' });
    const alarms: NewAlarm[] = [
      ALARM,
      { ...ALARM, kind: 'near-repeat' },
      { ...ALARM, partnerId: 'radio' },
      { ...ALARM, partnerId: undefined },
      { ...ALARM, sessionId },
      { ...ALARM, kind: 'list-size', detail: { figure: 'a' }, distinctBy: 'figure' },
      { ...ALARM, kind: 'list-size', detail: { figure: 'b' }, distinctBy: 'figure' },
    ];
    const raiseAll = async (): Promise<(string | undefined)[]> => {
      const ids = [];
      for (const alarm of alarms) ids.push(await node.alarms.raise(alarm));
      return ids;
    };
    const ids = await raiseAll();
    expect(new Set(ids).size).toBe(alarms.length);
    await node.alarms.acknowledge(ids[0]!, OPS);
    expect(await raiseAll()).toEqual(ids);
    expect(await node.toldOf('alarm.raised')).toHaveLength(alarms.length);
    await node.alarms.close(ids[0]!, OPS);
    const again = await raiseAll();
    expect(again[0]).not.toBe(ids[0]);
    expect(again.slice(1)).toEqual(ids.slice(1));
  });

  it('is raised again when it has become more severe, and not when less', async () => {
    const node = await open();
    const raise = (severity: NewAlarm['severity']) => node.alarms.raise({ ...ALARM, severity });
    const warning = await raise('warning');
    expect(await raise('notice')).toBe(warning);
    const critical = await raise('critical');
    expect(critical).not.toBe(warning);
    expect(await raise('warning')).toBe(critical);
  });

  it('is raised once when the same happens twice at the same moment', async () => {
    const node = await open();
    const ids = await Promise.all(Array.from({ length: 20 }, () => node.alarms.raise(ALARM)));
    expect(new Set(ids).size).toBe(1);
  });

  it('is not raised beyond the cap on its kind', async () => {
    const node = await open();
    const raise = (n: number) => node.alarms.raise({ ...ALARM, detail: { n }, distinctBy: 'n', atMost: 3 });
    const ids = await Promise.all([1, 2, 3, 4, 5].map(raise));
    expect(ids.filter((id) => id === undefined)).toHaveLength(2);
    // Those that there are still count as known.
    expect(await raise(1)).toBe(ids[0]);
    await node.alarms.close(ids[0]!, OPS);
    expect(await raise(6)).toBeDefined();
  });

  it('is part of the transaction that it is raised in', async () => {
    const node = await open();
    const broken = node.context.store.transaction(async (trx) => {
      await node.alarms.raise(ALARM, trx);
      throw new Error('broken off');
    });
    await expect(broken).rejects.toThrow('broken off');
    expect((await node.alarms.list()).items).toEqual([]);
    expect(await node.toldOf('alarm.raised')).toEqual([]);
  });

  it('never holds an identifier of a person, wherever it might be put', async () => {
    const node = await open();
    const identifiers = fc.constantFrom(
      'ann@example.com',
      `list ${'0123456789abcdef'.repeat(4)}`,
      '550e8400-e29b-41d4-a716-446655440000',
      '+31 20 123 4567',
    );
    await fc.assert(
      fc.asyncProperty(
        identifiers,
        fc.constantFrom(...ALARM_KINDS),
        fc.constantFrom(...ALARM_SEVERITIES),
        fc.boolean(),
        async (identifier, kind, severity, inMessage) => {
          const where = inMessage ? { message: `of ${identifier}` } : { detail: { who: identifier } };
          const error = await failure(node.alarms.raise({ ...ALARM, kind, severity, ...where }));
          expect(error.code).toBe('internal/defect');
          expect(error.message).not.toContain(identifier);
        },
      ),
      { numRuns: 30 },
    );
    expect((await node.alarms.list()).items).toEqual([]);
  });

  it('about a broken audit log is raised although the log takes no entry any more', async () => {
    const node = await open();
    await node.alarms.raise(ALARM);
    await sql`DROP TRIGGER audit_entries_keep`.execute(node.context.store.db);
    await node.context.store.db.deleteFrom('audit_entries').execute();
    expect((await failure(node.alarms.raise({ ...ALARM, partnerId: 'radio' }))).code).toBe('state/damaged');
    const id = await node.alarms.raise({ ...ALARM, kind: 'audit-broken', severity: 'critical' });
    expect((await node.alarms.list({ kind: 'audit-broken' })).items).toMatchObject([{ id }]);
  });

  it('lapses when nobody closed it, unless it is critical', async () => {
    const node = await open();
    const old = (await node.alarms.raise(ALARM))!;
    const critical = (await node.alarms.raise({ ...ALARM, kind: 'audit-broken', severity: 'critical' }))!;
    node.clock.at = later(NOW, DAY_MS);
    const seen = (await node.alarms.raise({ ...ALARM, partnerId: 'radio' }))!;
    await node.alarms.acknowledge(seen, OPS);
    node.clock.at = later(NOW, 30 * DAY_MS - 1);
    expect(await node.alarms.closeLapsed()).toBe(0);
    node.clock.at = later(NOW, 30 * DAY_MS);
    expect(await node.alarms.closeLapsed()).toBe(1);
    expect(await node.alarms.get(old)).toMatchObject({ state: 'closed' });
    node.clock.at = later(NOW, 90 * DAY_MS);
    expect(await node.alarms.closeLapsed()).toBe(1);
    expect((await node.alarms.list({ state: 'open' })).items).toMatchObject([{ id: critical }]);
    expect(await node.toldOf('alarm.closed')).toEqual([
      { kind: 'refusals', reason: 'lapsed' },
      { kind: 'refusals', reason: 'lapsed' },
    ]);
  });
});

describe('a webhook', () => {
  it('is one over TLS or on this machine, without a password, with a secret that is one', async () => {
    const node = await open();
    const secret = createSecretKey(Buffer.alloc(32, 7));
    const made = (url: string, key = secret) =>
      new Alarms(node.context, { node: 'shop', webhook: { url, secret: key } });
    for (const url of [
      'https://alarms.example/vesica?key=canary',
      'http://127.0.0.1:9000/',
      'http://127.5.5.5/',
      'http://[::1]:9000/x',
      'http://localhost/',
    ]) {
      expect(made(url)).toBeInstanceOf(Alarms);
    }
    for (const url of [
      'http://alarms.example/canary',
      'http://127.0.0.1.canary.example/',
      'http://localhost.canary.example/',
      'http://canary@127.0.0.1/',
      'https://ops:canary@alarms.example/',
      'ftp://127.0.0.1/canary',
      'canary',
      '',
    ]) {
      const error = await failure(() => made(url));
      expect([error.code, error.field], url).toEqual(['config/invalid', 'alarms.webhook.url']);
      expect(`${error.message}${error.stack ?? ''}`).not.toContain('canary');
    }
    const short = await failure(() => made('https://alarms.example/', createSecretKey(Buffer.alloc(15, 7))));
    expect(short.field).toBe('alarms.webhook.secret');
  });
});
