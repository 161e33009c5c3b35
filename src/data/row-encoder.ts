/** Turns a table of text into the bytes of a file, a piece at a time; no piece touches a disk. */
export interface RowEncoder {
  start(): Uint8Array;
  /** Adds rows, one value a column; the bytes that are complete by now, none if they are held back. */
  rows(rows: readonly (readonly (string | null)[])[]): Uint8Array;
  /** Whatever is left; the file is then complete. */
  end(): Uint8Array;
}
