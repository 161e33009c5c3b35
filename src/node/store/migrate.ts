import { createHash } from 'node:crypto';
import { sql, type Kysely, type Transaction } from 'kysely';
import { stateError, stateFailure } from './failures.js';
import type { Database } from './schema.js';

/** One step from a version of the schema to the next. */
export interface Migration {
  /** Lower-case words joined by hyphens; never reused. */
  readonly name: string;
  /** What changes the schema, each a single statement. Their checksum is recorded. */
  readonly statements: readonly string[];
  /** Moves data after the statements, in the same transaction. */
  readonly moveData?: (trx: Transaction<Database>) => Promise<void>;
}

export interface MigrateOptions {
  readonly migrations: readonly Migration[];
  readonly folder: string;
  readonly now: () => Date;
}

const RECORDS = `CREATE TABLE IF NOT EXISTS migrations (
  number INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at TEXT NOT NULL
) STRICT`;

/** SHA-256 of a migration's name and statements, in hexadecimal. */
export function checksumOf({ name, statements }: Migration): string {
  return createHash('sha256')
    .update(JSON.stringify([name, ...statements]))
    .digest('hex');
}

/**
 * Applies the migrations that a database lacks, each in a transaction of its own; resolves to the names of those that
 * were applied. What was applied before must be a beginning of the list.
 *
 * @throws VesicaError `state/newer-version` when more was applied than this program knows; `state/damaged` when what was
 * applied is not what it knows, or a migration does not fit the data; `state/unwritable`.
 */
export async function migrate(
  db: Kysely<Database>,
  { migrations, folder, now }: MigrateOptions,
): Promise<readonly string[]> {
  await sql.raw(RECORDS).execute(db);
  const applied = await db.selectFrom('migrations').selectAll().orderBy('number').execute();
  for (const [index, { number, name, checksum }] of applied.entries()) {
    if (number !== index + 1) throw stateError('state/damaged', folder, `migration ${index + 1} is missing`);
    const known = migrations[index];
    if (known === undefined) {
      const why = `it has schema ${applied.length}, this program knows ${migrations.length}`;
      throw stateError('state/newer-version', folder, why);
    }
    if (known.name !== name || checksumOf(known) !== checksum) {
      throw stateError('state/damaged', folder, `migration ${number} was not made by this program`);
    }
  }
  const missing = migrations.slice(applied.length);
  for (const [index, migration] of missing.entries()) {
    await apply(db, { migration, number: applied.length + index + 1, folder, now });
  }
  return missing.map(({ name }) => name);
}

async function apply(
  db: Kysely<Database>,
  {
    migration,
    number,
    folder,
    now,
  }: { migration: Migration; number: number; folder: string; now: () => Date },
): Promise<void> {
  try {
    await db.transaction().execute(async (trx) => {
      for (const statement of migration.statements) await sql.raw(statement).execute(trx);
      await migration.moveData?.(trx);
      const record = { number, name: migration.name, checksum: checksumOf(migration) };
      await trx
        .insertInto('migrations')
        .values({ ...record, applied_at: now().toISOString() })
        .execute();
    });
  } catch (error) {
    const failure = stateFailure(error, folder);
    if (failure.code !== 'internal/defect') throw failure;
    throw stateError(
      'state/damaged',
      folder,
      `migration ${number} (${migration.name}) does not fit its data`,
    );
  }
}
