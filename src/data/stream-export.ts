import { checkedRows, exportColumnNames, type CheckedRowsOptions } from './checked-rows.js';
import { CsvEncoder } from './csv-encoder.js';
import type { DataDefinition } from './definition.js';
import { ParquetEncoder } from './parquet-encoder.js';

const ENCODERS = { csv: CsvEncoder, parquet: ParquetEncoder } as const;
export type RowFormat = keyof typeof ENCODERS;

export interface StreamExportOptions extends CheckedRowsOptions {
  readonly format: RowFormat;
}

/**
 * The file that an export is, as bytes on their way: nothing of it is on a disk, and what is in memory does not grow with it.
 * See `checkedRows` for what is checked, and for why the bytes must be thrown away if it throws.
 *
 * @throws VesicaError as `checkedRows`.
 */
export async function* streamExport(
  definition: DataDefinition,
  options: StreamExportOptions,
): AsyncGenerator<Uint8Array> {
  const encoder = new ENCODERS[options.format](exportColumnNames(definition, options.form));
  yield encoder.start();
  for await (const rows of checkedRows(definition, options)) yield encoder.rows(rows);
  yield encoder.end();
}
