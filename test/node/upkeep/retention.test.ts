import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { VesicaError } from '../../../src/errors.js';
import { Reports } from '../../../src/node/results/index.js';
import { NODE_ACTOR } from '../../../src/node/context.js';
import { Retention, type Retained } from '../../../src/node/upkeep/index.js';
import { addPartner, NOW } from '../support/states.js';
import { addSession, later, upkeepNode, type UpkeepNode } from './support.js';

const DAY_MS = 86_400_000;

/** An owner with these items, of which some cannot be deleted. */
function owner(name: string, ids: readonly string[], stuck: readonly string[] = []) {
  const left = new Set(ids);
  const actors: unknown[] = [];
  const retained: Retained = {
    name,
    due: () => Promise.resolve([...left].map((id) => ({ id }))),
    delete: (id, actor) => {
      actors.push(actor);
      if (stuck.includes(id)) {
        return Promise.reject(new VesicaError('output/unwritable', 'canary@example.com'));
      }
      left.delete(id);
      return Promise.resolve();
    },
  };
  return { retained, left, actors };
}

function retentionOf(node: UpkeepNode, ...owners: readonly Retained[]): Retention {
  return new Retention(node.context, { owners, alarms: node.alarms });
}

async function addIdempotencyKeys({ context }: UpkeepNode, expiries: readonly string[]): Promise<void> {
  const { db } = context.store;
  const hash = randomBytes(32).toString('hex');
  const token = {
    id: 'token',
    name: 'ops',
    role: 'operator',
    hash,
    created_at: NOW,
    created_by: 'ops',
  } as const;
  const unused = { expires_at: null, revoked_at: null, last_used_at: null };
  await db
    .insertInto('tokens')
    .values({ ...token, ...unused })
    .execute();
  for (const [i, expires_at] of expiries.entries()) {
    const answer = { status: 201, response: '{}', created_at: NOW, expires_at };
    const row = {
      token_id: 'token',
      key: `key-${i}`,
      route: 'POST /v1/sessions',
      request_digest: '0'.repeat(64),
    };
    await db
      .insertInto('idempotency_keys')
      .values({ ...row, ...answer })
      .execute();
  }
}

describe('a sweep', () => {
  it('deletes all that is due, by its owner and in the name of the node, and counts', async () => {
    const node = await upkeepNode();
    const reports = owner('report', ['r1', 'r2']);
    const exports = owner('export', []);
    const sweeper = retentionOf(node, reports.retained, exports.retained);
    expect(await sweeper.sweep()).toEqual({
      deleted: { report: 2, export: 0 },
      failed: { report: 0, export: 0 },
      idempotencyKeys: 0,
      alarmsClosed: 0,
    });
    expect(reports.left.size).toBe(0);
    expect(reports.actors).toEqual([NODE_ACTOR, NODE_ACTOR]);
    // The owners tell; here they do not.
    expect(await node.told()).toEqual([]);
  });

  it('goes on past what cannot be deleted, raises one alarm for each owner, and tries again', async () => {
    const node = await upkeepNode();
    const reports = owner('report', ['r1', 'r2', 'r3'], ['r1', 'r3']);
    const exports = owner('export', ['e1']);
    const broken: Retained = {
      name: 'version',
      due: () => Promise.reject(new Error('canary@example.com')),
      delete: () => Promise.resolve(),
    };
    const sweeper = retentionOf(node, broken, reports.retained, exports.retained);
    for (const deleted of [
      { version: 0, report: 1, export: 1 },
      { version: 0, report: 0, export: 0 },
    ]) {
      expect(await sweeper.sweep()).toMatchObject({ deleted, failed: { version: 1, report: 2, export: 0 } });
    }
    expect([...reports.left]).toEqual(['r1', 'r3']);
    const alarms = (await node.alarms.list()).items;
    expect(alarms.map(({ severity, detail }) => [severity, detail])).toEqual([
      ['critical', { what: 'report', items: 2, code: 'output/unwritable' }],
      ['critical', { what: 'version', items: 1, code: 'internal/defect' }],
    ]);
    expect(JSON.stringify([alarms, await node.told()])).not.toContain('canary');
  });

  it('deletes answers kept for requests that are not sent again, and closes alarms that lapsed', async () => {
    const node = await upkeepNode();
    await addIdempotencyKeys(node, [later(NOW, -1), NOW, later(NOW, 1)]);
    await node.alarms.raise({ kind: 'refusals', severity: 'warning', message: 'm', detail: {} });
    expect(await retentionOf(node).sweep()).toMatchObject({ idempotencyKeys: 2, alarmsClosed: 0 });
    expect(await node.context.store.db.selectFrom('idempotency_keys').select('key').execute()).toEqual([
      { key: 'key-2' },
    ]);
    node.clock.at = later(NOW, 30 * DAY_MS);
    expect(await retentionOf(node).sweep()).toMatchObject({ idempotencyKeys: 1, alarmsClosed: 1 });
  });

  it('of real reports leaves their digests and every entry of the audit log', async () => {
    const node = await upkeepNode();
    await addPartner(node.context.store, 'press');
    const sessionId = await addSession(node, { partner_id: 'press' });
    const reports = new Reports(node.context);
    const report = { format: 'vesica-report-1' } as never;
    const id = await reports.keep({ sessionId, report, expiresAt: new Date(later(NOW, DAY_MS)) });
    const retained: Retained = {
      name: 'report',
      due: () => reports.due(),
      delete: (one, actor) => reports.delete(one, actor),
    };
    const sweeper = retentionOf(node, retained);
    expect(await sweeper.sweep()).toMatchObject({ deleted: { report: 0 } });
    node.clock.at = later(NOW, DAY_MS);
    const { digest } = await reports.get(id);
    expect(await sweeper.sweep()).toMatchObject({ deleted: { report: 1 } });
    expect(await sweeper.sweep()).toMatchObject({ deleted: { report: 0 } });
    expect(await reports.get(id)).toMatchObject({ digest, deletedAt: node.clock.at });
    const told = (await node.told()).map(({ action }) => action);
    expect(told).toEqual(['report.created', 'report.deleted']);
    expect(await node.context.audit.verify()).toMatchObject({ ok: true, entries: 2 });
  });
});
