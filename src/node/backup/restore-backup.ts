import { mkdir, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { asVesicaError, VesicaError } from '../../errors.js';
import type { RandomSource } from '../../random.js';
import type { NodeIdentity } from '../../transport/index.js';
import { auditLog, type AuditLog } from '../audit/index.js';
import type { Actor } from '../context.js';
import { SealedFolder, type KeyRing } from '../keys/index.js';
import { DATABASE_FILE, idSource, openStore, type Store } from '../store/index.js';
import { copyFile, flushFolder, flushFolders, namesIn } from './copy.js';
import { backupDamaged, systemCode, writeFailure } from './failures.js';
import { checkManifest, type BackupManifest } from './manifest.js';
import { settleRestored, type AfterRestore, type RestoreChanges } from './restored-state.js';
import type { SealedPlace } from './write-backup.js';

export interface VerifyOptions {
  /** The node whose backup it must be. */
  readonly identity: NodeIdentity;
  /** Public keys that the node had before. */
  readonly formerKeys: readonly Uint8Array[];
  /** Open what is sealed in the backup. */
  readonly keys: KeyRing;
  readonly sealed: readonly SealedPlace[];
  readonly random: RandomSource;
  readonly now: () => Date;
}

export interface RestoreOptions extends VerifyOptions {
  /** Must not exist, or be empty. */
  readonly stateFolder: string;
  readonly after: AfterRestore;
  readonly tokens: 'revoke' | 'keep';
  readonly actor: Actor;
  /** Last changes to the restored state, before it is put in place: a new admin token. */
  readonly finish?: ((store: Store, audit: AuditLog) => Promise<void>) | undefined;
}

/** What a backup was found to be. */
export interface VerifiedBackup {
  readonly manifest: BackupManifest;
  readonly auditEntries: number;
}

export interface RestoredState extends VerifiedBackup {
  readonly changes: RestoreChanges;
}

/** The folders of the keys in a backup, which are never put in place by themselves. */
const EXPORTS = 'exports';

/**
 * Checks a backup as a restore does: manifest, every file, database, audit log, everything sealed. It needs room for a
 * copy in `workFolder`, which is removed again.
 *
 * @throws VesicaError as `restoreBackup`.
 */
export async function verifyBackup(
  backup: string,
  workFolder: string,
  options: VerifyOptions,
): Promise<VerifiedBackup> {
  const source = resolve(backup);
  return inScratch(resolve(workFolder), async (scratch) => {
    const manifest = await unpack(source, scratch, options);
    const opened = await openCopy(source, scratch, options);
    try {
      return {
        manifest,
        auditEntries: await requireSound(source, scratch, { ...options, audit: opened.audit, manifest }),
      };
    } finally {
      await opened.store.close();
    }
  });
}

/**
 * Puts the state in `backup` back, after everything in it was checked; before that, nothing is put anywhere. See
 * `settleRestored` for what changes on the way.
 *
 * @throws VesicaError `state/backup-damaged` when anything in it is not as it was written, or another node wrote it;
 * `keys/wrong-key` when what is sealed in it needs another master key; `state/newer-version`; `state/conflict` when the
 * state folder is not empty; `output/unwritable`.
 */
export async function restoreBackup(backup: string, options: RestoreOptions): Promise<RestoredState> {
  const source = resolve(backup);
  const target = resolve(options.stateFolder);
  await requireEmpty(target);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  return inScratch(dirname(target), async (scratch) => {
    const manifest = await unpack(source, scratch, options);
    const { store, audit } = await openCopy(source, scratch, options);
    let restored: RestoredState;
    try {
      const auditEntries = await requireSound(source, scratch, { ...options, audit, manifest });
      const { now, random } = options;
      const context = { store, audit, now, random, newId: idSource({ now, random }) };
      const exportFiles = new Set(await namesIn(join(scratch, EXPORTS)));
      const changes = await settleRestored(context, { ...options, manifest, exportFiles });
      await options.finish?.(store, audit);
      restored = { manifest, auditEntries, changes };
    } finally {
      await store.close();
    }
    await removeLogs(scratch);
    await putInPlace(scratch, target);
    return restored;
  });
}

/** Copies what belongs into a state folder, and checks every byte on the way. */
async function unpack(source: string, scratch: string, options: VerifyOptions): Promise<BackupManifest> {
  const manifest = await checkManifest(source, options.identity.publicKey);
  const folders = new Set(options.sealed.map(({ folder }) => folder));
  const copied: string[] = [];
  for (const { path, bytes, sha256 } of manifest.files) {
    const to = join(scratch, path);
    try {
      const found = await copyFile({ from: join(source, path), to });
      if (found.bytes !== bytes || found.sha256 !== sha256)
        throw backupDamaged(source, `${path} was changed`);
    } catch (error) {
      if (!['ENOENT', 'ELOOP', 'EINVAL', 'ENOTDIR', 'EISDIR'].includes(systemCode(error))) throw error;
      throw backupDamaged(source, `${path} cannot be read (${systemCode(error)})`);
    }
    const [folder] = path.split('/');
    if (path === DATABASE_FILE || (path.includes('/') && folders.has(folder ?? ''))) copied.push(path);
    // Configuration and keys were checked, and are the operator's to place.
    else await rm(to);
  }
  if (!copied.includes(DATABASE_FILE)) throw backupDamaged(source, 'it has no database');
  await rm(join(scratch, 'keys'), { recursive: true, force: true });
  await flushFolders(scratch, copied);
  return manifest;
}

async function openCopy(
  source: string,
  scratch: string,
  { identity, formerKeys, now }: VerifyOptions,
): Promise<{ readonly store: Store; readonly audit: AuditLog }> {
  try {
    const store = await openStore(scratch, { now });
    return { store, audit: auditLog(store, identity, { now, formerKeys }) };
  } catch (error) {
    const { code, message } = asVesicaError(error);
    if (code !== 'state/damaged') throw error;
    throw backupDamaged(source, `its database cannot be used: ${message}`);
  }
}

/** @returns How many entries the audit log has. */
async function requireSound(
  source: string,
  scratch: string,
  {
    audit,
    manifest,
    sealed,
    keys,
    random,
  }: VerifyOptions & { readonly audit: AuditLog; readonly manifest: BackupManifest },
): Promise<number> {
  const verdict = await audit.verify(manifest.checkpoint);
  if (!verdict.ok) throw backupDamaged(source, `its audit log does not hold: ${verdict.message}`);
  for (const { folder, purpose } of sealed) {
    const names = await namesIn(join(scratch, folder));
    if (names.length === 0) continue;
    const opened = await SealedFolder.open(join(scratch, folder), purpose, { keys, random });
    for (const name of names) await readThrough(source, opened, name);
  }
  return verdict.entries;
}

/** Opens a sealed file to its end, which is when it is known to be whole. */
async function readThrough(source: string, folder: SealedFolder, name: string): Promise<void> {
  try {
    for await (const piece of folder.read(name)) piece.fill(0);
  } catch (error) {
    const { code, message } = asVesicaError(error);
    if (code !== 'keys/damaged') throw error;
    throw backupDamaged(source, message);
  }
}

async function requireEmpty(folder: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw writeFailure(error, folder);
  }
  if (names.length === 0) return;
  throw new VesicaError(
    'state/conflict',
    `${folder} is not empty: a state is restored into an empty folder. Move what is there away first`,
    { field: 'state' },
  );
}

async function putInPlace(scratch: string, target: string): Promise<void> {
  await rmdir(target).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
  });
  await rename(scratch, target);
  await flushFolder(dirname(target));
}

/** The database was closed, which empties its log; the files of the log stay until the driver lets go of them. */
async function removeLogs(scratch: string): Promise<void> {
  for (const suffix of ['-wal', '-shm'])
    await rm(join(scratch, `${DATABASE_FILE}${suffix}`), { force: true });
  await flushFolder(scratch);
}

async function inScratch<Result>(
  parent: string,
  work: (scratch: string) => Promise<Result>,
): Promise<Result> {
  let scratch: string | undefined;
  try {
    scratch = await mkdtemp(join(parent, '.vesica-restore-'));
    return await work(scratch);
  } catch (error) {
    throw writeFailure(error, parent);
  } finally {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  }
}
