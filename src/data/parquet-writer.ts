import { DuckDBDataChunk, VARCHAR, type DuckDBAppender } from '@duckdb/node-api';
import { VesicaError } from '../errors.js';
import { literal, openDatabase, quoted, type Database, type DatabaseSettings } from './database.js';
import { systemCode } from './failures.js';
import type { RowWriter } from './row-writer.js';

/** Rows in one of DuckDB's data chunks. */
const CHUNK_ROWS = 2048;

/**
 * A Parquet file with text columns. The rows are held in memory until `finish`, because Parquet is written by DuckDB
 * from a table; the memory limit of the settings applies.
 */
export class ParquetWriter implements RowWriter {
  readonly #path: string;
  readonly #columns: readonly string[];
  readonly #database: Database;
  readonly #appender: DuckDBAppender;
  #rows: (readonly (string | null)[])[] = [];

  private constructor(
    path: string,
    columns: readonly string[],
    into: { database: Database; appender: DuckDBAppender },
  ) {
    this.#path = path;
    this.#columns = columns;
    this.#database = into.database;
    this.#appender = into.appender;
  }

  static async open(
    path: string,
    columns: readonly string[],
    settings: DatabaseSettings,
  ): Promise<ParquetWriter> {
    const database = await openDatabase(settings, { kind: 'files', paths: [path] });
    try {
      // Columns are numbered here and named in the file, where names may differ in case alone.
      await database.connection.run(
        `CREATE TABLE held (${columns.map((_, i) => `c${i} VARCHAR`).join(', ')})`,
      );
      return new ParquetWriter(path, columns, {
        database,
        appender: await database.connection.createAppender('held'),
      });
    } catch (error) {
      database.close();
      throw error;
    }
  }

  write(values: readonly (string | null)[]): Promise<void> {
    this.#rows.push(values);
    if (this.#rows.length === CHUNK_ROWS) this.#append();
    return Promise.resolve();
  }

  async finish(): Promise<void> {
    this.#append();
    this.#appender.closeSync();
    const selected = this.#columns.map((name, i) => `c${i} AS ${quoted(name)}`).join(', ');
    try {
      await this.#database.connection.run(
        `COPY (SELECT ${selected} FROM held) TO ${literal(this.#path)} (FORMAT parquet, USE_TMP_FILE false)`,
      );
    } catch (error) {
      throw parquetFailure(error);
    }
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }

  #append(): void {
    if (this.#rows.length === 0) return;
    const chunk = DuckDBDataChunk.create(this.#columns.map(() => VARCHAR));
    chunk.setRows(this.#rows);
    try {
      this.#appender.appendDataChunk(chunk);
      this.#appender.flushSync();
    } catch (error) {
      throw parquetFailure(error);
    }
    this.#rows = [];
  }
}

/** As in reading, nothing of DuckDB's message is kept. */
function parquetFailure(error: unknown): Error {
  if (error instanceof Error && error.message.startsWith('Out of Memory Error')) {
    return new VesicaError('data/out-of-memory', 'the Parquet file needs more memory than the limit allows');
  }
  return new VesicaError('output/unwritable', `the Parquet file cannot be written (${systemCode(error)})`);
}
