import { mkdtemp, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VesicaError } from '../errors.js';
import { systemCode } from './failures.js';

/** Only the user who runs the program may read what it writes: it may hold identifiers. */
const FILE_MODE = 0o600;

/**
 * Writes the file `path` as a whole or not at all: `write` fills an empty temporary file on the same file system, which
 * is flushed to disk and then takes the place of `path`. Whatever goes wrong, nothing is left behind. File mode 0600.
 *
 * @throws VesicaError `output/unwritable` when the folder does not take the file or has no space; and what `write`
 * throws.
 */
export async function writeOutputFile(
  path: string,
  write: (temporaryPath: string) => Promise<void>,
): Promise<void> {
  let scratch: string | undefined;
  try {
    scratch = await mkdtemp(join(dirname(path), '.vesica-'));
    const temporaryPath = join(scratch, basename(path));
    await (await open(temporaryPath, 'wx', FILE_MODE)).close();
    await write(temporaryPath);
    await flush(temporaryPath, 'r+');
    await rename(temporaryPath, path);
    await flush(dirname(path), 'r');
  } catch (error) {
    throw outputFailure(error, path);
  } finally {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  }
}

/** The coded error for a failed write to `path`. */
export function outputFailure(error: unknown, path: string): VesicaError {
  if (error instanceof VesicaError) return error;
  return new VesicaError('output/unwritable', `${path}: cannot be written (${systemCode(error)})`, {
    field: 'output',
  });
}

async function flush(path: string, flags: 'r' | 'r+'): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
