import { execFile } from 'node:child_process';
import { constants, open, type FileHandle } from 'node:fs/promises';
import { wipe } from '../../bytes.js';
import { systemCode, unavailable } from './failures.js';
import { MASTER_KEY_BYTES, MasterKey } from './master-key.js';

/** Where a master key comes from; each gives 64 hexadecimal digits or base64 of 32 bytes, with white space around it. */
export type KeySource =
  /** A file that only its owner may read. */
  | { readonly file: string }
  /** An environment variable, by its name. */
  | { readonly environment: string }
  /** A program and its arguments, run without a shell; what it writes to its output is the key. */
  | { readonly command: readonly string[]; readonly timeoutMs?: number | undefined };

const OTHERS = 0o077;
/** More than any way to write 32 bytes. */
const MAX_SOURCE_BYTES = 1024;
const COMMAND_TIMEOUT_MS = 30_000;

/**
 * Reads a master key. Of a command the exit code must be 0, its output is at most 1 KiB and it has 30 seconds unless
 * told; then it is killed. Its error output goes nowhere.
 *
 * @param environment the process environment, for a variable and for a command.
 * @throws VesicaError `keys/unavailable`, saying what is wrong with the source, never what it gave.
 */
export async function loadMasterKey(source: KeySource, environment: NodeJS.ProcessEnv): Promise<MasterKey> {
  const { text, name } = await readSource(source, environment);
  try {
    const bytes = parseKey(text);
    if (bytes === undefined) {
      throw unavailable(`${name} does not give ${MASTER_KEY_BYTES} bytes as hexadecimal digits or base64`);
    }
    return new MasterKey(bytes);
  } finally {
    wipe(text);
  }
}

/** What the source gives, and what to call it in a message. */
async function readSource(
  source: KeySource,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly text: Buffer; readonly name: string }> {
  if ('file' in source) return { text: await readPrivateFile(source.file), name: `the file ${source.file}` };
  if ('command' in source) {
    return { text: await runCommand(source, environment), name: `the command ${source.command[0] ?? ''}` };
  }
  const value = environment[source.environment];
  if (value === undefined || value === '') {
    throw unavailable(`the environment variable ${source.environment} is not set`);
  }
  return { text: Buffer.from(value), name: `the environment variable ${source.environment}` };
}

/** The 32 bytes that `text` writes out; `undefined` when it does not, to the last bit. */
function parseKey(text: Buffer): Buffer | undefined {
  const written = text.toString('latin1').trim();
  if (/^[0-9a-fA-F]{64}$/.test(written)) return Buffer.from(written, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(written)) return undefined;
  const bytes = Buffer.from(written, 'base64');
  // Two bits of the last character are left over, and must be 0: else two texts would be one key.
  const url = written.replace('=', '').replaceAll('+', '-').replaceAll('/', '_');
  return bytes.length === MASTER_KEY_BYTES && bytes.toString('base64url') === url ? bytes : undefined;
}

async function readPrivateFile(path: string): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await file.stat();
    if (!status.isFile()) throw unavailable(`${path} is not a regular file`);
    if (process.platform !== 'win32' && (status.mode & OTHERS) !== 0) {
      throw unavailable(`others may read or change ${path}; run: chmod 600 ${path}`);
    }
    if (status.size > MAX_SOURCE_BYTES) throw unavailable(`${path} is larger than ${MAX_SOURCE_BYTES} bytes`);
    return await file.readFile();
  } catch (error) {
    if (systemCode(error) === 'unknown') throw error;
    throw unavailable(`${path} cannot be read (${systemCode(error)})`);
  } finally {
    await file?.close();
  }
}

function runCommand(
  { command, timeoutMs }: Extract<KeySource, { command: readonly string[] }>,
  environment: NodeJS.ProcessEnv,
): Promise<Buffer> {
  const [program, ...args] = command;
  if (program === undefined || program === '') throw unavailable('the command names no program');
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      {
        encoding: 'buffer',
        env: environment,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_SOURCE_BYTES,
        shell: false,
        timeout: timeoutMs ?? COMMAND_TIMEOUT_MS,
        windowsHide: true,
      },
      (error, output) => {
        if (error === null) resolve(output);
        // The error itself quotes the command line and its error output, where secrets may be.
        else reject(unavailable(`the command ${program} ${commandFault(error)}`));
      },
    );
    // A command that asks for a passphrase must fail, not wait.
    child.stdin?.end();
  });
}

function commandFault(error: Error & { code?: unknown; killed?: boolean }): string {
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `wrote more than ${MAX_SOURCE_BYTES} bytes`;
  if (error.killed === true) return 'took too long';
  if (typeof error.code === 'number') return `ended with exit code ${error.code}`;
  return `cannot be run (${systemCode(error)})`;
}
