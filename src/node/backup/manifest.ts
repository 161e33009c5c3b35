import { constants, open } from 'node:fs/promises';
import { join } from 'node:path';
import { concatBytes, fromHex, toHex, utf8 } from '../../bytes.js';
import { VesicaError } from '../../errors.js';
import type { Identity } from '../../protocol/index.js';
import { fingerprint, verifySignature } from '../../transport/index.js';
import type { AuditCheckpoint } from '../audit/index.js';
import { backupDamaged, systemCode } from './failures.js';

export const MANIFEST_FILE = 'manifest.json';
const FORMAT = 'vesica-backup-1';
const LABEL = utf8('VESICA-V1-Backup-Manifest');
const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;
const DIGEST = /^[0-9a-f]{64}$/;
/** A file of the backup or of one of its folders; no path out of it. */
const FILE_PATH = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,99})?$/;

export interface BackedUpFile {
  /** Relative to the backup, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** SHA-256, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** What is in a backup, in the node's word. */
export interface BackupManifest {
  readonly format: typeof FORMAT;
  /** Name and version of what wrote it. */
  readonly software: string;
  readonly party: string;
  /** UTC, to the millisecond: the database is not older than this. */
  readonly createdAt: string;
  /** Of the audit log, which the database in the backup goes up to at least. */
  readonly checkpoint: AuditCheckpoint;
  /** In the order of their paths. */
  readonly files: readonly BackedUpFile[];
}

interface SignedManifest extends BackupManifest {
  /** Ed25519 public key of the node, 64 hexadecimal digits. */
  readonly key: string;
  readonly signature: string;
}

/** The text of the manifest file: JSON in one spelling, so that every bit of it is vouched for. */
export function manifestText(manifest: Omit<BackupManifest, 'format'>, identity: Identity): string {
  const { software, party, createdAt, checkpoint, files } = manifest;
  const { sequence, digest, at, key, signature } = checkpoint;
  const unsigned = {
    format: FORMAT,
    software,
    party,
    createdAt,
    checkpoint: { sequence, digest, at, key, signature },
    files: files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
    key: toHex(identity.publicKey),
  } as const;
  return spelled({ ...unsigned, signature: toHex(identity.sign(statement(unsigned))) });
}

/**
 * Reads the manifest of the backup in `folder` and checks that `publicKey` has signed it, to the last bit. The files that
 * it names are not looked at.
 *
 * @throws VesicaError `state/backup-damaged`, also when another node made it.
 */
export async function checkManifest(folder: string, publicKey: Uint8Array): Promise<BackupManifest> {
  const text = await readManifest(folder);
  let manifest: SignedManifest;
  try {
    manifest = JSON.parse(text) as SignedManifest;
    // Another spelling of the same values is not what the node wrote.
    if (!isManifest(manifest) || spelled(manifest) !== text) throw new Error('not a manifest');
  } catch {
    throw backupDamaged(folder, `its ${MANIFEST_FILE} is not a manifest of this program, or was changed`);
  }
  const { signature, ...unsigned } = manifest;
  const signed = fromHex(signature);
  if (manifest.key !== toHex(publicKey)) {
    const key = fromHex(manifest.key);
    const maker = key === undefined ? 'an unknown node' : fingerprint(key);
    throw backupDamaged(folder, `it was made by ${maker}, and this node is ${fingerprint(publicKey)}`);
  }
  if (
    signed === undefined ||
    toHex(signed) !== signature ||
    !verifySignature(publicKey, statement(unsigned), signed)
  ) {
    throw backupDamaged(folder, `the signature of its ${MANIFEST_FILE} does not hold`);
  }
  return manifest;
}

function statement(unsigned: Omit<SignedManifest, 'signature'>): Uint8Array {
  return concatBytes(LABEL, utf8(JSON.stringify(unsigned)));
}

function spelled(manifest: SignedManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function isManifest(value: unknown): value is SignedManifest {
  if (typeof value !== 'object' || value === null) return false;
  const { format, files, key, signature, checkpoint, createdAt } = value as Partial<Record<string, unknown>>;
  const texts = [key, signature, createdAt];
  return (
    format === FORMAT &&
    texts.every((text) => typeof text === 'string') &&
    typeof checkpoint === 'object' &&
    checkpoint !== null &&
    Array.isArray(files) &&
    files.every(isFile)
  );
}

function isFile(value: unknown): value is BackedUpFile {
  if (typeof value !== 'object' || value === null) return false;
  const { path, bytes, sha256 } = value as Partial<Record<string, unknown>>;
  return (
    typeof path === 'string' &&
    FILE_PATH.test(path) &&
    Number.isSafeInteger(bytes) &&
    typeof sha256 === 'string' &&
    DIGEST.test(sha256)
  );
}

async function readManifest(folder: string): Promise<string> {
  try {
    const file = await open(join(folder, MANIFEST_FILE), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = await file.stat();
      if (!status.isFile() || status.size > MAX_MANIFEST_BYTES) {
        throw backupDamaged(folder, `its ${MANIFEST_FILE} is not a manifest`);
      }
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof VesicaError) throw error;
    throw backupDamaged(folder, `its ${MANIFEST_FILE} cannot be read (${systemCode(error)})`);
  }
}
