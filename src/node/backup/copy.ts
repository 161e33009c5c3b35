import { createHash } from 'node:crypto';
import { constants, mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from './failures.js';
import type { BackedUpFile } from './manifest.js';

const OWNER_FOLDER = 0o700;
const OWNER_FILE = 0o600;
const BLOCK_BYTES = 1 << 18;
/** The names that sealed files have; what begins with a dot is being written. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** A file to copy, and its place in the copy. */
export interface CopiedFile {
  readonly from: string;
  readonly to: string;
}

/** Length and SHA-256 of what was copied: of the bytes as they were written, so nothing can come in between. */
export async function copyFile({ from, to }: CopiedFile): Promise<Omit<BackedUpFile, 'path'>> {
  await mkdir(dirname(to), { recursive: true, mode: OWNER_FOLDER });
  // A link could lead to any file that this process may read.
  const source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await source.stat()).isFile()) throw Object.assign(new Error('not a file'), { code: 'EINVAL' });
    const target = await open(to, 'wx', OWNER_FILE);
    try {
      return await pour(source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Length and SHA-256 of a file. */
export async function digestFile(path: string): Promise<Omit<BackedUpFile, 'path'>> {
  const source = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return await pour(source, undefined);
  } finally {
    await source.close();
  }
}

async function pour(source: FileHandle, target: FileHandle | undefined): Promise<Omit<BackedUpFile, 'path'>> {
  const hash = createHash('sha256');
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await source.read(block, 0, block.length);
    if (bytesRead === 0) break;
    const piece = block.subarray(0, bytesRead);
    hash.update(piece);
    await target?.writeFile(piece);
    bytes += bytesRead;
  }
  await target?.sync();
  return { bytes, sha256: hash.digest('hex') };
}

/** The names of the whole files in a folder, sorted; none when there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && NAME.test(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Writes a new file for its owner alone, on the disk when this resolves. */
export async function writeFile(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', OWNER_FILE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts the names in a folder on the disk. */
export async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/** Makes a folder for its owner alone and removes it if `work` fails. */
export async function inNewFolder<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(path, { mode: OWNER_FOLDER });
  try {
    return await work();
  } catch (error) {
    await rm(path, { recursive: true, force: true });
    throw error;
  }
}

/** Puts all folders of `files` below `root`, and itself, on the disk. */
export async function flushFolders(root: string, paths: readonly string[]): Promise<void> {
  const folders = new Set(paths.map((path) => dirname(join(root, path))));
  for (const folder of [...folders, root]) await flushFolder(folder);
}
