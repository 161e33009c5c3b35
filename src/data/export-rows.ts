import { equalBytes } from '../bytes.js';
import { VesicaError } from '../errors.js';
import { KEY_BYTES } from '../group/index.js';
import type { DatabaseSettings } from './database.js';
import type { DataDefinition } from './definition.js';
import { listReader, type ListReader } from './list-reader.js';
import type { LoadedList } from './load-list.js';
import { outputFailure, writeOutputFile } from './output-file.js';
import { readRows, type ReadOptions } from './read-rows.js';
import type { RowChunk } from './row-chunk.js';
import type { RowWriter } from './row-writer.js';
import { sourceChanged } from './source-changed.js';

export interface ExportOptions extends ReadOptions {
  /** The list as it was loaded from the same definition. */
  readonly list: LoadedList;
  /** Source rows to write, ascending, each with a key in the list: see `selectRows`. */
  readonly rows: Uint32Array;
  /** File to write: .csv or .parquet. Replaced if it exists. */
  readonly path: string;
}

/**
 * Writes the identifier columns of the chosen rows, as they stand in the source and under the names of the definition.
 * The source is read again in the same order, and of every row written the consent is checked and the match keys are
 * made again and compared with the loaded ones: a file that changed, or SQL that gives its rows in another order, must
 * not put other people into an audience. The file is complete or absent.
 *
 * @throws VesicaError `data/source-changed`; `output/unwritable`; `config/invalid` when the path ends in neither .csv
 * nor .parquet; `session/cancelled`; and the errors of reading a source.
 */
export async function exportRows(definition: DataDefinition, options: ExportOptions): Promise<void> {
  const { path, rows } = options;
  const format = /\.(csv|parquet)$/i.exec(path)?.[1]?.toLowerCase();
  if (format === undefined) {
    throw new VesicaError('config/invalid', 'output must end in .csv or .parquet', { field: 'output' });
  }
  for (let i = 1; i < rows.length; i += 1) {
    if ((rows[i - 1] ?? 0) >= (rows[i] ?? 0))
      throw new VesicaError('internal/defect', 'rows are not ascending');
  }
  const source = { ...definition, cohorts: undefined, measures: undefined };
  const reader = listReader(source);
  await writeOutputFile(path, async (temporaryPath) => {
    const columns = reader.keyColumns.map(({ name }) => name);
    const writer = await openWriter(format, temporaryPath, { columns, database: options.database ?? {} });
    try {
      await copyRows(source, { ...options, reader, writer });
      await writer.finish();
    } catch (error) {
      throw outputFailure(error, path);
    } finally {
      await writer.close();
    }
  });
}

/** The writer for a format. DuckDB is loaded for Parquet only. */
async function openWriter(
  format: string,
  path: string,
  { columns, database }: { readonly columns: readonly string[]; readonly database: DatabaseSettings },
): Promise<RowWriter> {
  if (format === 'csv') return (await import('./csv-writer.js')).CsvWriter.open(path, columns);
  return (await import('./parquet-writer.js')).ParquetWriter.open(path, columns, database);
}

async function copyRows(
  definition: DataDefinition,
  options: ExportOptions & { readonly reader: ListReader; readonly writer: RowWriter },
): Promise<void> {
  const { list, rows, reader, writer } = options;
  const check = new RowCheck(list, reader);
  let next = 0;
  let rowsRead = 0;
  for await (const { chunk, firstRow } of readRows(definition, reader.columns, options)) {
    rowsRead += chunk.rowCount;
    for (; next < rows.length && (rows[next] ?? 0) < rowsRead; next += 1) {
      const inChunk = (rows[next] ?? 0) - firstRow;
      check.row(chunk, inChunk, rows[next] ?? 0);
      await writer.write(reader.keyColumns.map(({ position }) => chunk.text(position, inChunk)));
    }
  }
  if (rowsRead !== list.counts.rows) {
    throw sourceChanged(`it had ${list.counts.rows} rows when it was loaded and has ${rowsRead} now`);
  }
}

/** Compares rows, in ascending order, with what the list has of them. */
class RowCheck {
  readonly #list: LoadedList;
  readonly #reader: ListReader;
  /** The first key of the list that may be of the next row. */
  #key = 0;

  constructor(list: LoadedList, reader: ListReader) {
    this.#list = list;
    this.#reader = reader;
  }

  /** Row `row` of the source, which is row `inChunk` of `chunk`. */
  row(chunk: RowChunk, inChunk: number, row: number): void {
    const { keys, types, rows } = this.#list;
    while (this.#key < rows.length && (rows[this.#key] ?? 0) < row) this.#key += 1;
    if (rows[this.#key] !== row)
      throw new VesicaError('internal/defect', 'a row to export has no key in the list');
    if (this.#reader.consent(chunk, inChunk).gap !== undefined)
      throw sourceChanged(`row ${row + 1} has no consent any more`);
    // The keys that the list has from a row are in the order of its columns.
    for (const { typeCode, position, read } of this.#reader.keyColumns) {
      if (rows[this.#key] !== row) return;
      if (types[this.#key] !== typeCode) continue;
      const outcome = read(chunk.text(position, inChunk));
      const loaded = keys.subarray(this.#key * KEY_BYTES, (this.#key + 1) * KEY_BYTES);
      if (outcome.ok && equalBytes(outcome.key, loaded)) this.#key += 1;
    }
    if (rows[this.#key] === row) throw sourceChanged(`row ${row + 1} no longer has the identifiers it had`);
  }
}
