import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openStore, sql, type Store } from '../../../src/node/store/index.js';
import { startProcess } from '../support/processes.js';
import { addPartner, failure, newFolder, now, openState } from '../support/states.js';

// Runs the built program, as the tests of the command do.
const SCRIPT = fileURLToPath(new URL('../support/state-process.mjs', import.meta.url));
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const names = async ({ db }: Store): Promise<string[]> =>
  (await db.selectFrom('settings').select('name').execute()).map(({ name }) => name);
const setting = (name: string): { name: string; value: string; updated_at: string } => ({
  name,
  value: '1',
  updated_at: '2026',
});

/** A promise and what resolves it. */
function gate(): { promise: Promise<void>; resolve: () => void } {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => (open = resolve));
  return { promise, resolve: () => open() };
}

describe('a state folder', () => {
  it('is made for its owner alone, with everything in it', async () => {
    const folder = join(newFolder(), 'new', 'state');
    const store = await openState(folder);
    await addPartner(store, 'a');
    expect(mode(folder)).toBe('700');
    expect(readdirSync(folder).map((name) => [name, mode(join(folder, name))])).toEqual([
      ['state.lock', '600'],
      ['state.owner', '600'],
      ['state.sqlite', '600'],
      ['state.sqlite-shm', '600'],
      ['state.sqlite-wal', '600'],
    ]);
  });

  it('writes with full fsync, and keeps references', async () => {
    const { db } = await openState();
    const read = async (pragma: string): Promise<unknown> =>
      Object.values((await sql.raw(`PRAGMA ${pragma}`).execute(db)).rows[0] as object)[0];
    expect([await read('journal_mode'), await read('synchronous'), await read('foreign_keys')]).toEqual([
      'wal',
      2,
      1,
    ]);
  });

  it('keeps what was committed when it is closed and opened again', async () => {
    const folder = newFolder();
    const first = await openState(folder);
    await addPartner(first, 'a');
    await Promise.all([first.close(), first.close()]);
    expect(readdirSync(folder)).not.toContain('state.owner');
    const second = await openState(folder);
    expect(await second.db.selectFrom('partners').select('name').execute()).toEqual([{ name: 'a' }]);
    expect(second.migrated).toEqual([]);
    expect(second.runId).not.toBe(first.runId);
  });

  it('that others may read is refused', async () => {
    const folder = newFolder();
    chmodSync(folder, 0o750);
    const { code, message } = await failure(openStore(folder, { now }));
    expect(code).toBe('state/unwritable');
    expect(message).toContain('chmod 700');
    chmodSync(folder, 0o700);
    writeFileSync(join(folder, 'state.sqlite'), '', { mode: 0o644 });
    expect((await failure(openStore(folder, { now }))).code).toBe('state/unwritable');
    expect(readdirSync(folder)).toEqual(['state.lock', 'state.sqlite']);
  });

  it('that cannot be one is refused', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    expect((await failure(openStore(join(file, 'state'), { now }))).code).toBe('state/unwritable');
    const folder = newFolder();
    mkdirSync(join(folder, 'state.sqlite'));
    expect((await failure(openStore(folder, { now }))).code).toBe('state/unwritable');
  });
});

describe('a copy', () => {
  it('is a state of its own, for its owner alone', async () => {
    const store = await openState();
    await addPartner(store, 'before');
    const folder = newFolder();
    const path = join(folder, 'state.sqlite');
    await store.copyTo(path);
    await addPartner(store, 'after');
    expect(mode(path)).toBe('600');
    const copy = await openState(folder);
    expect(copy.migrated).toEqual([]);
    expect(await copy.db.selectFrom('partners').select('name').execute()).toEqual([{ name: 'before' }]);
  });

  it('never replaces a file', async () => {
    const store = await openState();
    const path = join(newFolder(), 'copy');
    writeFileSync(path, 'kept');
    expect((await failure(store.copyTo(path))).code).toBe('state/unwritable');
    expect(readFileSync(path, 'utf8')).toBe('kept');
  });
});

describe('a transaction', () => {
  it('that fails leaves nothing, and the next goes on', async () => {
    const store = await openState();
    const boom = new Error('boom');
    const failing = store.transaction(async (trx) => {
      await trx.insertInto('settings').values(setting('a')).execute();
      throw boom;
    });
    await expect(failing).rejects.toBe(boom);
    await store.transaction((trx) => trx.insertInto('settings').values(setting('b')).execute());
    expect(await names(store)).toEqual(['b']);
  });

  it('waits for the one before', async () => {
    const store = await openState();
    const add = (name: string): Promise<void> =>
      store.transaction(async (trx) => {
        const count = (await trx.selectFrom('settings').select('name').execute()).length;
        await trx
          .insertInto('settings')
          .values(setting(`${name}${count}`))
          .execute();
      });
    await Promise.all(['a', 'b', 'c'].map(add));
    expect((await names(store)).sort()).toEqual(['a0', 'b1', 'c2']);
  });

  it('under way is waited for when the state is closed', async () => {
    const store = await openState();
    const { promise: going, resolve: goOn } = gate();
    const adding = store.transaction(async (trx) => {
      await going;
      await trx.insertInto('settings').values(setting('kept')).execute();
    });
    const closing = store.close();
    await new Promise((resolve) => setImmediate(resolve));
    goOn();
    await Promise.all([adding, closing]);
    expect(await names(await openState(store.folder))).toEqual(['kept']);
  });

  it('does not tell a value in its error', async () => {
    const { db } = await openState();
    const error = await failure(
      sql`INSERT INTO settings VALUES (${'name'}, ${'{"secret"'}, ${'2026'})`.execute(db),
    );
    expect([error.code, error.message]).toEqual([
      'internal/defect',
      'the database refused a statement: SQLITE_CONSTRAINT_CHECK',
    ]);
    expect(error.cause).toBeUndefined();
  });
});

describe('a damaged database', () => {
  async function closedState(): Promise<string> {
    const store = await openState();
    for (let i = 0; i < 200; i += 1) {
      await store.db
        .insertInto('settings')
        .values({ ...setting(`s${i}`), value: JSON.stringify('x'.repeat(100)) })
        .execute();
    }
    await store.close();
    return store.folder;
  }

  it.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['of another kind', () => Buffer.from('something else entirely '.repeat(300))],
    ['cut short', (bytes) => bytes.subarray(0, bytes.length - 4096)],
    ['with a broken header', (bytes) => bytes.fill(0, 0, 16)],
    ['with a broken page', (bytes) => bytes.fill(0xff, bytes.length - 4096)],
    ['with the schema gone', (bytes) => bytes.fill(0xff, 100, 4096)],
  ])('%s is refused, and the lock given back', async (_what, change) => {
    const folder = await closedState();
    const path = join(folder, 'state.sqlite');
    writeFileSync(path, change(readFileSync(path)));
    expect((await failure(openStore(folder, { now }))).code).toBe('state/damaged');
    expect(readdirSync(folder)).not.toContain('state.owner');
  });

  it('of another program is left alone', async () => {
    const folder = await closedState();
    const store = await openState(folder);
    await sql`PRAGMA application_id = 1`.execute(store.db);
    await store.close();
    const { code, message } = await failure(openStore(folder, { now }));
    expect(code).toBe('state/damaged');
    expect(message).toContain('not one of Vesica');
  });
});

describe('two processes', () => {
  it('cannot own one folder, and the second is told who does', async () => {
    const folder = newFolder();
    const holder = startProcess(SCRIPT, folder, 'hold');
    expect(await holder.says()).toBe('open');
    const refused = await failure(openStore(folder, { now }));
    expect(refused.code).toBe('state/in-use');
    expect(refused.message).toContain(`process ${String(holder.child.pid)} `);
    await holder.kill();
    const store = await openState(folder);
    // Looking at the lock file a second time must not lose the lock.
    expect((await failure(openStore(folder, { now }))).message).toContain('this process');
    const other = startProcess(SCRIPT, folder, 'hold');
    expect(await other.says()).toBe('state/in-use');
    await store.close();
    const next = startProcess(SCRIPT, folder, 'hold');
    expect(await next.says()).toBe('open');
  });
});

describe('the lock of a state folder', () => {
  it('holds whatever is said of who has it: processes of two containers may have one number, and none sees the other', async () => {
    const folder = newFolder();
    const holder = startProcess(SCRIPT, folder, 'hold');
    expect(await holder.says()).toBe('open');
    const note = join(folder, 'state.owner');
    for (const text of [
      `{"pid":${process.pid},"host":"elsewhere"}`,
      '{"pid":999999999,"host":""}',
      'broken',
      undefined,
    ]) {
      if (text === undefined) rmSync(note);
      else writeFileSync(note, text);
      expect((await failure(openStore(folder, { now }))).code).toBe('state/in-use');
    }
  });

  it('is free when its holder has ended, whatever is said of who has it', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'state.owner'), `{"pid":${process.ppid},"host":"elsewhere"}`, { mode: 0o600 });
    await (await openState(folder)).close();
    await openState(folder);
  });
});

describe('a process that is killed', () => {
  it('in a transaction leaves nothing of it, and all before it', async () => {
    const folder = newFolder();
    const process = startProcess(SCRIPT, folder, 'half');
    expect([await process.says(), await process.says()]).toEqual(['open', 'in a transaction']);
    await process.kill();
    expect(await names(await openState(folder))).toEqual(['whole']);
  });
});

describe('a disk that takes no more', () => {
  it('is told as such, and the transaction does not count, now or later', async () => {
    const folder = newFolder();
    // A limit on the size of files makes the system itself refuse to write.
    const limited = ['-c', 'ulimit -f 1600; exec "$@"', 'sh', process.execPath, SCRIPT, folder, 'fill'];
    const [opened, told] = spawnSync('sh', limited, { encoding: 'utf8' }).stdout.split('\n');
    expect(opened).toBe('open');
    expect(JSON.parse(told!)).toMatchObject({ code: 'state/unwritable', kept: true });
    expect((await names(await openState(folder))).length).toBeGreaterThan(3);
  });
});
