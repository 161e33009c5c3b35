import { describe, expect, it } from 'vitest';
import { openStore, sql, type Migration, type Store } from '../../../src/node/store/index.js';
import { checksumOf } from '../../../src/node/store/migrate.js';
import { MIGRATIONS } from '../../../src/node/store/migrations/index.js';
import { addPartner, failure, newFolder, now, openState } from '../support/states.js';

/** Released migrations never change: whoever edits one makes every state that has it unusable. */
const RELEASED = [
  ['partners-and-data', 'bfbad87c86d6e3d938f06fc5bfe6999743397ad3f6bae1187d3574800b3a8972'],
  ['sessions-and-disclosure', 'd88ec5d695e19c897a2cc173bbd5ff2712fd652c8c6dcdd97818fadace53f821'],
  ['governance', '03b69650b15b4ad8f5709705265b4444fcc1e8fcc650e37cc19bb203c338664a'],
  ['running-node', '7f4b07be6c5fb6991125d98a348d92d8cf9d25321a987b6104c55838b9bbd145'],
  ['second-factors', 'f31d837f710e70fa53a06f8d78d2ddea8470d05ca5aa56b34176663626269cee'],
];
/** A later migration, as one that moves data would be. */
const LATER: Migration = {
  name: 'note-length',
  statements: ['ALTER TABLE partners ADD COLUMN note_length INTEGER NOT NULL DEFAULT 0'],
  moveData: async (trx) => {
    await sql`UPDATE partners SET note_length = length(name)`.execute(trx);
  },
};

const schemaOf = async ({ db }: Store): Promise<unknown> =>
  (await sql`SELECT type, name, sql FROM sqlite_master ORDER BY name`.execute(db)).rows;

describe('migrations', () => {
  it('are those that were released', () => {
    expect(MIGRATIONS.map((migration) => [migration.name, checksumOf(migration)])).toEqual(RELEASED);
  });

  it.each(MIGRATIONS.map((_, index) => index + 1))(
    'bring a state of version %i to the newest schema with its data',
    async (version) => {
      const folder = newFolder();
      const old = await openState(folder, { migrations: MIGRATIONS.slice(0, version) });
      expect(old.migrated).toHaveLength(version);
      await addPartner(old, 'kept');
      await old.close();
      const upgraded = await openState(folder);
      expect(upgraded.migrated).toEqual(MIGRATIONS.slice(version).map(({ name }) => name));
      expect(await upgraded.db.selectFrom('partners').select('name').execute()).toEqual([{ name: 'kept' }]);
      expect(await schemaOf(upgraded)).toEqual(await schemaOf(await openState()));
    },
  );

  it('move data in the same transaction', async () => {
    const folder = newFolder();
    const old = await openState(folder);
    await addPartner(old, 'four');
    await old.close();
    const upgraded = await openState(folder, { migrations: [...MIGRATIONS, LATER] });
    expect((await sql`SELECT note_length FROM partners`.execute(upgraded.db)).rows).toEqual([
      { note_length: 4 },
    ]);
  });

  it('that do not fit leave the state as it was', async () => {
    const folder = newFolder();
    const old = await openState(folder);
    await addPartner(old, 'kept');
    const before = await schemaOf(old);
    await old.close();
    const broken: Migration = {
      name: 'broken',
      statements: ['DROP TABLE reports', 'INSERT INTO partners (id) VALUES (NULL)'],
    };
    const refused = await failure(openStore(folder, { now, migrations: [...MIGRATIONS, broken] }));
    expect([refused.code, refused.message]).toEqual([
      'state/damaged',
      expect.stringContaining('migration 6 (broken) does not fit'),
    ]);
    expect(await schemaOf(await openState(folder))).toEqual(before);
  });

  it('of a newer program are told as such, and nothing is changed', async () => {
    const folder = newFolder();
    await (await openState(folder, { migrations: [...MIGRATIONS, LATER] })).close();
    const { code, message } = await failure(openStore(folder, { now }));
    expect(code).toBe('state/newer-version');
    expect(message).toContain('it has schema 6, this program knows 5');
    await openState(folder, { migrations: [...MIGRATIONS, LATER] });
  });

  it.each([
    [
      'of another build',
      `UPDATE migrations SET checksum = 'other' WHERE number = 2`,
      'migration 2 was not made',
    ],
    ['with one missing', 'DELETE FROM migrations WHERE number = 1', 'migration 1 is missing'],
  ])('%s are told as damage', async (_what, change, why) => {
    const folder = newFolder();
    const store = await openState(folder);
    await sql.raw(change).execute(store.db);
    await store.close();
    const refused = await failure(openStore(folder, { now }));
    expect([refused.code, refused.message]).toEqual(['state/damaged', expect.stringContaining(why)]);
  });
});
