import { VesicaError } from '../errors.js';
import { KEY_BYTES } from '../group/index.js';
import type { RandomSource } from '../random.js';
import { CellRegistry } from './cell-registry.js';
import { FlatTable } from '../flat-table.js';
import { GrowingUint32 } from '../growing.js';

/** What to do with an identifier whose rows lie in two cells: end, keep its first cell, or leave it out. */
export const ON_AMBIGUOUS_COHORT = ['refuse', 'first', 'drop'] as const;
export type OnAmbiguousCohort = (typeof ON_AMBIGUOUS_COHORT)[number];

/** A typed, deduplicated list of match keys in flat memory, in the order in which the source first has them. */
export interface MatchKeyList {
  /** n * 32 bytes. */
  readonly keys: Uint8Array;
  /** n bytes, each a position in `KEY_TYPES`. */
  readonly types: Uint8Array;
  /**
   * Of each key the source row that first has it, counted from 0 (a header is not a row). Never decreasing; a row with
   * two identifiers is there twice.
   */
  readonly rows: Uint32Array;
  /** Of each key its position in `cellLabels`; `undefined` without cohorts. */
  readonly cells: Uint32Array | undefined;
  /** Of each cell its cohort values, in the order of the cohort columns; sorted; a missing value is the empty text. */
  readonly cellLabels: readonly (readonly string[])[];
  /**
   * Rows that have a key of their own and also one that an earlier row had first: row `rows[i]` also has key number
   * `keys[i]`. So a row is known to be of somebody who matched, even if only the shared key did.
   */
  readonly shared: { readonly rows: Uint32Array; readonly keys: Uint32Array };
  /**
   * One array a measure, in their order, with one entry a key: the values of all its rows added up, in whole quanta from
   * 0 to the bound. A row's value goes once to each of its keys. Empty without measures.
   */
  readonly measures: readonly Float64Array[];
}

export interface ListBuilderOptions {
  readonly random: RandomSource;
  readonly maxElements: number;
  readonly maxCells: number;
  /** Names of the cohort columns; empty without cohorts. */
  readonly cohorts: readonly string[];
  readonly onAmbiguousCohort: OnAmbiguousCohort;
}

/** Set in a key's cell number, before `finish`, when another row puts the key in another cell. */
const AMBIGUOUS = 0x8000_0000;

/** Builds a `MatchKeyList` row by row. Memory grows with the number of distinct keys only. */
export class ListBuilder {
  readonly #options: ListBuilderOptions;
  readonly #table: FlatTable;
  readonly #rows = new GrowingUint32();
  readonly #cells = new GrowingUint32();
  readonly #registry: CellRegistry;
  readonly #sharedRows = new GrowingUint32();
  readonly #sharedKeys = new GrowingUint32();
  #ambiguous = 0;
  #row = -1;
  #rowHasOwnKey = false;
  #cohortValues: readonly string[] = [];
  /** Number of the current row's cell; `undefined` until the row has a key, so that no cell is without one. */
  #cell: number | undefined;
  /** Keys of the current row that earlier rows had first; the array is reused from row to row. */
  readonly #seenBefore: number[] = [];
  readonly #rowKeys: number[] = [];

  constructor(options: ListBuilderOptions) {
    this.#options = options;
    this.#registry = new CellRegistry(options.maxCells);
    this.#table = new FlatTable({
      recordBytes: KEY_BYTES,
      maxRecords: options.maxElements,
      random: options.random,
    });
  }

  /** Number of keys so far. */
  get size(): number {
    return this.#table.size;
  }

  /** Numbers of the keys of the current row, each once; good until the next row. */
  get rowKeys(): readonly number[] {
    return this.#rowKeys;
  }

  /** Starts source row `row`; `cohortValues` are those of its cohort columns. */
  startRow(row: number, cohortValues: readonly string[]): void {
    this.#endRow();
    this.#row = row;
    this.#rowHasOwnKey = false;
    this.#cohortValues = cohortValues;
    this.#cell = undefined;
  }

  /**
   * Adds a key of 32 bytes to the current row. Whether it is new; if not, it stays with the row that had it first.
   *
   * @throws VesicaError `limit/elements` or `limit/cells` when the list would grow past its limit, before it grows;
   * `data/out-of-memory`.
   */
  add(key: Uint8Array, typeCode: number): boolean {
    const sizeBefore = this.#table.size;
    const index = this.#table.insert(key, 0, typeCode);
    const isNew = index === sizeBefore;
    if (!this.#rowKeys.includes(index)) this.#rowKeys.push(index);
    if (isNew) {
      this.#rows.push(this.#row);
      this.#rowHasOwnKey = true;
    } else if (this.#rows.at(index) !== this.#row) {
      this.#seenBefore.push(index);
    }
    if (this.#options.cohorts.length > 0) this.#putInCell(index, isNew);
    return isNew;
  }

  /**
   * The list, and how many identifiers had rows in two cells; the builder must not be used afterwards.
   *
   * @param measures of each measure a total a key; those of keys that are left out go with them, in place.
   * @throws VesicaError `data/ambiguous-cohort` when there are such identifiers and they are to be refused.
   */
  finish(measures: readonly Float64Array[]): { readonly list: MatchKeyList; readonly ambiguous: number } {
    this.#endRow();
    const { cohorts, onAmbiguousCohort } = this.#options;
    if (this.#ambiguous > 0 && onAmbiguousCohort === 'refuse') {
      throw new VesicaError(
        'data/ambiguous-cohort',
        `${this.#ambiguous} identifiers have rows that differ in the cohort columns (${cohorts.join(', ')})`,
        { field: 'data.cohorts' },
      );
    }
    let flat: FlatList = {
      keys: this.#table.records,
      types: this.#table.labels,
      rows: this.#rows.view(),
      cells: this.#cells.view(),
      shared: { rows: this.#sharedRows.view(), keys: this.#sharedKeys.view() },
      measures,
    };
    if (this.#ambiguous > 0) {
      if (onAmbiguousCohort === 'drop') flat = withoutAmbiguous(flat);
      else for (let i = 0; i < flat.cells.length; i += 1) flat.cells[i] = (flat.cells[i] ?? 0) & ~AMBIGUOUS;
    }
    const cellLabels = this.#registry.sort(flat.cells);
    const cells = cohorts.length > 0 ? flat.cells : undefined;
    return { list: { ...flat, cells, cellLabels }, ambiguous: this.#ambiguous };
  }

  #putInCell(index: number, isNew: boolean): void {
    this.#cell ??= this.#registry.numberOf(this.#cohortValues);
    if (isNew) {
      this.#cells.push(this.#cell);
      return;
    }
    const first = this.#cells.at(index);
    if (first === this.#cell || first >= AMBIGUOUS) return;
    this.#ambiguous += 1;
    this.#cells.set(index, first + AMBIGUOUS);
  }

  #endRow(): void {
    this.#rowKeys.length = 0;
    if (this.#seenBefore.length === 0) return;
    if (this.#rowHasOwnKey) {
      for (const key of this.#seenBefore) {
        this.#sharedRows.push(this.#row);
        this.#sharedKeys.push(key);
      }
    }
    this.#seenBefore.length = 0;
  }
}

interface FlatList extends Omit<MatchKeyList, 'cells' | 'cellLabels'> {
  readonly cells: Uint32Array;
}

/** `list` without the keys marked ambiguous; all but the shared keys is compacted in place. */
function withoutAmbiguous(list: FlatList): FlatList {
  const { keys, types, rows, cells, shared, measures } = list;
  // Of each old key number its new one plus 1; 0 when the key is left out.
  const renumbered = new Uint32Array(cells.length);
  let kept = 0;
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index] ?? AMBIGUOUS;
    if (cell >= AMBIGUOUS) continue;
    keys.copyWithin(kept * KEY_BYTES, index * KEY_BYTES, (index + 1) * KEY_BYTES);
    types[kept] = types[index] ?? 0;
    rows[kept] = rows[index] ?? 0;
    cells[kept] = cell;
    for (const totals of measures) totals[kept] = totals[index] ?? 0;
    kept += 1;
    renumbered[index] = kept;
  }
  const newNumber = (link: number): number => renumbered[shared.keys[link] ?? 0] ?? 0;
  const links = shared.keys.map((_, link) => link).filter((link) => newNumber(link) > 0);
  return {
    keys: keys.subarray(0, kept * KEY_BYTES),
    types: types.subarray(0, kept),
    rows: rows.subarray(0, kept),
    cells: cells.subarray(0, kept),
    shared: {
      rows: links.map((link) => shared.rows[link] ?? 0),
      keys: links.map((link) => newNumber(link) - 1),
    },
    measures: measures.map((totals) => totals.subarray(0, kept)),
  };
}
