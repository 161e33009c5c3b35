import Libsql from 'libsql';
import type { SqliteDatabase } from 'kysely';
import { stateFailure } from './failures.js';

type Statement = ReturnType<SqliteDatabase['prepare']>;

const NOTHING_TO_DO: Statement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

/** One open database file, as Kysely wants it; whatever goes wrong is a coded error. */
export interface OpenDatabase extends SqliteDatabase {
  /** Runs a pragma and gives back the rows it answers with. */
  pragma(text: string): readonly Readonly<Record<string, unknown>>[];
}

/**
 * Opens a database file with write-ahead log, full fsync at every commit, and foreign keys enforced.
 *
 * @param folder - The state folder, for messages.
 * @throws VesicaError `state/damaged` when it is no database; `state/unwritable`; `state/in-use`.
 */
export function openDatabase(path: string, folder: string): OpenDatabase {
  const guarded = <Value>(action: () => Value): Value => {
    try {
      return action();
    } catch (error) {
      throw stateFailure(error, folder);
    }
  };
  const database = guarded(() => new Libsql(path));
  const pragma = (text: string): Record<string, unknown>[] =>
    guarded(() => database.prepare(`PRAGMA ${text}`).all().map(withBytes));
  const prepare = (sql: string): Statement => {
    // SQLite rolls back by itself when a write fails; asking for it again would hide why it did.
    if (sql === 'rollback' && !database.inTransaction) return NOTHING_TO_DO;
    const statement = guarded(() => database.prepare(sql));
    const all = (parameters: readonly unknown[]): Record<string, unknown>[] =>
      guarded(() => statement.all(bound(parameters)).map(withBytes));
    return {
      reader: statement.reader,
      all,
      run: (parameters) => guarded(() => statement.run(bound(parameters))),
      // Not row by row: a connection with a statement half read takes no other one's commit.
      iterate: (parameters) => all(parameters).values(),
    };
  };
  try {
    // Another process at the file is a mistake that waiting does not mend.
    pragma('busy_timeout = 0');
    pragma('journal_mode = WAL');
    pragma('synchronous = FULL');
    // On macOS a plain fsync leaves data in the drive's cache; elsewhere this does nothing.
    pragma('fullfsync = ON');
    pragma('foreign_keys = ON');
    // What retention deleted is overwritten, not left in free pages.
    pragma('secure_delete = ON');
    pragma('trusted_schema = OFF');
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    prepare,
    pragma,
    close: () => {
      // The driver keeps the file open until its statements are collected, so the log is emptied here.
      try {
        pragma('wal_checkpoint(TRUNCATE)');
      } finally {
        database.close();
      }
    },
  };
}

function bound(parameters: readonly unknown[]): unknown[] {
  return parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value));
}

/** A row with its blobs as `Uint8Array`; the driver hands them out as `ArrayBuffer`. */
function withBytes(row: unknown): Record<string, unknown> {
  const columns = row as Record<string, unknown>;
  for (const [name, value] of Object.entries(columns)) {
    if (value instanceof ArrayBuffer) columns[name] = new Uint8Array(value);
  }
  return columns;
}
