import { VesicaError } from '../errors.js';
import type { DatabaseSettings } from './database.js';
import type { DataDefinition } from './definition.js';
import type { RowChunk } from './row-chunk.js';
import { openSource } from './source.js';

/** Row numbers are 32 bits. */
const MAX_ROWS = 0xffff_ffff;

export interface LoadProgress {
  /** Rows read so far. */
  readonly rows: number;
  /** Rows in all, where the source says so beforehand (Parquet). */
  readonly totalRows: number | undefined;
}

/** How a source is read, by a load, a check or an export. */
export interface ReadOptions {
  readonly database?: DatabaseSettings | undefined;
  /** Called every few thousand rows, and once at the end. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Ends the reading with `session/cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** Consecutive rows and the number of the first, counted from 0 over the whole source. */
export interface NumberedChunk {
  readonly firstRow: number;
  readonly chunk: RowChunk;
}

/**
 * The rows of a source in its order, chunk by chunk.
 *
 * @throws VesicaError as `openSource`; `session/cancelled`; `limit/elements` past 2^32 - 1 rows.
 */
export async function* readRows(
  definition: DataDefinition,
  columns: readonly string[],
  options: ReadOptions,
): AsyncGenerator<NumberedChunk> {
  const { database, onProgress, signal } = options;
  refuseCancelled(signal);
  const source = await openSource(definition, columns, database ?? {});
  try {
    const { totalRows } = source;
    let rows = 0;
    for await (const chunk of source.chunks()) {
      refuseCancelled(signal);
      if (rows + chunk.rowCount > MAX_ROWS) {
        throw new VesicaError('limit/elements', `the source has more than ${MAX_ROWS} rows`);
      }
      yield { chunk, firstRow: rows };
      rows += chunk.rowCount;
      onProgress?.({ rows, totalRows });
    }
    onProgress?.({ rows, totalRows: rows });
  } finally {
    source.close();
  }
}

function refuseCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new VesicaError('session/cancelled', 'reading the data was cancelled');
}
