/** Writes a table of text row by row. */
export interface RowWriter {
  /** Adds a row: one value a column. Calls must not overlap. */
  write(values: readonly (string | null)[]): Promise<void>;
  /** Writes what is still held; the file is then complete. */
  finish(): Promise<void>;
  /** Lets go of the file and of all memory, finished or not. */
  close(): Promise<void>;
}
