/** Some consecutive rows of a source, at most some thousands. */
export interface RowChunk {
  readonly rowCount: number;
  /**
   * The text of a mapped column (by its position among those asked for) in row `row` of this chunk; `null` if absent.
   *
   * @throws VesicaError `data/invalid-utf8` when its bytes are not.
   */
  text(position: number, row: number): string | null;
  /** The line of the file on which row `row` of this chunk begins, counted from 1; `undefined` unless it is CSV. */
  line(row: number): number | undefined;
}

/** A source whose columns have been found, ready to be read once. */
export interface OpenSource {
  /** Rows in all where the file says so (Parquet). */
  readonly totalRows: number | undefined;
  /** All rows in the order of the source. To be iterated once. */
  chunks(): AsyncGenerator<RowChunk>;
  close(): void;
}
