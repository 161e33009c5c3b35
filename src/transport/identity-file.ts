import { randomUUID } from 'node:crypto';
import { constants, link, open, rm, type FileHandle } from 'node:fs/promises';
import { VesicaError } from '../errors.js';
import { NodeIdentity, tlsCredentials } from './identity.js';

/** A key and a chain of certificates are a few kilobytes; a larger file is another file. */
const MAX_FILE_BYTES = 64 * 1024;
const OWNER_ONLY = 0o600;
const OTHERS = 0o077;
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\s[A-Za-z0-9+/=\s]+-----END \1-----\n?/g;

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';

/**
 * Writes an identity to a new file: PKCS#8 private key, then the certificates, PEM, readable by its owner only. The
 * file appears whole or not at all, and an existing file is never replaced: a lost key cannot be made again.
 *
 * @throws VesicaError `output/unwritable` when the file exists or cannot be written.
 */
export async function saveIdentity(identity: NodeIdentity, path: string): Promise<void> {
  const { key, cert } = tlsCredentials(identity);
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(unfinished, 'wx', OWNER_ONLY);
    try {
      await file.writeFile(`${key.trimEnd()}\n${cert.trimEnd()}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    // A hard link fails when the name is taken; a rename would silently replace what is there.
    await link(unfinished, path);
  } catch (error) {
    const reason =
      errorCode(error) === 'EEXIST' ? 'it exists already' : `the system says ${errorCode(error)}`;
    throw new VesicaError('output/unwritable', `cannot write the identity file ${path}: ${reason}`, {
      field: 'tls.identity',
    });
  } finally {
    await rm(unfinished, { force: true });
  }
}

/**
 * Reads an identity file. On systems with POSIX permissions a file that anyone but its owner may read or write is
 * refused, as ssh does: the key in it must be taken for known.
 *
 * @throws VesicaError `config/unreadable` when the file is absent, not readable, or open to others;
 * `config/invalid` when it holds anything but one Ed25519 key and its certificates.
 */
export async function loadIdentity(path: string): Promise<NodeIdentity> {
  const text = await readPrivateFile(path);
  const blocks = [...text.matchAll(PEM_BLOCK)].map(([pem, label]) => ({ pem, label }));
  const keys = blocks.filter(({ label }) => label === 'PRIVATE KEY');
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE');
  const [key] = keys;
  if (key === undefined || keys.length > 1 || keys.length + certificates.length !== blocks.length) {
    throw new VesicaError(
      'config/invalid',
      `${path} is not an identity file: it must hold one unencrypted PKCS#8 private key and its certificate, PEM`,
      { field: 'tls.identity' },
    );
  }
  return new NodeIdentity(
    key.pem,
    certificates.map(({ pem }) => pem),
  );
}

/** Text of a file that only its owner can open. Checked on the open file, so it cannot be swapped in between. */
async function readPrivateFile(path: string): Promise<string> {
  const refuse = (reason: string): never => {
    throw new VesicaError('config/unreadable', `cannot use the identity file ${path}: ${reason}`, {
      field: 'tls.identity',
    });
  };
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await file.stat();
    if (!status.isFile()) return refuse('it is not a regular file');
    if (process.platform !== 'win32' && (status.mode & OTHERS) !== 0) {
      return refuse(`others may read or change it; run: chmod 600 ${path}`);
    }
    if (status.size > MAX_FILE_BYTES) return refuse(`it is larger than ${MAX_FILE_BYTES} bytes`);
    return await file.readFile('utf8');
  } catch (error) {
    if (error instanceof VesicaError) throw error;
    return refuse(`the system says ${errorCode(error)}`);
  } finally {
    await file?.close();
  }
}
