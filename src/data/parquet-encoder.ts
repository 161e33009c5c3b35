import { concatBytes, utf8 } from '../bytes.js';
import type { RowEncoder } from './row-encoder.js';
import { i32, i64, list, struct, text, varint, type ThriftValue } from './thrift-compact.js';

/** Bytes of values after which a row group ends: what an encoder holds in memory, and a reader at a time. */
const GROUP_BYTES = 8 << 20;

const MAGIC = utf8('PAR1');
/** Numbers of the format's enumerations (parquet.thrift): BYTE_ARRAY, OPTIONAL, UTF8, PLAIN, RLE, UNCOMPRESSED, DATA_PAGE. */
const [TYPE_BYTES, OPTIONAL, UTF8, PLAIN, RLE, UNCOMPRESSED, DATA_PAGE] = [6, 1, 0, 0, 3, 0, 0] as const;

/**
 * A Parquet file (github.com/apache/parquet-format) of optional text columns, as plain as the format allows: one data page
 * a column and row group, plain values, not compressed. DuckDB could write one too, but only into a file in the clear, and
 * these rows must not be on a disk unsealed.
 *
 * Names that occur twice are told apart by a number, `email` and `email_2`: readers need it.
 */
export class ParquetEncoder implements RowEncoder {
  readonly #names: readonly string[];
  #columns: ColumnPage[];
  readonly #groups: ThriftValue[] = [];
  #rows = 0;
  /** Bytes of the file so far. */
  #offset = 0;

  constructor(columns: readonly string[]) {
    this.#names = distinctNames(columns);
    this.#columns = columns.map(() => new ColumnPage());
  }

  start(): Uint8Array {
    return this.#counted(MAGIC);
  }

  rows(rows: readonly (readonly (string | null)[])[]): Uint8Array {
    const groups: Uint8Array[] = [];
    for (const row of rows) {
      let held = 0;
      for (const [i, column] of this.#columns.entries()) {
        column.add(row[i] ?? null);
        held += column.bytes;
      }
      if (held >= GROUP_BYTES) groups.push(this.#endGroup());
    }
    return concatBytes(...groups);
  }

  end(): Uint8Array {
    const group = this.#endGroup();
    const { bytes: footer } = this.#footer();
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, footer.length, true);
    return concatBytes(group, footer, length, MAGIC);
  }

  #endGroup(): Uint8Array {
    const pages = this.#columns;
    const rows = pages[0]?.values ?? 0;
    if (rows === 0) return new Uint8Array(0);
    this.#columns = pages.map(() => new ColumnPage());
    const written: Uint8Array[] = [];
    const chunks: ThriftValue[] = [];
    let total = 0;
    for (const [i, page] of pages.entries()) {
      const at = this.#offset;
      const bytes = this.#counted(page.encode());
      written.push(bytes);
      total += bytes.length;
      chunks.push(columnChunk(this.#names[i] ?? '', { at, bytes: bytes.length, values: rows }));
    }
    this.#rows += rows;
    this.#groups.push(struct({ 1: list(chunks), 2: i64(total), 3: i64(rows) }));
    return concatBytes(...written);
  }

  #footer(): ThriftValue {
    const root = struct({ 4: text('rows'), 5: i32(this.#names.length) });
    const columns = this.#names.map((name) =>
      struct({
        1: i32(TYPE_BYTES),
        3: i32(OPTIONAL),
        4: text(name),
        6: i32(UTF8),
        10: struct({ 1: struct({}) }),
      }),
    );
    return struct({
      1: i32(1),
      2: list([root, ...columns]),
      3: i64(this.#rows),
      4: list(this.#groups),
      6: text('vesica'),
    });
  }

  #counted(bytes: Uint8Array): Uint8Array {
    this.#offset += bytes.length;
    return bytes;
  }
}

/** The values of one column in one row group. */
class ColumnPage {
  values = 0;
  /** Of the values that are there. */
  bytes = 0;
  readonly #present: boolean[] = [];
  readonly #texts: Buffer[] = [];

  add(value: string | null): void {
    this.values += 1;
    this.#present.push(value !== null);
    if (value === null) return;
    const bytes = Buffer.from(value);
    this.#texts.push(bytes);
    this.bytes += 4 + bytes.length;
  }

  /** Header and body of the page. */
  encode(): Uint8Array {
    const body = concatBytes(this.#definitionLevels(), this.#plainValues());
    const data = struct({ 1: i32(this.values), 2: i32(PLAIN), 3: i32(RLE), 4: i32(RLE) });
    const header = struct({ 1: i32(DATA_PAGE), 2: i32(body.length), 3: i32(body.length), 5: data });
    return concatBytes(header.bytes, body);
  }

  /** Which values are there: a length, and one bit-packed run of a bit a value (parquet-format, Encodings.md). */
  #definitionLevels(): Uint8Array {
    const groups = Math.ceil(this.values / 8);
    const bits = new Uint8Array(groups);
    for (const [i, present] of this.#present.entries()) {
      if (present) bits[i >> 3] = (bits[i >> 3] ?? 0) | (1 << (i & 7));
    }
    const run = concatBytes(varint(2 * groups + 1), bits);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, run.length, true);
    return concatBytes(length, run);
  }

  /** The texts in UTF-8, each after its length in 4 bytes, the lowest first. */
  #plainValues(): Uint8Array {
    const plain = Buffer.alloc(this.bytes);
    let at = 0;
    for (const bytes of this.#texts) {
      at = plain.writeUInt32LE(bytes.length, at);
      at += bytes.copy(plain, at);
    }
    return plain;
  }
}

function columnChunk(
  name: string,
  { at, bytes, values }: { readonly at: number; readonly bytes: number; readonly values: number },
): ThriftValue {
  const metadata = struct({
    1: i32(TYPE_BYTES),
    2: list([i32(PLAIN), i32(RLE)]),
    3: list([text(name)]),
    4: i32(UNCOMPRESSED),
    5: i64(values),
    6: i64(bytes),
    7: i64(bytes),
    9: i64(at),
  });
  return struct({ 2: i64(at), 3: metadata });
}

/** `names`, of which those that DuckDB takes for the same (case does not count) are told apart. */
function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let number = 2; taken.has(distinct.toLowerCase()); number += 1) distinct = `${name}_${number}`;
    taken.add(distinct.toLowerCase());
    return distinct;
  });
}
