import { VesicaError } from '../errors.js';
import { readHead, type SourceFile } from './source-file.js';

/** Most bytes the header may take. */
const MAX_HEADER_BYTES = 1 << 20;

const LF = 0x0a;
const CR = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

export interface CsvHeader {
  /** Column names as the file spells them, in its order; a name may occur twice or be empty. */
  readonly names: readonly string[];
  /** Blank lines before the header. */
  readonly blankLines: number;
}

/** The two characters of a CSV dialect. */
export interface CsvCharacters {
  readonly delimiter: string;
  readonly quote: string;
}

/**
 * Reads the header of a CSV file, which is its first line that is not blank. It is read here and not by DuckDB because
 * DuckDB would guess: whether there is a header, how a repeated name is told apart, and what type a column has.
 *
 * @throws VesicaError `data/malformed` when the file is empty, the header does not end within 1 MiB or breaks RFC 4180;
 * `data/invalid-utf8`; `data/unreadable`.
 */
export async function readCsvHeader(file: SourceFile, characters: CsvCharacters): Promise<CsvHeader> {
  const header = await readHead(file, (head, complete) =>
    parseHeader(head, complete, { ...characters, name: file.path }),
  );
  if (header === undefined) throw malformed(file.path, 'it is empty; a header line is needed');
  return header;
}

/** The header at the start of `head`; `undefined` when `head` ends before the header does and may go on. */
function parseHeader(
  head: Uint8Array,
  complete: boolean,
  source: CsvCharacters & { readonly name: string },
): CsvHeader | undefined {
  let start = BYTE_ORDER_MARK.every((byte, i) => head[i] === byte) ? 3 : 0;
  let blankLines = 0;
  while (head[start] === LF || head[start] === CR) {
    start += head[start] === CR && head[start + 1] === LF ? 2 : 1;
    blankLines += 1;
  }
  const end = recordEnd(head, start, source.quote.charCodeAt(0));
  if (end === undefined && !complete) {
    if (head.length > MAX_HEADER_BYTES) throw malformed(source.name, 'its header line is longer than 1 MiB');
    return undefined;
  }
  if (start >= head.length) return undefined;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(start, end ?? head.length));
  } catch {
    throw new VesicaError('data/invalid-utf8', `${source.name}: its header line is not valid UTF-8`);
  }
  return { names: splitRecord(text, source), blankLines };
}

/** Where the record that begins at `start` ends: its first line end outside quotes. */
function recordEnd(head: Uint8Array, start: number, quote: number): number | undefined {
  let inQuotes = false;
  for (let i = start; i < head.length; i += 1) {
    const byte = head[i];
    if (byte === quote) inQuotes = !inQuotes;
    else if (!inQuotes && (byte === LF || byte === CR)) return i;
  }
  return undefined;
}

/** The fields of one record (RFC 4180 section 2). */
function splitRecord(text: string, source: CsvCharacters & { readonly name: string }): string[] {
  const { delimiter, quote } = source;
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let field = '';
    if (text[at] === quote) {
      let close = text.indexOf(quote, at + 1);
      while (close !== -1 && text[close + 1] === quote) close = text.indexOf(quote, close + 2);
      const after = text[close + 1];
      if (close === -1 || (after !== undefined && after !== delimiter)) {
        throw malformed(source.name, 'its header line has a quoted field that does not end as RFC 4180 says');
      }
      field = text.slice(at + 1, close).replaceAll(quote + quote, quote);
      at = close + 1;
    } else {
      const next = text.indexOf(delimiter, at);
      field = text.slice(at, next === -1 ? text.length : next);
      at += field.length;
    }
    fields.push(field);
    if (at >= text.length) return fields;
    at += delimiter.length;
  }
}

function malformed(name: string, message: string): VesicaError {
  return new VesicaError('data/malformed', `${name}: ${message}`, { field: 'data.source' });
}
