import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { stateError, stateFailure } from './failures.js';

/** A database without content. It stays in the folder: another file under its name would be another lock. */
export const LOCK_FILE = 'state.lock';
/** Who has the lock, for the message to the next. */
const OWNER_NOTE = 'state.owner';
const OWNER_ONLY = 0o600;

/**
 * Folders that this process has. A second look at the lock file must not even open it: closing any handle of a file
 * drops the locks that the process has on it (POSIX, fcntl).
 */
const held = new Set<string>();

/**
 * Takes the lock of a state folder for this process; resolves to what gives it back. It is SQLite's own lock, which an
 * open transaction holds: processes of all containers that share the folder see it, and the system frees it when the
 * process ends, however it ends.
 *
 * @param folder - Its real path.
 * @throws VesicaError `state/in-use`, naming the process; `state/unwritable`.
 */
export async function lockState(folder: string): Promise<() => Promise<void>> {
  if (held.has(folder)) throw stateError('state/in-use', folder, 'this process has it open already');
  held.add(folder);
  const note = join(folder, OWNER_NOTE);
  try {
    const release = await exclusive(join(folder, LOCK_FILE));
    const giveBack = async (): Promise<void> => {
      if (!held.has(folder)) return;
      await rm(note, { force: true });
      release();
      held.delete(folder);
    };
    try {
      await writeFile(note, JSON.stringify({ pid: process.pid, host: hostname() }), { mode: OWNER_ONLY });
    } catch (error) {
      await giveBack();
      throw error;
    }
    return giveBack;
  } catch (error) {
    held.delete(folder);
    const failure = stateFailure(error, folder);
    throw failure.code === 'state/in-use' ? stateError(failure.code, folder, await ownerOf(note)) : failure;
  }
}

async function exclusive(path: string): Promise<() => void> {
  // Made here for its owner alone, and left alone when it is there.
  await open(path, 'wx', OWNER_ONLY).then(
    (file) => file.close(),
    (error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    },
  );
  const database = new Libsql(path);
  try {
    database.exec('PRAGMA busy_timeout = 0');
    // Nothing is ever written, and no journal is to lie beside it.
    database.exec('PRAGMA journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw error;
  }
  return () => {
    // The transaction first: the driver keeps the file open until all that ran on it is collected.
    database.exec('ROLLBACK');
    database.close();
  };
}

async function ownerOf(note: string): Promise<string> {
  try {
    const { pid, host } = JSON.parse(await readFile(note, 'utf8')) as { pid: number; host: string };
    return `process ${pid} of ${host} has it open`;
  } catch {
    return 'another process has it open';
  }
}
