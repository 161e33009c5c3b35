import { open, type FileHandle } from 'node:fs/promises';
import type { RowWriter } from './row-writer.js';

/** Characters collected before they are written. */
const CSV_BUFFER_CHARS = 1 << 16;

/**
 * A CSV file: UTF-8 without byte order mark, comma, LF, a header; fields quoted where RFC 4180 needs it; a missing
 * value is an empty field.
 *
 * A value that a spreadsheet would take for a formula (`+49 30...`, `=...`, `@...`) is written as it is. The usual
 * guard, an apostrophe in front, would make it another identifier, and these files go to programs that match them.
 */
export class CsvWriter implements RowWriter {
  readonly #file: FileHandle;
  #held = '';

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string, columns: readonly string[]): Promise<CsvWriter> {
    const writer = new CsvWriter(await open(path, 'w'));
    await writer.write(columns);
    return writer;
  }

  async write(values: readonly (string | null)[]): Promise<void> {
    this.#held += csvLine(values);
    if (this.#held.length >= CSV_BUFFER_CHARS) await this.finish();
  }

  async finish(): Promise<void> {
    const text = this.#held;
    this.#held = '';
    await this.#file.appendFile(text);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** A row as a line: see `CsvWriter`. */
export function csvLine(values: readonly (string | null)[]): string {
  return `${values.map((value) => csvField(value ?? '')).join(',')}\n`;
}

function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
