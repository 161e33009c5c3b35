import { isUtf8 } from 'node:buffer';
import { VesicaError, type ErrorCode } from '../errors.js';
import { findColumn } from './columns.js';
import { CsvRecordScanner, type CsvFault } from './csv-record.js';
import type { RowChunk } from './row-chunk.js';
import { chunksOf, type SourceFile } from './source-file.js';

/** Most bytes of one record. A quote that is never closed ends here and not with the memory. */
const MAX_RECORD_BYTES = 4 << 20;

/** What decoding puts in the place of bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd';

const FAULTS: Readonly<Record<CsvFault, string>> = {
  'stray-quote': 'has a quote inside a field that does not begin with one',
  'text-after-quote': 'has text after the closing quote of a field',
};

export interface CsvCharacters {
  readonly delimiter: string;
  readonly quote: string;
}

/**
 * The rows of a CSV file after RFC 4180: UTF-8, with or without byte order mark, the first line that is not blank names
 * the columns. Blank lines are passed over, save in a file of one column, where they are empty values. A row may end
 * with one delimiter too many; otherwise it must have as many fields as the header.
 *
 * CSV is read here and not by DuckDB, whose reader (1.5.6) can lose rows without a word: after a byte order mark and a
 * header with a quoted delimiter, after a quote that is not closed (when it reads in one thread), after the place where a
 * gzip file was cut. Only the fields of `columns` are ever decoded.
 *
 * @throws VesicaError `data/malformed` and `data/invalid-utf8` with the line, `data/missing-column`, `data/unreadable`.
 * An invalid field is found when it is read.
 */
export async function* readCsv(
  file: SourceFile,
  columns: readonly string[],
  characters: CsvCharacters,
): AsyncGenerator<RowChunk> {
  const parser = new CsvParser(file.path, columns, characters);
  let held: Buffer = Buffer.alloc(0);
  for await (const bytes of chunksOf(file)) {
    held = Buffer.concat([held, bytes]);
    const { chunk, used } = parser.parse(held, false);
    if (chunk.rowCount > 0) yield chunk;
    held = held.subarray(used);
  }
  const { chunk } = parser.parse(held, true);
  if (chunk.rowCount > 0) yield chunk;
}

/** Turns bytes into rows; remembers the header and the line it is at. */
class CsvParser {
  readonly #name: string;
  readonly #columns: readonly string[];
  readonly #quote: string;
  readonly #scanner: CsvRecordScanner;
  #line = 1;
  #atStart = true;
  /** Number of columns, 0 before the header. */
  #width = 0;
  /** Of each column asked for its place in a record. */
  #fields: readonly number[] = [];

  constructor(name: string, columns: readonly string[], { delimiter, quote }: CsvCharacters) {
    this.#name = name;
    this.#columns = columns;
    this.#quote = quote;
    this.#scanner = new CsvRecordScanner({ delimiter: delimiter.charCodeAt(0), quote: quote.charCodeAt(0) });
  }

  /** The whole rows at the start of `bytes`, and how many bytes they take; all of them when it is the `last` call. */
  parse(bytes: Buffer, last: boolean): { readonly chunk: RowChunk; readonly used: number } {
    const rows = new CsvChunk(bytes, { quote: this.#quote, name: this.#name, fields: this.#columns.length });
    let at = 0;
    if (this.#atStart && (bytes.length >= 3 || last)) {
      this.#atStart = false;
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) at = 3;
    }
    while (at < bytes.length && !this.#atStart) {
      const next = this.#scanner.scan(bytes, at, last);
      if (next === -2) throw this.#malformed(FAULTS[this.#scanner.fault]);
      if (next === -1) {
        if (last) throw this.#malformed('begins a quoted field that is never closed');
        if (bytes.length - at > MAX_RECORD_BYTES) {
          throw this.#malformed('begins a record longer than 4 MiB; is a quote not closed?');
        }
        break;
      }
      this.#record(bytes, at, rows);
      this.#line += this.#scanner.lineEnds;
      at = next;
    }
    if (last && this.#width === 0) {
      throw new VesicaError('data/malformed', `${this.#name}: it has no header line`, {
        field: 'data.source',
      });
    }
    return { chunk: rows, used: at };
  }

  /** Takes in the record just scanned, which begins at `bytes[at]`. */
  #record(bytes: Buffer, at: number, rows: CsvChunk): void {
    const { starts, ends } = this.#scanner;
    const blank = starts.length === 1 && starts[0] === ends[0] && starts[0] === at;
    if (this.#width === 0) {
      if (!blank) this.#header(bytes);
      return;
    }
    if (blank && this.#width > 1) return;
    const extra = starts.length - this.#width;
    if (extra !== 0 && !(extra === 1 && starts.at(-1) === ends.at(-1))) {
      throw this.#malformed(`has ${starts.length} fields; the header has ${this.#width}`);
    }
    rows.add(this.#scanner, this.#fields, this.#line);
  }

  #header(bytes: Buffer): void {
    const names = this.#scanner.starts.map((start, field) => {
      const content = bytes.subarray(start, this.#scanner.ends[field]);
      if (!isUtf8(content))
        throw failure('data/invalid-utf8', this.#name, `line ${this.#line} is not valid UTF-8`);
      const text = content.toString('utf8');
      return this.#scanner.doubled[field] === true ? undouble(text, this.#quote) : text;
    });
    // A delimiter at the end of the header names no column.
    while (names.length > 1 && names.at(-1) === '') names.pop();
    this.#width = names.length;
    this.#fields = this.#columns.map((column) => findColumn(column, names, this.#name));
  }

  #malformed(what: string): VesicaError {
    return failure('data/malformed', this.#name, `line ${this.#line} ${what}`);
  }
}

/** Rows as places in bytes; a field is decoded when it is asked for. */
class CsvChunk implements RowChunk {
  readonly #bytes: Buffer;
  readonly #source: { readonly quote: string; readonly name: string; readonly fields: number };
  /** Start and end of each field asked for, row by row; the end is negative when the field holds doubled quotes. */
  readonly #places: number[] = [];
  readonly #lines: number[] = [];

  constructor(
    bytes: Buffer,
    source: { readonly quote: string; readonly name: string; readonly fields: number },
  ) {
    this.#bytes = bytes;
    this.#source = source;
  }

  get rowCount(): number {
    return this.#lines.length;
  }

  add(record: CsvRecordScanner, fields: readonly number[], line: number): void {
    for (const field of fields) {
      const end = record.ends[field] ?? 0;
      this.#places.push(record.starts[field] ?? 0, record.doubled[field] === true ? -end : end);
    }
    this.#lines.push(line);
  }

  text(position: number, row: number): string {
    const at = 2 * (row * this.#source.fields + position);
    const start = this.#places[at] ?? 0;
    const end = this.#places[at + 1] ?? 0;
    const text = this.#bytes.toString('utf8', start, Math.abs(end));
    if (text.includes(REPLACEMENT) && !isUtf8(this.#bytes.subarray(start, Math.abs(end)))) {
      throw failure(
        'data/invalid-utf8',
        this.#source.name,
        `line ${this.#lines[row] ?? 0} is not valid UTF-8`,
      );
    }
    return end < 0 ? undouble(text, this.#source.quote) : text;
  }

  line(row: number): number | undefined {
    return this.#lines[row];
  }
}

function undouble(text: string, quote: string): string {
  return text.replaceAll(quote + quote, quote);
}

function failure(code: ErrorCode, name: string, message: string): VesicaError {
  return new VesicaError(code, `${name}: ${message}`, { field: 'data.source' });
}
