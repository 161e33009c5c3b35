import { DuckDBInstance } from '@duckdb/node-api';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NODE_ACTOR } from '../../../src/node/context.js';
import type { DataDefinition } from '../../../src/data/index.js';
import type { NewExport } from '../../../src/node/results/index.js';
import { filesUnder, forms, gather, sealing, visible } from '../keys/support.js';
import { failure, newFolder } from '../support/states.js';
import { ACTOR, addSession, entriesOf, finishedSession, openNode, type Node } from './support.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const PEOPLE =
  'email,phone,ok\n' +
  'Ann.Canary@Gmail.com,+49 30 901820,1\n' +
  'bob.canary@example.com,,1\n' +
  'carl.canary@example.com,+49 30 901821,1\n' +
  'dora.canary@example.com,,0\n';

function people(content = PEOPLE): DataDefinition {
  const source = join(newFolder(), 'people.csv');
  writeFileSync(source, content);
  return {
    source,
    identifiers: { email: { type: 'email' }, phone: { type: 'phone' } },
    consent: { column: 'ok', equals: true },
    profile: 'uid2',
  };
}

const asked = (session: string, more: Partial<NewExport> = {}): NewExport => ({
  session,
  kind: 'audience',
  profile: 'own',
  format: 'csv',
  ...more,
});

/** Makes an export and waits for it. */
async function made(node: Node, session: string, more: Partial<NewExport> = {}) {
  const { id } = await node.exports.create(asked(session, more), ACTOR);
  await node.exports.whenIdle();
  return node.exports.get(id);
}

const files = (node: Node): string[] => readdirSync(join(node.folder, 'exports'));

async function downloaded(node: Node, id: string): Promise<Buffer> {
  return gather((await node.exports.download(id, ACTOR)).bytes);
}

describe('an export', () => {
  it('has the rows that matched, or those that did not, with its counts and its digest', async () => {
    const node = await openNode();
    // Keys: 0 and 1 of Ann, 2 of Bob, 3 and 4 of Carl. Dora gave no consent.
    const { id: session } = await finishedSession(node, people(), [1]);
    const audience = await made(node, session);
    const bytes = await downloaded(node, audience.id);
    expect(bytes.toString()).toBe('email,phone\nAnn.Canary@Gmail.com,+49 30 901820\n');
    expect(audience).toMatchObject({
      sessionId: session,
      kind: 'audience',
      state: 'ready',
      rowCount: 1,
      byteCount: bytes.length,
      digest: createHash('sha256').update(bytes).digest('hex'),
      requestedBy: 'ops',
      errorCode: null,
      expiresAt: '2026-03-31T12:00:00.000Z',
    });
    const suppression = await made(node, session, { kind: 'suppression', profile: 'google' });
    expect((await downloaded(node, suppression.id)).toString().split('\n').slice(0, -1)).toEqual([
      'Email,Phone',
      `${sha256('bob.canary@example.com')},`,
      `${sha256('carl.canary@example.com')},${sha256('+4930901821')}`,
    ]);
    expect((await node.exports.get(suppression.id)).quality).toEqual({
      foreignDigests: 0,
      unusableValues: 0,
      rowsLeftOut: 0,
    });
    expect(files(node).toSorted()).toEqual([`${audience.id}.export`, `${suppression.id}.export`].toSorted());
    const detail = { session, kind: 'audience', profile: 'own', format: 'csv', rows: 1 };
    expect(await entriesOf(node, 'export.created', 'export.downloaded')).toMatchObject([
      { actor: ACTOR, action: 'export.created', subject: { kind: 'export', id: audience.id }, detail },
      { actor: ACTOR, action: 'export.downloaded', subject: { kind: 'export', id: audience.id }, detail },
      { action: 'export.created', detail: { kind: 'suppression', rows: 2 } },
      { action: 'export.downloaded', detail: { kind: 'suppression', rows: 2 } },
    ]);
  });

  it('is Parquet that DuckDB reads, in the form of the platform', async () => {
    const node = await openNode();
    const { id: session } = await finishedSession(node, people(), [0, 3]);
    const { id } = await made(node, session, { profile: 'meta', format: 'parquet' });
    const { name, mediaType, bytes } = await node.exports.download(id, ACTOR);
    expect([name, mediaType]).toEqual([`audience-meta-${id}.parquet`, 'application/vnd.apache.parquet']);
    const path = join(newFolder(), 'out.parquet');
    writeFileSync(path, await gather(bytes));
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const result = await connection.runAndReadAll(`SELECT email, phone FROM '${path}'`);
    expect(result.getRows()).toEqual([
      [sha256('ann.canary@gmail.com'), sha256('4930901820')],
      [sha256('carl.canary@example.com'), sha256('4930901821')],
    ]);
    connection.closeSync();
    instance.closeSync();
  });

  const changes: [string, (content: string) => string][] = [
    ['another person', (content) => content.replace('Ann', 'Zoe')],
    ['a row less', (content) => content.slice(0, content.indexOf('dora'))],
    ['consent withdrawn', (content) => content.replace('901820,1', '901820,0')],
  ];
  it.each(changes)('is not written when the source has %s by then', async (_, change) => {
    const node = await openNode();
    const data = people();
    const { id: session } = await finishedSession(node, data, [0, 2]);
    writeFileSync(data.source!, change(PEOPLE));
    const { id, ...view } = await made(node, session);
    expect(view).toMatchObject({
      state: 'failed',
      errorCode: 'data/source-changed',
      rowCount: null,
      digest: null,
    });
    expect(files(node)).toEqual([]);
    expect((await failure(node.exports.download(id, ACTOR))).code).toBe('state/conflict');
    expect(await entriesOf(node, 'export.created', 'export.downloaded')).toEqual([]);
    expect(await entriesOf(node, 'export.failed')).toMatchObject([
      { actor: ACTOR, subject: { id }, detail: { session, error: 'data/source-changed' } },
    ]);
  });

  it('is refused where the session told this node nothing, and of a form that is none', async () => {
    const node = await openNode();
    const { id: session } = await finishedSession(node, people(), [0]);
    const refused = async (given: NewExport): Promise<(string | undefined)[]> => {
      const { code, field } = await failure(node.exports.create(given, ACTOR));
      return [code, field];
    };
    const others = [
      { mode: 'psi-ca' },
      { mode: 'aggregate', role: 'cohorts' },
      { role: 'sender' },
      { state: 'running', ended_at: null },
      { state: 'cancelled' },
    ] as const;
    for (const other of others) {
      expect(await refused(asked(await addSession(node, other)))).toEqual(['state/conflict', 'session']);
    }
    expect(await refused(asked('none'))).toEqual(['api/not-found', 'session']);
    expect(await refused(asked(await addSession(node)))).toEqual(['api/not-found', 'dataset']);
    for (const field of ['kind', 'profile', 'format'] as const) {
      const given = { ...asked(session), [field]: 'other' };
      expect(await refused(given as never)).toEqual(['config/invalid', field]);
    }
    await node.matched.delete(session, ACTOR);
    expect(await refused(asked(session))).toEqual(['api/gone', 'session']);
    expect((await node.exports.list()).items).toEqual([]);
    expect(files(node)).toEqual([]);
  });

  it('is refused where a platform takes none of the identifiers', async () => {
    const node = await openNode();
    const data = { ...people(), identifiers: { email: { type: 'customer_id' } } } as const;
    const { id } = await finishedSession(node, data, []);
    const { code, field } = await failure(node.exports.create(asked(id, { profile: 'meta' }), ACTOR));
    expect([code, field]).toEqual(['config/invalid', 'profile']);
  });

  it('is deleted when its time has come: the file first, then what could be guessed from', async () => {
    const node = await openNode({ retentionDays: ({ agreement_id: id }) => (id === null ? 5 : 99) });
    const { id: session } = await finishedSession(node, people(), [0]);
    const { id } = await made(node, session);
    expect(await node.exports.due()).toEqual([]);
    node.clock.addDays(5);
    expect((await node.exports.due()).map((due) => due.id)).toEqual([id]);
    await node.exports.delete(id, NODE_ACTOR);
    await node.exports.delete(id, ACTOR);
    expect(await node.exports.get(id)).toMatchObject({ state: 'deleted', rowCount: 1, digest: null });
    expect([files(node), await node.exports.due()]).toEqual([[], []]);
    expect((await failure(node.exports.download(id, ACTOR))).code).toBe('api/gone');
    const deletions = await entriesOf(node, 'export.deleted');
    expect(deletions).toMatchObject([{ actor: NODE_ACTOR, subject: { id }, detail: { rows: 1 } }]);
  });

  it('that the end of the node broke off is failed at the next start, and no file is left', async () => {
    const node = await openNode();
    const { id: session } = await finishedSession(node, people(), [0]);
    const whole = await made(node, session);
    const [half, lost] = [await made(node, session), await made(node, session)];
    // As a killed process leaves them: one still being written, its file there already, and one half deleted.
    const writing = {
      state: 'writing',
      file: null,
      row_count: null,
      byte_count: null,
      digest: null,
    } as const;
    await node.store.db.updateTable('exports').set(writing).where('id', '=', half.id).execute();
    rmSync(join(node.folder, 'exports', `${lost.id}.export`));
    writeFileSync(join(node.folder, 'exports', '.vesica-half'), 'x');
    await node.store.close();

    const next = await openNode({ folder: node.folder });
    expect((await failure(next.exports.delete(half.id, ACTOR))).code).toBe('state/conflict');
    expect(await next.exports.recover()).toEqual([half.id]);
    expect(await next.exports.get(half.id)).toMatchObject({
      state: 'failed',
      errorCode: 'session/interrupted',
    });
    expect(await next.exports.get(lost.id)).toMatchObject({ state: 'deleted' });
    expect(files(next)).toEqual([`${whole.id}.export`]);
    expect((await downloaded(next, whole.id)).length).toBe(whole.byteCount);
    expect(await entriesOf(next, 'export.failed')).toMatchObject([
      { actor: NODE_ACTOR, subject: { id: half.id }, detail: { error: 'session/interrupted' } },
    ]);
    expect(await next.exports.recover()).toEqual([]);
    expect(await next.context.audit.verify()).toMatchObject({ ok: true });
  });

  it('opens under the next master key, and not when its file was changed', async () => {
    const node = await openNode();
    const { id: session } = await finishedSession(node, people(), [0]);
    const { id, digest } = await made(node, session);
    await node.store.close();
    const turning = await openNode({ folder: node.folder, seal: sealing(2, 1) });
    expect(await turning.exports.rotate()).toBe(1);
    await turning.store.close();
    const next = await openNode({ folder: node.folder, seal: sealing(2) });
    expect(
      createHash('sha256')
        .update(await downloaded(next, id))
        .digest('hex'),
    ).toBe(digest);
    const [row] = await next.store.db.selectFrom('exports').select('key_id').execute();
    expect(row?.key_id).toBe(sealing(2).keys.current.id);
    const path = join(node.folder, 'exports', `${id}.export`);
    const bytes = readFileSync(path);
    bytes[bytes.length - 20]! ^= 1;
    writeFileSync(path, bytes);
    expect((await failure(downloaded(next, id))).code).toBe('keys/damaged');
  });

  it('waits for the one before; a shutdown ends what has not begun', async () => {
    const node = await openNode();
    const { id: session } = await finishedSession(node, people(), [0]);
    const all = [];
    for (let i = 0; i < 4; i += 1) all.unshift(await node.exports.create(asked(session), ACTOR));
    await node.exports.whenIdle();
    const page = await node.exports.list({ limit: 3, session });
    expect(page.items.map(({ id, state }) => [id, state])).toEqual(
      all.slice(0, 3).map(({ id }) => [id, 'ready']),
    );
    const rest = await node.exports.list({ after: page.next ?? '', session });
    expect([rest.items.map(({ id }) => id), rest.next]).toEqual([[all[3]!.id], null]);
    expect((await node.exports.list({ session: 'other' })).items).toEqual([]);
    await node.exports.stop();
    expect(await made(node, session)).toMatchObject({ state: 'failed', errorCode: 'session/cancelled' });
  });
});

describe('an export of a list that was moved', () => {
  it('out of the folders of datasets, with a link in its place, fails and is not written', async () => {
    const node = await openNode();
    const data = people();
    const { id: session } = await finishedSession(node, data, [0, 2]);
    expect((await made(node, session)).state).toBe('ready');
    const elsewhere = mkdtempSync(join(tmpdir(), 'vesica-elsewhere-'));
    onTestFinished(() => rmSync(elsewhere, { recursive: true }));
    writeFileSync(join(elsewhere, 'people.csv'), PEOPLE);
    rmSync(data.source!);
    symlinkSync(join(elsewhere, 'people.csv'), data.source!);
    const before = files(node);
    expect(await made(node, session)).toMatchObject({ state: 'failed', errorCode: 'config/invalid' });
    expect(files(node)).toEqual(before);
  });
});

describe('canaries', () => {
  it('are in no file of the state, no entry of the log, no view and no error', async () => {
    const node = await openNode();
    const data = people();
    const { id: session } = await finishedSession(node, data, [0, 2]);
    const seen: Buffer[] = [];
    const opened: Buffer[] = [];
    for (const profile of ['own', 'meta', 'google', 'tiktok'] as const) {
      for (const kind of ['audience', 'suppression'] as const) {
        for (const format of ['csv', 'parquet'] as const) {
          const view = await made(node, session, { profile, kind, format });
          seen.push(visible(view), visible(await node.exports.download(view.id, ACTOR)));
          opened.push(await downloaded(node, view.id));
        }
      }
    }
    for (const content of [PEOPLE.replace(/Ann/, 'Zoe'), PEOPLE.replace('bob.canary@example.com', '"bob')]) {
      writeFileSync(data.source!, content);
      seen.push(visible(await made(node, session)));
    }
    const missing = await failure(node.exports.create(asked('ann.canary@gmail.com'), ACTOR));
    seen.push(visible(missing), visible((await node.context.audit.entries({ limit: 1000 })).entries));
    await node.store.close();
    seen.push(...filesUnder(node.folder).map((path) => readFileSync(path)));

    const normal = [
      'ann.canary@gmail.com',
      'anncanary@gmail.com',
      'bob.canary@example.com',
      'carl.canary@example.com',
    ];
    const phones = ['4930901820', '+4930901820', '4930901821', '+4930901821'];
    const raw = ['Ann.Canary', 'bob.canary', 'carl.canary', 'dora.canary', '901820', '901821'];
    const hashes = [...normal, ...phones].map((text) => createHash('sha256').update(text).digest());
    const hunted = [...raw.map((text) => Buffer.from(text)), ...hashes.flatMap((hash) => forms(hash))];
    const caught = (places: readonly Buffer[]): number =>
      hunted.filter((form) => places.some((place) => place.includes(form))).length;
    // The downloads have them, so the hunt finds what there is to find.
    expect(caught(opened)).toBeGreaterThan(10);
    expect(filesUnder(node.folder).length).toBeGreaterThan(16);
    expect(caught(seen)).toBe(0);
  });
});
