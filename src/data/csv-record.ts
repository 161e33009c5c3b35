const LF = 0x0a;
const CR = 0x0d;

/** The two characters of a CSV dialect, as ASCII codes. */
export interface CsvDialect {
  readonly delimiter: number;
  readonly quote: number;
}

/** Why a record is not RFC 4180. */
export type CsvFault = 'stray-quote' | 'text-after-quote';

/**
 * Finds the fields of CSV records in bytes (RFC 4180 section 2), one record at a time, without decoding anything. A line
 * may end with LF, CRLF or CR, a different one each time. A quote may stand only around a field or doubled within one:
 * a looser reading would shift columns where the writer meant something else.
 */
export class CsvRecordScanner {
  readonly #dialect: CsvDialect;
  /** Of each field of the last record where its content begins and ends, without its quotes. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  /** Of each field whether it holds doubled quotes. */
  readonly doubled: boolean[] = [];
  /** Line ends in the last record, the one that ends it included. */
  lineEnds = 0;
  /** What was wrong with the last record when `scan` gave -2. */
  fault: CsvFault = 'stray-quote';

  constructor(dialect: CsvDialect) {
    this.#dialect = dialect;
  }

  /**
   * Scans the record that begins at `bytes[start]`. Where the next one begins; -1 when `bytes` ends before the record
   * does and `last` does not say that nothing follows; -2 when the record is not RFC 4180.
   * At the very end a record needs no line end, but its quotes must be closed: else -1 even if `last`.
   */
  scan(bytes: Uint8Array, start: number, last: boolean): number {
    const { delimiter, quote } = this.#dialect;
    this.starts.length = 0;
    this.ends.length = 0;
    this.doubled.length = 0;
    this.lineEnds = 0;
    let at = start;
    for (;;) {
      at = bytes[at] === quote ? this.#quotedField(bytes, at) : this.#plainField(bytes, at);
      if (at < 0) return at;
      if (at >= bytes.length) return last ? at : -1;
      const byte = bytes[at];
      if (byte === delimiter) {
        at += 1;
        // A delimiter as the last byte of all: an empty field follows.
        continue;
      }
      if (byte !== LF && byte !== CR) {
        this.fault = 'text-after-quote';
        return -2;
      }
      if (byte === CR && at + 1 >= bytes.length && !last) return -1;
      this.lineEnds += 1;
      return byte === CR && bytes[at + 1] === LF ? at + 2 : at + 1;
    }
  }

  #plainField(bytes: Uint8Array, start: number): number {
    const { delimiter, quote } = this.#dialect;
    let at = start;
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === delimiter || byte === LF || byte === CR) break;
      if (byte === quote) {
        this.fault = 'stray-quote';
        return -2;
      }
    }
    this.#push(start, at, false);
    return at;
  }

  #quotedField(bytes: Uint8Array, open: number): number {
    const { quote } = this.#dialect;
    let doubled = false;
    for (let at = open + 1; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === LF || (byte === CR && bytes[at + 1] !== LF)) this.lineEnds += 1;
      if (byte !== quote) continue;
      if (bytes[at + 1] === quote) {
        doubled = true;
        at += 1;
        continue;
      }
      this.#push(open + 1, at, doubled);
      return at + 1;
    }
    return -1;
  }

  #push(start: number, end: number, doubled: boolean): void {
    this.starts.push(start);
    this.ends.push(end);
    this.doubled.push(doubled);
  }
}
