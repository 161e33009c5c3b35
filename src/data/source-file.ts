import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { concatBytes } from '../bytes.js';
import { VesicaError } from '../errors.js';
import { fileFailure } from './failures.js';

/** A file as the source of a list. */
export interface SourceFile {
  readonly path: string;
  readonly gzip: boolean;
}

/**
 * Makes sure that `file` can be read to its end, so that a broken one is refused before anything is taken from it.
 * DuckDB neither notices a gzip file that was cut at a line end nor compares its checksum; zlib does both.
 *
 * @throws VesicaError `data/unreadable` when there is no such file, it may not be read, is no regular file, or is gzip
 * and damaged.
 */
export async function checkReadable(file: SourceFile): Promise<void> {
  try {
    if (!(await stat(file.path)).isFile()) {
      throw new VesicaError('data/unreadable', `${file.path}: not a regular file`, { field: 'data.source' });
    }
  } catch (error) {
    throw fileFailure(error, file.path);
  }
  // The first chunk shows that a plain file opens; only unpacking a gzip file to its end shows that it is whole.
  for await (const _chunk of chunksOf(file)) if (!file.gzip) break;
}

/**
 * What `parse` makes of the start of `file`, unpacked. It is called with ever more bytes until it gives something;
 * `complete` tells it that there are no more. `undefined` when it then still gives nothing.
 *
 * @throws VesicaError `data/unreadable` as `checkReadable`; and whatever `parse` throws.
 */
export async function readHead<Parsed>(
  file: SourceFile,
  parse: (head: Uint8Array, complete: boolean) => Parsed | undefined,
): Promise<Parsed | undefined> {
  let head: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunksOf(file)) {
    head = concatBytes(head, chunk);
    const parsed = parse(head, false);
    if (parsed !== undefined) return parsed;
  }
  return parse(head, true);
}

/** The unpacked bytes of `file`. */
async function* chunksOf(file: SourceFile): AsyncGenerator<Uint8Array> {
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
