import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { VesicaError } from '../errors.js';
import { fileFailure } from './failures.js';

/** A file as the source of a list. */
export interface SourceFile {
  readonly path: string;
  readonly gzip: boolean;
}

/**
 * Makes sure that `path` is a file that may be read.
 *
 * @throws VesicaError `data/unreadable` when there is none, it may not be read or is no regular file.
 */
export async function checkReadable(path: string): Promise<void> {
  let regular: boolean;
  try {
    await access(path, constants.R_OK);
    regular = (await stat(path)).isFile();
  } catch (error) {
    throw fileFailure(error, path);
  }
  if (!regular)
    throw new VesicaError('data/unreadable', `${path}: not a regular file`, { field: 'data.source' });
}

/**
 * Makes sure that `file`, if it is gzip, is whole. DuckDB neither notices one that was cut at the end of a record nor
 * compares its checksum; zlib does both.
 *
 * @throws VesicaError `data/unreadable`.
 */
export async function checkGzip(file: SourceFile): Promise<void> {
  if (!file.gzip) return;
  for await (const _chunk of chunksOf(file));
}

/**
 * The unpacked bytes of `file`, some ten thousand at a time.
 *
 * @throws VesicaError `data/unreadable` when it cannot be read, or is gzip and cut or damaged.
 */
export async function* chunksOf(file: SourceFile): AsyncGenerator<Uint8Array> {
  const raw = createReadStream(file.path);
  // Errors of the file itself reach the reader through the unpacker.
  const bytes: Readable = file.gzip
    ? raw.on('error', (error) => bytes.destroy(error)).pipe(createGunzip())
    : raw;
  try {
    for await (const chunk of bytes) yield chunk as Uint8Array;
  } catch (error) {
    throw fileFailure(error, file.path);
  } finally {
    raw.destroy();
    bytes.destroy();
  }
}
