import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { VesicaError } from '../errors.js';
import { fileFailure } from './failures.js';

/** Somebody has the lock. `why` says who and what to do. */
const inUse = (name: string, why: string): VesicaError =>
  new VesicaError('ledger/in-use', `${name} is in use: ${why}`, { field: 'ledger' });

const OWNER_ONLY = 0o600;
/** Each turn ends with a lock that somebody else took or gave back in the meantime; so many in a row are no accident. */
const MAX_TURNS = 10;

/** Who holds a lock. The token is new each time, so a lock is never taken for an earlier one of the same process. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

/** Locks that this process holds; its own number in any other lock is that of an earlier process. */
const held = new Set<string>();

/**
 * Takes the lock file `path` for this process; resolves to what gives it back. The file appears with its content or not
 * at all. A lock of a process of this machine that has ended is taken over.
 *
 * @param name - What the lock guards, as messages call it.
 * @throws VesicaError `ledger/in-use` when another has it; `ledger/unwritable` when the folder takes no file.
 */
export async function takeLock(path: string, name: string): Promise<() => Promise<void>> {
  if (held.has(path)) throw inUse(name, 'this process has it open already');
  held.add(path);
  try {
    const mine: Holder = { pid: process.pid, host: hostname(), token: randomUUID() };
    await acquire(path, mine, (why) => inUse(name, why));
    return () => giveBack(path, mine);
  } catch (error) {
    held.delete(path);
    throw fileFailure(error, name);
  }
}

async function acquire(path: string, mine: Holder, inUse: (why: string) => VesicaError): Promise<void> {
  const prepared = `${path}.${mine.token}`;
  try {
    await writeDurably(prepared, JSON.stringify(mine));
    for (let turn = 0; turn < MAX_TURNS; turn += 1) {
      if (await linked(prepared, path)) return;
      const other = await readHolder(path);
      if (other === undefined) continue;
      if (other === 'unknown') throw inUse(`${path} is not a lock of Vesica; remove it if nothing uses it`);
      if (!hasEnded(other)) {
        const from = `process ${other.pid} of ${other.host}`;
        throw inUse(`${from} has it; if that process is not Vesica any more, remove ${path}`);
      }
      if (await takeOver(path, prepared, other)) return;
    }
    throw inUse(`its lock keeps changing hands, or a takeover did not end; see ${path}.*`);
  } finally {
    await rm(prepared, { force: true });
  }
}

/**
 * Replaces the lock of a process that has ended. Whoever wants to must first create the claim on exactly that lock, by
 * its token, and then find it still in place: so of two that saw the same dead lock, the later cannot remove the lock
 * which the earlier has put there. `prepared` holds the new lock.
 */
export async function takeOver(path: string, prepared: string, dead: Holder): Promise<boolean> {
  const claim = `${path}.${dead.token}.claim`;
  if (!(await linked(prepared, claim))) return false;
  try {
    const current = await readHolder(path);
    if (current === undefined || current === 'unknown' || current.token !== dead.token) return false;
    await rename(prepared, path);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

async function giveBack(path: string, mine: Holder): Promise<void> {
  try {
    const holder = await readHolder(path);
    if (holder !== undefined && holder !== 'unknown' && holder.token === mine.token)
      await rm(path, { force: true });
  } finally {
    held.delete(path);
  }
}

async function readHolder(path: string): Promise<Holder | 'unknown' | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    const { pid, host, token } = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>;
    const isHolder = typeof pid === 'number' && typeof host === 'string' && typeof token === 'string';
    return isHolder && Number.isSafeInteger(pid) && pid > 0 && /^[0-9a-f-]{36}$/.test(token)
      ? { pid, host, token }
      : 'unknown';
  } catch {
    return 'unknown';
  }
}

/** Whether the holder is certainly gone. The processes of another machine cannot be seen from here. */
function hasEnded({ pid, host }: Holder): boolean {
  if (host !== hostname()) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return isCode(error, 'ESRCH');
  }
}

/** Gives the file `from` the second name `to`; `false` when that name is taken. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
