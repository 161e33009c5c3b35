import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditLog, type AuditCheckpoint, type AuditVerdict } from '../../../src/node/audit/index.js';
import { GENESIS, digestOf } from '../../../src/node/audit/chain.js';
import { signCheckpoint } from '../../../src/node/audit/checkpoint.js';
import {
  openStore,
  sql,
  type AuditCheckpointRow,
  type AuditEntryRow,
  type Store,
} from '../../../src/node/store/index.js';
import { ephemeralIdentity } from '../../../src/transport/index.js';
import { entry, newLog, unprotect, type TestLog } from '../support/audit-logs.js';
import { failure, now } from '../support/states.js';

type Rows = { entries: AuditEntryRow[]; checkpoints: AuditCheckpointRow[] };

/** A log of 12 entries, with checkpoints at 5 and 10 and the head at 12, and its rows as they were written. */
async function attacked(): Promise<TestLog & { rows: Rows; put: (rows: Partial<Rows>) => Promise<void> }> {
  const test = await newLog(10, { checkpointEvery: 5 });
  await unprotect(test.store);
  const { db } = test.store;
  const rows = {
    entries: await db.selectFrom('audit_entries').selectAll().orderBy('sequence').execute(),
    checkpoints: await db.selectFrom('audit_checkpoints').selectAll().execute(),
  };
  const put = async (changed: Partial<Rows>): Promise<void> => {
    const { entries, checkpoints } = { ...rows, ...changed };
    await test.store.transaction(async (trx) => {
      await sql`DELETE FROM audit_entries`.execute(trx);
      await sql`DELETE FROM audit_checkpoints`.execute(trx);
      if (entries.length > 0) await trx.insertInto('audit_entries').values(entries).execute();
      if (checkpoints.length > 0) await trx.insertInto('audit_checkpoints').values(checkpoints).execute();
    });
  };
  return { ...test, rows, put };
}
const broken = (verdict: AuditVerdict): [string, number] | 'sound' =>
  verdict.ok ? 'sound' : [verdict.fault, verdict.sequence];
const numbered = (rows: readonly AuditEntryRow[]): AuditEntryRow[] =>
  rows.map((row, i) => ({ ...row, sequence: i + 1 }));
/** The rows written anew with sound digests, as one who knows the format can. */
function rechained(rows: readonly AuditEntryRow[]): AuditEntryRow[] {
  let previous = GENESIS;
  return numbered(rows).map((row) => {
    const next = { ...row, previous };
    previous = digestOf(next);
    return { ...next, digest: previous };
  });
}
const COUNT = 12;
const position = fc.integer({ min: 1, max: COUNT });
const RUNS = { numRuns: 40 };

describe('a log that was tampered with', () => {
  it('is the one that the other tests start from', async () => {
    const { log, rows } = await attacked();
    expect(rows.entries).toHaveLength(COUNT);
    expect(rows.checkpoints.map(({ kind, sequence }) => `${kind} ${sequence}`).sort()).toEqual([
      'head 12',
      'kept 10',
      'kept 5',
    ]);
    expect(await log.verify()).toEqual({ ok: true, entries: COUNT, checkpoints: 2 });
  });

  it('shows any other value in any column of any entry', async () => {
    const { log, rows, put } = await attacked();
    const columns = Object.keys(rows.entries[0]!) as (keyof AuditEntryRow)[];
    for (const column of columns) {
      for (let at = 0; at < COUNT; at += 1) {
        const value = column === 'sequence' ? 100 + at : `${rows.entries[at]![column]} `;
        await put({ entries: rows.entries.with(at, { ...rows.entries[at]!, [column]: value }) });
        const expected = column === 'sequence' ? ['removed', at + 1] : ['changed', at + 1];
        expect(broken(await log.verify()), `${column} of entry ${at + 1}`).toEqual(expected);
      }
    }
  });

  it('shows any flipped bit of an entry', async () => {
    const { log, rows, put } = await attacked();
    const columns = (Object.keys(rows.entries[0]!) as (keyof AuditEntryRow)[]).filter(
      (name) => name !== 'sequence',
    );
    await fc.assert(
      fc.asyncProperty(
        position,
        fc.constantFrom(...columns),
        fc.nat(),
        fc.integer({ min: 0, max: 5 }),
        async (n, column, place, bit) => {
          const row = rows.entries[n - 1]!;
          const text = row[column];
          const at = place % text.length;
          const flipped = String.fromCharCode(text.charCodeAt(at) ^ (1 << bit));
          await put({
            entries: rows.entries.with(n - 1, {
              ...row,
              [column]: text.slice(0, at) + flipped + text.slice(at + 1),
            }),
          });
          expect(broken(await log.verify())).toEqual(['changed', n]);
        },
      ),
      RUNS,
    );
  });

  it('shows any other value in any column of a checkpoint, a missing one and one too many', async () => {
    const { log, rows, put } = await attacked();
    const others: { [C in keyof AuditCheckpointRow]: (row: AuditCheckpointRow) => AuditCheckpointRow[C] } = {
      kind: ({ kind }) => (kind === 'head' ? 'kept' : 'head'),
      sequence: ({ sequence }) => sequence - 1,
      digest: () => rows.entries[0]!.digest,
      at: () => '2027-01-01T00:00:00.000Z',
      key: () => 'ab'.repeat(32),
      signature: ({ signature }) => signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    };
    for (const [at, row] of rows.checkpoints.entries()) {
      for (const [column, other] of Object.entries(others)) {
        await put({ checkpoints: rows.checkpoints.with(at, { ...row, [column]: other(row) }) });
        expect(broken(await log.verify()), `${column} of ${row.kind} ${row.sequence}`).not.toBe('sound');
      }
      await put({ checkpoints: rows.checkpoints.toSpliced(at, 1) });
      expect(broken(await log.verify())).toEqual(['checkpoint', row.sequence]);
    }
    await put({ checkpoints: [...rows.checkpoints, { ...rows.checkpoints[0]!, kind: 'kept', sequence: 7 }] });
    expect(broken(await log.verify())).toEqual(['checkpoint', 7]);
  });

  it('shows which entry was removed, with or without the later ones moved up', async () => {
    const { log, rows, put } = await attacked();
    for (let n = 1; n <= COUNT; n += 1) {
      const rest = rows.entries.toSpliced(n - 1, 1);
      const fault = n === COUNT ? 'truncated' : 'removed';
      await put({ entries: rest });
      expect(broken(await log.verify())).toEqual([fault, n]);
      await put({ entries: numbered(rest) });
      expect(broken(await log.verify())).toEqual([fault, n]);
    }
  });

  it('shows the first of any two that changed places', async () => {
    const { log, rows, put } = await attacked();
    await fc.assert(
      fc.asyncProperty(position, position, async (a, b) => {
        fc.pre(a < b);
        const swapped = rows.entries.with(a - 1, rows.entries[b - 1]!).with(b - 1, rows.entries[a - 1]!);
        await put({ entries: numbered(swapped) });
        expect(broken(await log.verify())).toEqual(['reordered', a]);
      }),
      RUNS,
    );
  });

  it('shows an entry put in anywhere, with a sound digest or without', async () => {
    const { log, rows, put } = await attacked();
    const forged = rows.entries[0]!;
    for (let n = 1; n <= COUNT + 1; n += 1) {
      const previous = rows.entries[n - 2]?.digest ?? GENESIS;
      const row = { ...forged, sequence: n, previous, subject_id: 'forged' };
      for (const extra of [{ ...row, digest: digestOf(row) }, row]) {
        await put({ entries: numbered(rows.entries.toSpliced(n - 1, 0, extra)) });
        const verdict = broken(await log.verify());
        // At the very end nothing follows that could tell a bad entry from a changed one.
        expect(verdict).toEqual([n === COUNT + 1 && extra === row ? 'changed' : 'inserted', n]);
      }
    }
    await put({ entries: [{ ...forged, sequence: 0 }, ...rows.entries] });
    expect(broken(await log.verify())).toEqual(['inserted', 1]);
  });

  it('shows where it was cut off', async () => {
    const { log, rows, put } = await attacked();
    for (let length = 0; length < COUNT; length += 1) {
      await put({ entries: rows.entries.slice(0, length) });
      expect(broken(await log.verify())).toEqual(['truncated', length + 1]);
    }
  });

  it('shows that it was cut off at a checkpoint, which cannot pass for the head', async () => {
    const { log, rows, put } = await attacked();
    const checkpoint = rows.checkpoints.find(({ sequence }) => sequence === 10)!;
    const older = rows.checkpoints.filter(({ kind }) => kind === 'kept');
    await put({
      entries: rows.entries.slice(0, 10),
      checkpoints: [...older, { ...checkpoint, kind: 'head' }],
    });
    expect(broken(await log.verify())).toEqual(['checkpoint', 10]);
    expect((await failure(log.append(entry('next')))).code).toBe('state/damaged');
  });

  it('shows an entry that was given a new digest', async () => {
    const { log, rows, put } = await attacked();
    for (let n = 1; n <= COUNT; n += 1) {
      const row = { ...rows.entries[n - 1]!, subject_id: 'forged' };
      await put({ entries: rows.entries.with(n - 1, { ...row, digest: digestOf(row) }) });
      const verdict = broken(await log.verify());
      // After the last entry nothing shows what was there, so it may be any since the last checkpoint.
      const expected = ['changed', n === COUNT ? 11 : n];
      expect(verdict, `entry ${n}`).toEqual(expected);
    }
  });

  it('shows a history written anew, from the last checkpoint that holds', async () => {
    const { log, rows, put } = await attacked();
    const anew = (n: number): AuditEntryRow[] =>
      rechained(rows.entries.with(n - 1, { ...rows.entries[n - 1]!, subject_id: 'forged' }));
    for (const [n, trusted] of [
      [1, 0],
      [5, 0],
      [6, 5],
      [10, 5],
      [11, 10],
      [12, 10],
    ] as const) {
      await put({ entries: anew(n) });
      expect(broken(await log.verify())).toEqual(['changed', trusted + 1]);
    }
  });
});

describe('a checkpoint kept elsewhere', () => {
  let test: Awaited<ReturnType<typeof attacked>>;
  let elsewhere: AuditCheckpoint;
  let later: Rows;
  const older = (): Rows => test.rows;

  async function begin(): Promise<void> {
    test = await attacked();
    await test.log.append(entry('more'));
    elsewhere = await test.log.checkpoint();
    const { db } = test.store;
    later = {
      entries: await db.selectFrom('audit_entries').selectAll().orderBy('sequence').execute(),
      checkpoints: await db.selectFrom('audit_checkpoints').selectAll().execute(),
    };
  }

  it('agrees with the log that it is of, also when the log goes on', async () => {
    await begin();
    expect(elsewhere.sequence).toBe(14);
    expect((await test.log.verify(elsewhere)).ok).toBe(true);
    await test.log.append(entry('still more'));
    expect((await test.log.verify(elsewhere)).ok).toBe(true);
    expect(later.entries).toHaveLength(14);
  });

  it('shows that an older log was put back, which nothing in that log can', async () => {
    await begin();
    await test.put(older());
    expect((await test.log.verify()).ok).toBe(true);
    expect(broken(await test.log.verify(elsewhere))).toEqual(['truncated', 13]);
    await test.put({ entries: [], checkpoints: [] });
    expect(broken(await test.log.verify(elsewhere))).toEqual(['truncated', 1]);
  });

  it('shows that an older log went another way since', async () => {
    await begin();
    await test.put(older());
    for (const id of ['other', 'way', 'since']) await test.log.append(entry(id));
    expect((await test.log.verify()).ok).toBe(true);
    expect(broken(await test.log.verify(elsewhere))).toEqual(['changed', 11]);
  });

  it('of another node is no proof', async () => {
    await begin();
    const { kind: _, ...foreign } = signCheckpoint(ephemeralIdentity(), { kind: 'kept', ...elsewhere });
    expect(broken(await test.log.verify(foreign))).toEqual(['checkpoint', 14]);
    expect(broken(await test.log.verify({ ...elsewhere, at: '2030' }))).toEqual(['checkpoint', 14]);
  });
});

describe('a restored state', () => {
  it('verifies with the same identity after a restart', async () => {
    const { store, identity, log } = await newLog(3);
    const kept = await log.checkpoint();
    await store.close();
    const again: Store = await openStore(store.folder, { now });
    expect((await auditLog(again, identity, { now }).verify(kept)).ok).toBe(true);
    expect((await failure(auditLog(again, ephemeralIdentity(), { now }).append(entry('a')))).code).toBe(
      'state/damaged',
    );
    await again.close();
  });
});
