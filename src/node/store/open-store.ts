import { randomUUID } from 'node:crypto';
import { mkdir, open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Kysely, SqliteDialect, sql, type Transaction } from 'kysely';
import { openDatabase, type OpenDatabase } from './driver.js';
import { stateError, stateFailure } from './failures.js';
import { lockState } from './lock.js';
import { migrate, type Migration } from './migrate.js';
import { MIGRATIONS } from './migrations/index.js';
import type { Database } from './schema.js';

export const DATABASE_FILE = 'state.sqlite';

const OWNER_FOLDER = 0o700;
const OWNER_FILE = 0o600;
const OTHERS = 0o077;
/** "VESI", so that `file` and this program tell a state from any other database (sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x56455349;

export type StateDatabase = Kysely<Database>;
export type StateTransaction = Transaction<Database>;

/** An open state folder. */
export interface Store {
  /** Queries outside of a transaction. Inside the work of `transaction` it would wait for ever: use the `trx` there. */
  readonly db: StateDatabase;
  /** Absolute path of the folder. */
  readonly folder: string;
  /** New at each opening: rows of any other run were left by a process that has ended. */
  readonly runId: string;
  /** Names of the migrations that this opening applied. */
  readonly migrated: readonly string[];
  /**
   * Runs `work` in a transaction: all of it is on the disk when this resolves, or nothing of it is kept. One at a time.
   *
   * @throws VesicaError what `work` throws; `state/unwritable` when the commit fails.
   */
  transaction<Result>(work: (trx: StateTransaction) => Promise<Result>): Promise<Result>;
  /**
   * Writes a copy of the whole database, as it is at one moment, to a new file for its owner alone; for a backup. It is on
   * the disk when this resolves.
   *
   * @throws VesicaError `state/unwritable`, also when the file exists.
   */
  copyTo(path: string): Promise<void>;
  /** Brings the write-ahead log into the database and empties it. */
  checkpoint(): Promise<void>;
  /** Waits for the transaction under way, closes the database and gives back the lock. Idempotent. */
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly now: () => Date;
  /** Those of this program by default. */
  readonly migrations?: readonly Migration[];
}

/**
 * Opens the state in `folder`, creating both for their owner alone, checks the file and brings its schema up to date. No
 * other process can open it until it is closed or this process has ended.
 *
 * @throws VesicaError `state/in-use`, naming the process; `state/newer-version`; `state/damaged`; `state/unwritable`, also
 * when others may read the folder.
 */
export async function openStore(folder: string, options: StoreOptions): Promise<Store> {
  const place = await preparedFolder(folder);
  const giveBack = await lockState(place);
  let database: OpenDatabase | undefined;
  try {
    const path = join(place, DATABASE_FILE);
    await createFile(path, place);
    database = openDatabase(path, place);
    requireSound(database, place);
    const db = new Kysely<Database>({ dialect: new SqliteDialect({ database }) });
    const migrations = options.migrations ?? MIGRATIONS;
    const migrated = await migrate(db, { migrations, folder: place, now: options.now });
    return openedStore({ db, folder: place, migrated, giveBack });
  } catch (error) {
    try {
      database?.close();
    } finally {
      await giveBack();
    }
    throw stateFailure(error, place);
  }
}

function openedStore({
  giveBack,
  ...opened
}: Pick<Store, 'db' | 'folder' | 'migrated'> & { giveBack: () => Promise<void> }): Store {
  let closing: Promise<void> | undefined;
  return {
    ...opened,
    // Its randomness is no secret: it only has to differ from that of every other run.
    runId: randomUUID(),
    copyTo: (path) => copyTo(opened.db, path),
    checkpoint: async () => {
      await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(opened.db);
    },
    transaction: (work) => opened.db.transaction().execute(work),
    close: () => (closing ??= closed(opened.db).finally(giveBack)),
  };
}

async function closed(db: StateDatabase): Promise<void> {
  // There is one connection: having it means that nobody else is at work. Destroying alone would not wait.
  await db.connection().execute(() => Promise.resolve());
  await db.destroy();
}

async function copyTo(db: StateDatabase, path: string): Promise<void> {
  try {
    // SQLite writes into an empty file, which has its permissions from the start this way.
    await (await open(path, 'wx', OWNER_FILE)).close();
    await sql`VACUUM INTO ${path}`.execute(db);
    await flush(path);
    await flush(dirname(path));
  } catch (error) {
    throw stateFailure(error, path);
  }
}

/** Creates the folder unless it is there; its real path. */
async function preparedFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: OWNER_FOLDER });
    const place = await realpath(folder);
    const status = await stat(place);
    if (process.platform !== 'win32' && (status.mode & OTHERS) !== 0) {
      throw stateError('state/unwritable', place, `others may read or change it; run: chmod 700 ${place}`);
    }
    return place;
  } catch (error) {
    throw stateFailure(error, folder);
  }
}

/** Creates the database file for its owner alone; the files that SQLite puts beside it take its permissions. */
async function createFile(path: string, folder: string): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'a', OWNER_FILE);
    const status = await file.stat();
    if (process.platform !== 'win32' && (status.mode & OTHERS) !== 0) {
      throw stateError('state/unwritable', folder, `others may read or change ${DATABASE_FILE}`);
    }
  } finally {
    await file?.close();
  }
  await flush(path);
  // The new name itself must be on the disk before anything is said to be spent in the file.
  await flush(dirname(path));
}

/** Puts a file or a folder on the disk. */
async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
}

/** @throws VesicaError `state/damaged` when the database is another program's, or its pages do not fit each other. */
function requireSound(database: OpenDatabase, folder: string): void {
  const id = database.pragma('application_id')[0]?.['application_id'];
  const pages = Number(database.pragma('schema_version')[0]?.['schema_version']);
  if (id !== APPLICATION_ID) {
    if (id !== 0 || pages > 0) throw stateError('state/damaged', folder, 'the database is not one of Vesica');
    database.pragma(`application_id = ${APPLICATION_ID}`);
  }
  const found = database.pragma('quick_check(1)')[0]?.['quick_check'];
  if (found !== 'ok')
    throw stateError('state/damaged', folder, 'the pages of the database do not fit each other');
}
