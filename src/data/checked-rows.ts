import { VesicaError } from '../errors.js';
import type { DataDefinition } from './definition.js';
import { listReader, type ListReader } from './list-reader.js';
import { readRows, type ReadOptions } from './read-rows.js';
import type { RowChunk } from './row-chunk.js';
import { sourceChanged } from './source-changed.js';
import { exportColumns, type ExportColumn, type ExportForm } from './upload-columns.js';

/** A source row to export, and what is still known of its match keys. */
export interface KnownRow {
  /** Counted from 0. */
  readonly row: number;
  /** Tags of all keys that the list had from the row, each once, in any order. */
  readonly tags: readonly number[];
}

/** What is known of a list after it is gone, and what is chosen of it. */
export interface KnownRows {
  /** Rows that the source had. */
  readonly sourceRows: number;
  /**
   * Whether the list had every key of its rows. If not (keys with rows in two cells were dropped) a key that is not known is
   * left out; else it is a change of the source.
   */
  readonly isComplete: boolean;
  /** A short keyed digest of a match key of 32 bytes and its type. */
  readonly tagOf: (typeCode: number, key: Uint8Array) => number;
  /** The chosen rows, ascending, some at a time. Read to its end. */
  readonly rows: AsyncIterable<readonly KnownRow[]>;
}

export interface CheckedRowsOptions extends ReadOptions {
  readonly known: KnownRows;
  readonly form: ExportForm;
  /** Counts, which grow while rows are read. */
  readonly tally: ExportTally;
}

/** What became of the chosen rows. */
export class ExportTally {
  /** Rows written. */
  rows = 0;
  /** Chosen rows of which nothing was left to write. */
  rowsLeftOut = 0;
  /** Digests that the source has and that were made under other rules than the platform's. */
  foreignDigests = 0;
  /** Values that are no identifier under the rules of the dataset or of the platform, or that the list did not have. */
  unusableValues = 0;
}

/** The names of the columns of an export: errors of `exportColumns`. */
export function exportColumnNames(definition: DataDefinition, form: ExportForm): readonly string[] {
  return exportColumns(definition, listReader(definition).keyColumns, form).map(({ name }) => name);
}

/**
 * The chosen rows of a source, in the form of an export, without the list that was loaded from it: the source is read again
 * in the same order, and of each chosen row the consent is checked and the match keys are made again and compared with what
 * is known of them. A value is written only if its match key is one that the list had from that row, so nobody gets into an
 * audience who was not in the session. Memory does not grow with the number of rows.
 *
 * That the source had as many rows as before is known only once this ends: what came must be thrown away if it throws.
 *
 * @throws VesicaError `data/source-changed`; `config/invalid` as `exportColumns`; `session/cancelled`; the errors of reading a
 * source; and what the known rows throw.
 */
export async function* checkedRows(
  definition: DataDefinition,
  options: CheckedRowsOptions,
): AsyncGenerator<readonly (readonly (string | null)[])[]> {
  const { known, form, tally } = options;
  const source = { ...definition, cohorts: undefined, measures: undefined };
  const reader = listReader(source);
  const check = new RowCheck(reader, known, {
    tally,
    columns: exportColumns(source, reader.keyColumns, form),
  });
  const chosen = new ChosenRows(known.rows);
  try {
    let rowsRead = 0;
    for await (const { chunk, firstRow } of readRows(source, reader.columns, options)) {
      rowsRead += chunk.rowCount;
      const written: (readonly (string | null)[])[] = [];
      for (;;) {
        const next = chosen.below(rowsRead);
        if (next !== undefined) {
          const values = check.row(chunk, next.row - firstRow, next);
          if (values !== undefined) written.push(values);
        } else if (!(await chosen.more())) break;
      }
      if (written.length > 0) yield written;
    }
    if (rowsRead !== known.sourceRows) {
      throw sourceChanged(`it had ${known.sourceRows} rows when it was loaded and has ${rowsRead} now`);
    }
    await chosen.end();
  } finally {
    await chosen.close();
  }
}

/** Checks a row and puts it into the form of the export. */
class RowCheck {
  readonly #reader: ListReader;
  readonly #known: KnownRows;
  readonly #columns: ReadonlyMap<number, { readonly column: ExportColumn; readonly at: number }>;
  readonly #tally: ExportTally;
  /** Tags of the row that were found; reused from row to row. */
  readonly #found = new Set<number>();

  constructor(
    reader: ListReader,
    known: KnownRows,
    { columns, tally }: { readonly columns: readonly ExportColumn[]; readonly tally: ExportTally },
  ) {
    this.#reader = reader;
    this.#known = known;
    this.#tally = tally;
    this.#columns = new Map(
      columns.map((column, at) => [reader.keyColumns.indexOf(column.source), { column, at }]),
    );
  }

  /** The values of a row, or `undefined` when none is left. */
  row(chunk: RowChunk, inChunk: number, { row, tags }: KnownRow): readonly (string | null)[] | undefined {
    if (this.#reader.consent(chunk, inChunk).gap !== undefined) {
      throw sourceChanged(`row ${row + 1} has no consent any more`);
    }
    const values = new Array<string | null>(this.#columns.size).fill(null);
    this.#found.clear();
    for (const [number, { typeCode, position, read }] of this.#reader.keyColumns.entries()) {
      const text = chunk.text(position, inChunk);
      const outcome = read(text);
      const target = this.#columns.get(number);
      if (!outcome.ok) {
        if (target !== undefined && outcome.reason !== 'blank') this.#tally.unusableValues += 1;
        continue;
      }
      const tag = this.#known.tagOf(typeCode, outcome.key);
      if (!tags.includes(tag)) {
        if (this.#known.isComplete) throw sourceChanged(`row ${row + 1} has an identifier it did not have`);
        if (target !== undefined) this.#tally.unusableValues += 1;
        continue;
      }
      this.#found.add(tag);
      if (target === undefined || text === null) continue;
      const value = target.column.form(text, outcome);
      if (value !== undefined) values[target.at] = value;
      else if (outcome.hashed) this.#tally.foreignDigests += 1;
      else this.#tally.unusableValues += 1;
    }
    if (this.#found.size !== tags.length) {
      throw sourceChanged(`row ${row + 1} no longer has the identifiers it had`);
    }
    const isEmpty = values.every((value) => value === null);
    this.#tally[isEmpty ? 'rowsLeftOut' : 'rows'] += 1;
    return isEmpty ? undefined : values;
  }
}

/** The chosen rows, one by one, without a promise for each. */
class ChosenRows {
  readonly #batches: AsyncIterator<readonly KnownRow[]>;
  #batch: readonly KnownRow[] = [];
  #next = 0;
  #last = -1;

  constructor(rows: AsyncIterable<readonly KnownRow[]>) {
    this.#batches = rows[Symbol.asyncIterator]();
  }

  /** The next chosen row, if it is at hand and below `limit`. */
  below(limit: number): KnownRow | undefined {
    const row = this.#batch[this.#next];
    if (row === undefined || row.row >= limit) return undefined;
    if (row.row <= this.#last) throw new VesicaError('internal/defect', 'rows are not ascending');
    this.#last = row.row;
    this.#next += 1;
    return row;
  }

  /** Gets more rows if none is at hand; whether there may be one to look at again. */
  async more(): Promise<boolean> {
    if (this.#next < this.#batch.length) return false;
    const next = await this.#batches.next();
    if (next.done === true) return false;
    this.#batch = next.value;
    this.#next = 0;
    return true;
  }

  /** Makes sure that none is left: only then is all that came known to be whole. */
  async end(): Promise<void> {
    while (await this.more());
    if (this.#next < this.#batch.length) {
      throw new VesicaError('internal/defect', 'a row to export is past the end of the source');
    }
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}
