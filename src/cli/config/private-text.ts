import { constants, open, type FileHandle } from 'node:fs/promises';
import { VesicaError } from '../../errors.js';

const OTHERS = 0o077;
const MAX_SECRET_BYTES = 64 * 1024;

/** Text of a file that only its owner can open. @throws VesicaError `config/unreadable`. */
export function readPrivateText(path: string, field: string): Promise<string> {
  return readText(path, { field, others: 'may-not' });
}

/** Text of a file of the configuration. @throws VesicaError `config/unreadable`. */
export async function readText(
  path: string,
  { field, others }: { readonly field: string; readonly others: 'may' | 'may-not' },
): Promise<string> {
  const refuse = (reason: string): never => {
    throw new VesicaError('config/unreadable', `${field}: cannot use ${path}: ${reason}`, { field });
  };
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer. Checked on the open file, so that it cannot
    // be swapped in between.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await file.stat();
    if (!status.isFile()) return refuse('it is not a regular file');
    if (others === 'may-not' && process.platform !== 'win32' && (status.mode & OTHERS) !== 0) {
      return refuse(`others may read or change it; run: chmod 600 ${path}`);
    }
    if (status.size > MAX_SECRET_BYTES) return refuse(`it is larger than ${MAX_SECRET_BYTES} bytes`);
    return await file.readFile('utf8');
  } catch (error) {
    if (error instanceof VesicaError) throw error;
    return refuse(
      `the system says ${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'}`,
    );
  } finally {
    await file?.close();
  }
}
