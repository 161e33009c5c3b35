import { utf8 } from '../bytes.js';
import { csvLine } from './csv-writer.js';
import type { RowEncoder } from './row-encoder.js';

/** A CSV file as `CsvWriter` writes it. */
export class CsvEncoder implements RowEncoder {
  readonly #columns: readonly string[];

  constructor(columns: readonly string[]) {
    this.#columns = columns;
  }

  start(): Uint8Array {
    return utf8(csvLine(this.#columns));
  }

  rows(rows: readonly (readonly (string | null)[])[]): Uint8Array {
    return utf8(rows.map(csvLine).join(''));
  }

  end(): Uint8Array {
    return new Uint8Array(0);
  }
}
