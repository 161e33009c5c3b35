import { randomUUID } from 'node:crypto';
import { mkdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { VesicaError } from '../../errors.js';
import type { Identity } from '../../protocol/index.js';
import type { AuditLog } from '../audit/index.js';
import type { Actor } from '../context.js';
import { DATABASE_FILE, type Store } from '../store/index.js';
import { copyFile, digestFile, flushFolder, flushFolders, inNewFolder, namesIn, writeFile } from './copy.js';
import { systemCode, writeFailure } from './failures.js';
import { MANIFEST_FILE, manifestText, type BackedUpFile, type BackupManifest } from './manifest.js';

/** A folder of sealed files within the state folder. */
export interface SealedPlace {
  readonly folder: string;
  /** What its files were sealed for. */
  readonly purpose: string;
}

export interface BackupOptions {
  readonly store: Store;
  readonly audit: AuditLog;
  /** Signs the manifest. */
  readonly identity: Identity;
  readonly party: string;
  readonly software: string;
  /**
   * The sealed files to take along. Staged lists are not among them: they are gone when their session ends, and a copy
   * would outlive that.
   */
  readonly sealed: readonly SealedPlace[];
  /** Files from elsewhere, by their names in the backup: the configuration, or the keys if that was asked for. */
  readonly extras: Readonly<Record<string, string>>;
  readonly actor: Actor;
  readonly now: () => Date;
}

/**
 * Writes a backup of a state, which may be in use, into the new folder `target`; it appears whole or not at all. What is
 * sealed stays sealed. The database is not encrypted: it is as confidential as the state folder.
 *
 * @throws VesicaError `output/unwritable` when the folder exists or cannot be written; `state/...`.
 */
export async function writeBackup(target: string, options: BackupOptions): Promise<BackupManifest> {
  const { store, audit, identity, party, software, sealed, extras, actor, now } = options;
  const place = resolve(target);
  try {
    await requireAbsent(place);
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    const createdAt = now().toISOString();
    const detail = { name: basename(place).slice(0, 100), withKeys: Object.keys(extras).some(isKey) };
    await audit.append({ actor, action: 'state.backed-up', subject: { kind: 'state', id: 'state' }, detail });
    const checkpoint = await audit.checkpoint();
    const scratch = join(dirname(place), `.${basename(place)}.${randomUUID()}`);
    return await inNewFolder(scratch, async () => {
      const files: BackedUpFile[] = [];
      // The database first: a sealed file that it does not know yet is swept away by the restored node, and one that
      // retention deletes in the meantime is not missed.
      await store.copyTo(join(scratch, DATABASE_FILE));
      files.push({ path: DATABASE_FILE, ...(await digestFile(join(scratch, DATABASE_FILE))) });
      for (const { folder } of sealed) files.push(...(await copySealed(store.folder, scratch, folder)));
      for (const [path, from] of Object.entries(extras)) {
        files.push({ path, ...(await copyFile({ from, to: join(scratch, path) })) });
      }
      files.sort((a, b) => (a.path < b.path ? -1 : 1));
      const text = manifestText({ software, party, createdAt, checkpoint, files }, identity);
      await writeFile(join(scratch, MANIFEST_FILE), text);
      await flushFolders(
        scratch,
        files.map(({ path }) => path),
      );
      await rename(scratch, place);
      await flushFolder(dirname(place));
      return JSON.parse(text) as BackupManifest;
    });
  } catch (error) {
    throw writeFailure(error, place);
  }
}

const KEYS = 'keys/';
const isKey = (path: string): boolean => path.startsWith(KEYS);

async function copySealed(state: string, scratch: string, folder: string): Promise<BackedUpFile[]> {
  const files: BackedUpFile[] = [];
  for (const name of await namesIn(join(state, folder))) {
    const path = `${folder}/${name}`;
    try {
      const copied = await copyFile({ from: join(state, folder, name), to: join(scratch, path) });
      files.push({ path, ...copied });
    } catch (error) {
      // Deleted since the folder was listed: its time was up, and it belongs to no backup.
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
  return files;
}

async function requireAbsent(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (found !== undefined) {
    throw new VesicaError('output/unwritable', `${path} exists already; a backup goes into a new folder`, {
      field: 'backup',
    });
  }
}
