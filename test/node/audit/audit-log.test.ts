import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { auditLog, type AuditEntry, type AuditPage, type AuditQuery } from '../../../src/node/audit/index.js';
import { sql } from '../../../src/node/store/index.js';
import { ephemeralIdentity } from '../../../src/transport/index.js';
import { entry, newLog } from '../support/audit-logs.js';
import { NOW, failure, now, openState } from '../support/states.js';

const detail = (parts: AuditEntry['detail']): AuditEntry => entry('s1', { detail: parts });

describe('an audit log', () => {
  it('chains entries by the SHA-256 of their canonical JSON', async () => {
    const { log } = await newLog();
    await log.append(detail({ b: 1, a: 'x', d: 1e21, c: null }));
    await log.append(detail({}));
    const { entries } = await log.entries({ order: 'oldest-first' });
    const text = (sequence: number, details: string, previous: string): string =>
      `{"sequence":${sequence},"at":"${NOW}","actor_kind":"token","actor_name":"ops","action":"session.created",` +
      `"subject_kind":"session","subject_id":"s1","detail":${JSON.stringify(details)},"previous":"${previous}"}`;
    const sha256 = (input: string): string => createHash('sha256').update(input).digest('hex');
    const first = sha256(text(1, '{"a":"x","b":1,"c":null,"d":1e+21}', '0'.repeat(64)));
    expect(entries.map(({ digest }) => digest)).toEqual([first, sha256(text(2, '{}', first))]);
  });

  it('is sound when it is empty, and as it grows', async () => {
    const { log } = await newLog(0, { checkpointEvery: 3 });
    expect(await log.verify()).toEqual({ ok: true, entries: 0, checkpoints: 0 });
    for (let i = 0; i < 7; i += 1) {
      await log.append(entry('s'));
      expect((await log.verify()).ok).toBe(true);
    }
    expect(await log.verify()).toEqual({ ok: true, entries: 10, checkpoints: 3 });
    await log.checkpoint();
    expect(await log.verify()).toEqual({ ok: true, entries: 11, checkpoints: 4 });
  });

  it("keeps an entry in the caller's transaction, or not at all", async () => {
    const { log, store } = await newLog(1);
    await store.transaction((trx) => log.append(entry('kept'), trx));
    const failing = store.transaction(async (trx) => {
      await log.append(entry('lost'), trx);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await Promise.all(['a', 'b', 'c'].map((id) => log.append(entry(id))));
    const { entries } = await log.entries({ order: 'oldest-first' });
    expect(entries.map(({ subject }) => subject.id)).toEqual(['s1', 'kept', 'a', 'b', 'c']);
    expect((await log.verify()).ok).toBe(true);
  });

  it('goes on under a new identity that names the old one, and not otherwise', async () => {
    const { log, store, identity } = await newLog(2, { checkpointEvery: 2 });
    const other = ephemeralIdentity();
    const next = auditLog(store, other, { now, formerKeys: [identity.publicKey] });
    await next.append(entry('next'));
    expect((await next.verify()).ok).toBe(true);
    expect(await log.verify()).toMatchObject({ ok: false, fault: 'checkpoint' });
    expect((await failure(log.append(entry('late')))).code).toBe('state/damaged');
  });

  it.each([
    ['with its last entry removed', 'DELETE FROM audit_entries WHERE sequence = 3'],
    [
      'with its last entry changed',
      `UPDATE audit_entries SET digest = '${'a'.repeat(64)}' WHERE sequence = 3`,
    ],
    ['without a head', `DELETE FROM audit_checkpoints WHERE kind = 'head'`],
    ['with a forged head', `UPDATE audit_checkpoints SET at = '2030'`],
  ])('%s takes no further entry', async (_what, change) => {
    const { log, store } = await newLog(3);
    await sql`DROP TRIGGER audit_entries_keep`.execute(store.db);
    await sql`DROP TRIGGER audit_entries_stay`.execute(store.db);
    await sql.raw(change).execute(store.db);
    expect((await failure(log.append(entry('next')))).code).toBe('state/damaged');
    expect((await failure(log.checkpoint())).code).toBe('state/damaged');
  });

  it('cannot be changed by a statement of the program', async () => {
    const { store } = await newLog(1);
    await expect(sql`DELETE FROM audit_entries`.execute(store.db)).rejects.toThrow(
      'SQLITE_CONSTRAINT_TRIGGER',
    );
    await expect(sql`UPDATE audit_entries SET at = ''`.execute(store.db)).rejects.toThrow(
      'SQLITE_CONSTRAINT_TRIGGER',
    );
  });
});

describe('an entry', () => {
  const digest = 'ab'.repeat(32);

  it.each<[string, AuditEntry]>([
    ['an address', detail({ who: 'ada@example.com' })],
    ['a digest under another name', detail({ file: digest })],
    ['a digest within text', detail({ reason: `key ${digest.toUpperCase()} failed` })],
    ['an address under a digest', detail({ rowDigest: 'ada@example.com' })],
    ['a longer text under a digest', detail({ rowDigest: `${digest} ${digest}` })],
    ['a device id', detail({ device: '6D92078A-8246-4BA4-AE5B-76104861E7DC' })],
    ['a phone number', detail({ note: 'call +44 20 7946 0958' })],
    ['long text', detail({ note: 'x'.repeat(201) })],
    ['text that is none', detail({ note: 'a\u0000' })],
    ['half a character', detail({ note: '\ud800' })],
    ['a number that is none', detail({ count: Number.NaN })],
    ['a strange key', detail({ 'a b': 1 })],
    ['too many details', detail(Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, i])))],
    ['an address as its actor', entry('s', { actor: { kind: 'token', name: 'ada@example.com' } })],
    ['a digest as its subject', entry(digest)],
    ['an unknown actor', entry('s', { actor: { kind: 'user' as 'token', name: 'a' } })],
    ['an unknown action', entry('s', { action: 'session.imagined' as 'session.created' })],
    ['an unknown kind of subject', entry('s', { subject: { kind: 'A B', id: 's' } })],
  ])('with %s is refused, without telling it', async (_what, refused) => {
    const { log } = await newLog();
    const { code, message } = await failure(log.append(refused));
    expect(code).toBe('internal/defect');
    expect(message).not.toMatch(/ada|abab|6D92|7946/i);
    expect((await log.entries()).entries).toEqual([]);
  });

  it('may hold digests of documents and keys, and text as long as allowed', async () => {
    const { log } = await newLog();
    const kept = {
      termsDigest: digest,
      peerFingerprint: `sha256:${digest}`,
      note: 'x'.repeat(200),
      share: 0.5,
    };
    await log.append(detail(kept));
    expect((await log.entries()).entries[0]!.detail).toEqual(kept);
  });
});

describe('pages of entries', () => {
  const ids = ({ entries }: AuditPage): string[] => entries.map(({ subject }) => subject.id);

  it('follow each other, newest or oldest first, whatever is added meanwhile', async () => {
    const { log } = await newLog(5);
    for (const order of ['newest-first', 'oldest-first'] as const) {
      const seen: string[] = [];
      let page = await log.entries({ limit: 2, order });
      seen.push(...ids(page));
      if (order === 'newest-first') await log.append(entry('s6'));
      while (page.next !== undefined) {
        page = await log.entries({ limit: 2, order, cursor: page.next });
        seen.push(...ids(page));
      }
      expect(seen).toEqual(
        order === 'newest-first' ? ['s5', 's4', 's3', 's2', 's1'] : ['s1', 's2', 's3', 's4', 's5', 's6'],
      );
    }
    expect((await log.entries({ limit: 6 })).next).toBeUndefined();
  });

  it('are restricted by each filter, and by all together', async () => {
    const store = await openState();
    let hour = 0;
    const clock = (): Date => new Date(Date.UTC(2026, 0, 1, hour++));
    const log = auditLog(store, ephemeralIdentity(), { now: clock });
    await log.append(entry('a'));
    await log.append(entry('b', { actor: { kind: 'partner', name: 'p' }, action: 'session.accepted' }));
    await log.append(entry('c', { subject: { kind: 'report', id: 'c' }, action: 'report.read' }));
    await log.append(entry('a', { actor: { kind: 'command', name: 'ops' } }));
    const cases: [AuditQuery, string[]][] = [
      [{ actorKind: 'partner' }, ['b']],
      [{ actorName: 'ops' }, ['a', 'c', 'a']],
      [{ actions: ['session.accepted', 'report.read'] }, ['b', 'c']],
      [{ subjectKind: 'report' }, ['c']],
      [{ subjectId: 'a' }, ['a', 'a']],
      [{ from: '2026-01-01T01:00:00.000Z', until: '2026-01-01T03:00:00.000Z' }, ['b', 'c']],
      [{ actorName: 'ops', subjectId: 'a', actorKind: 'command' }, ['a']],
      [{ actions: [] }, []],
    ];
    for (const [query, found] of cases)
      expect(ids(await log.entries({ order: 'oldest-first', ...query }))).toEqual(found);
  });

  it.each<[AuditQuery, string]>([
    [{ limit: 0 }, 'limit'],
    [{ limit: 1001 }, 'limit'],
    [{ limit: 1.5 }, 'limit'],
    [{ cursor: '1 OR 1' }, 'cursor'],
    [{ cursor: '' }, 'cursor'],
  ])('refuse %j', async (query, field) => {
    const { log } = await newLog();
    expect(await failure(log.entries(query))).toMatchObject({ code: 'config/invalid', field });
  });
});
