import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NODE_ACTOR } from '../../../src/node/context.js';
import { buildReport } from '../../../src/report/index.js';
import { inputOf } from '../../report/sample.js';
import { failure } from '../support/states.js';
import { ACTOR, addSession, entriesOf, openNode, type Node } from './support.js';

const report = buildReport(inputOf());

const IN_30_DAYS = (node: Node): Date => new Date(node.clock.now().getTime() + 30 * 86_400_000);

/** Keeps the report of a new session; ids of both. */
async function kept(node: Node, partner = 'acme'): Promise<{ id: string; session: string }> {
  const session = await addSession(node, { partner_id: partner, mode: 'aggregate', role: 'cohorts' });
  return {
    id: await node.reports.keep({ sessionId: session, report, expiresAt: IN_30_DAYS(node) }),
    session,
  };
}

describe('a report', () => {
  it('is read as it was kept, and every reading is in the log', async () => {
    const node = await openNode();
    const { id, session } = await kept(node);
    const view = await node.reports.get(id);
    expect(view).toEqual({
      id,
      sessionId: session,
      partner: { id: 'acme', name: 'acme' },
      agreementName: null,
      datasetName: null,
      scheduleId: null,
      mode: 'aggregate',
      purpose: 'audiences',
      finishedAt: '2026-03-01T12:00:00.000Z',
      schemaVersion: 'vesica-report-1',
      digest: createHash('sha256').update(JSON.stringify(report)).digest('hex'),
      createdAt: '2026-03-01T12:00:00.000Z',
      expiresAt: '2026-03-31T12:00:00.000Z',
      deletedAt: null,
    });
    expect(await node.reports.bySession(session)).toEqual(view);
    for (let times = 1; times <= 2; times += 1) {
      expect(await node.reports.read(id, ACTOR)).toEqual(JSON.parse(JSON.stringify(report)));
      expect(await entriesOf(node, 'report.read')).toHaveLength(times);
    }
    const [created, read] = await entriesOf(node, 'report.created', 'report.read');
    expect(created).toMatchObject({
      actor: NODE_ACTOR,
      subject: { kind: 'report', id },
      detail: { session, reportDigest: view.digest },
    });
    expect(read).toMatchObject({ actor: ACTOR, subject: { kind: 'report', id }, detail: { session } });
    expect(await node.context.audit.verify()).toMatchObject({ ok: true });
  });

  it('is not handed out when the reading cannot be entered', async () => {
    const node = await openNode();
    const { id } = await kept(node);
    const nameless = { kind: 'token', name: 'ann@example.com' } as const;
    expect((await failure(node.reports.read(id, nameless))).code).toBe('internal/defect');
  });

  it('loses what it says when its time has come, and keeps row and digest', async () => {
    const node = await openNode();
    const { id } = await kept(node);
    const { digest } = await node.reports.get(id);
    node.clock.addDays(29);
    expect(await node.reports.due()).toEqual([]);
    node.clock.addDays(1);
    expect((await node.reports.due()).map((due) => due.id)).toEqual([id]);
    await node.reports.delete(id, NODE_ACTOR);
    await node.reports.delete(id, ACTOR);
    expect(await node.reports.get(id)).toMatchObject({ digest, deletedAt: '2026-03-31T12:00:00.000Z' });
    expect(await node.reports.due()).toEqual([]);
    expect(await node.store.db.selectFrom('reports').select('body').execute()).toEqual([{ body: null }]);
    expect((await failure(node.reports.read(id, ACTOR))).code).toBe('api/gone');
    expect((await entriesOf(node, 'report.deleted')).map(({ actor }) => actor)).toEqual([NODE_ACTOR]);
    expect(await entriesOf(node, 'report.read')).toEqual([]);
  });

  it('is one a session, and kept with the transaction or not at all', async () => {
    const node = await openNode();
    const { session } = await kept(node);
    const again = await failure(node.reports.keep({ sessionId: session, report, expiresAt: null }));
    expect([again.code, again.field]).toEqual(['state/conflict', 'session']);
    const other = await addSession(node);
    const broken = node.store.transaction(async (trx) => {
      await node.reports.keep({ sessionId: other, report, expiresAt: null }, trx);
      throw new Error('broken off');
    });
    await expect(broken).rejects.toThrow('broken off');
    expect(await node.reports.bySession(other)).toBeUndefined();
    expect(await entriesOf(node, 'report.created')).toHaveLength(1);
  });

  it('is refused when it was altered in the store', async () => {
    const node = await openNode();
    const { id } = await kept(node);
    await node.store.db.updateTable('reports').set({ body: '{}' }).execute();
    expect((await failure(node.reports.read(id, ACTOR))).code).toBe('state/damaged');
  });

  it('is listed newest first, page by page, by partner', async () => {
    const node = await openNode();
    const ids: string[] = [];
    for (const partner of ['acme', 'bolt', 'acme', 'acme']) ids.unshift((await kept(node, partner)).id);
    const first = await node.reports.list({ limit: 3 });
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    expect(first.next).toBe(ids[2]);
    const second = await node.reports.list({ limit: 3, after: first.next ?? '' });
    expect([second.items.map(({ id }) => id), second.next]).toEqual([ids.slice(3), null]);
    const bolt = await node.reports.list({ partner: 'bolt' });
    expect(bolt.items.map(({ id }) => id)).toEqual([ids[2]]);
    expect((await failure(node.reports.get('none'))).code).toBe('api/not-found');
    expect((await failure(node.reports.read('none', ACTOR))).code).toBe('api/not-found');
    expect((await failure(node.reports.delete('none', ACTOR))).code).toBe('api/not-found');
  });
});
