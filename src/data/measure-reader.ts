import { compareRationals, parseDecimal, type Contribution, type Rational } from '../dp/index.js';
import { VesicaError } from '../errors.js';
import { mappedColumns, type DataDefinition } from './definition.js';
import { KeyTotals } from './key-totals.js';
import { checkedMeasures, type MeasureColumn } from './measure-column.js';
import type { RowChunk } from './row-chunk.js';

/** What became of the values of one measure. Only rows that gave a key count: no other row is looked at. */
export interface MeasureCounts {
  /** Rows that were looked at. */
  readonly values: number;
  /** Absent values that were taken as 0. */
  readonly missing: number;
  /** Values above the bound that were taken as the bound. */
  readonly clampedRows: number;
  /** Keys of the list whose rows add up to more than the bound, so that their total is the bound. */
  readonly clampedKeys: number;
  /** Keys of the list with a total above 0. */
  readonly keysAboveZero: number;
}

/** Called for a value that its rule refuses, with the error a load would end with. The row adds nothing if it returns. */
export type OnRefusedMeasure = (measure: string, error: VesicaError) => void;

/** One row, and its number in the source, counted from 0. */
export interface MeasuredRow {
  readonly chunk: RowChunk;
  readonly inChunk: number;
  readonly number: number;
}

/** Adds up the measure columns of a definition by key. */
export class MeasureReader {
  readonly #sourceName: string;
  readonly #measures: readonly Measure[];
  readonly #onRefused: OnRefusedMeasure;

  /**
   * @param onRefused may throw to end the reading.
   * @throws VesicaError `config/invalid` as `checkedMeasures`.
   */
  constructor(definition: DataDefinition, onRefused: OnRefusedMeasure) {
    const columns = mappedColumns(definition);
    this.#sourceName = definition.source ?? 'data.sql';
    this.#onRefused = onRefused;
    this.#measures = checkedMeasures(definition.measures ?? []).map(
      ({ measure, contribution }) => new Measure(measure, contribution, columns.indexOf(measure.column)),
    );
  }

  /** Adds the values of a row to the totals of `keys`, its distinct keys, at least one. */
  addRow({ chunk, inChunk, number }: MeasuredRow, keys: readonly number[]): void {
    for (const measure of this.#measures) {
      const text = chunk.text(measure.position, inChunk);
      try {
        measure.addRow(text, keys);
      } catch (error) {
        if (!(error instanceof VesicaError) || error.code !== 'data/invalid-measure') throw error;
        const line = chunk.line(inChunk);
        const place = line === undefined ? `row ${number + 1}` : `line ${line}`;
        const placed = new VesicaError(error.code, `${this.#sourceName}: ${place}: ${error.message}`, {
          field: measure.column.column,
        });
        this.#onRefused(measure.column.name, placed);
      }
    }
  }

  /** Of each measure the totals of keys 0 to `keys - 1`, not yet bounded. */
  totals(keys: number): Float64Array[] {
    return this.#measures.map((measure) => measure.totals.view(keys));
  }

  /** Bounds what `totals` gave, or what is left of it, in place. The counts by name of the measure. */
  settle(totals: readonly Float64Array[]): Readonly<Record<string, MeasureCounts>> {
    return Object.fromEntries(
      this.#measures.map((measure, at) => [
        measure.column.name,
        measure.settle(totals[at] ?? new Float64Array(0)),
      ]),
    );
  }
}

class Measure {
  readonly column: MeasureColumn;
  readonly position: number;
  readonly totals: KeyTotals;
  readonly #contribution: Contribution;
  readonly #bound: Rational | undefined;
  #values = 0;
  #missing = 0;
  #clampedRows = 0;

  constructor(column: MeasureColumn, contribution: Contribution, position: number) {
    this.column = column;
    this.position = position;
    this.totals = new KeyTotals(contribution.boundQuanta);
    this.#contribution = contribution;
    this.#bound = parseDecimal(column.rule.bound);
  }

  /** @throws VesicaError `data/invalid-measure` without the place; nothing was added then. */
  addRow(text: string | null, keys: readonly number[]): void {
    const { boundQuanta } = this.#contribution;
    this.#values += 1;
    const quanta = this.#contribution.toQuanta(text);
    const clamped = quanta === boundQuanta && this.#isAboveBound(text);
    if (this.column.rule.aboveBound === 'refuse') {
      for (const key of keys) if (this.totals.of(key) + quanta > boundQuanta) throw this.#totalRefused();
    }
    if (text === null || text === '') this.#missing += 1;
    if (clamped) this.#clampedRows += 1;
    // One quantum more marks the total as above the bound; `settle` takes it off.
    for (const key of keys) this.totals.add(key, clamped ? boundQuanta + 1 : quanta);
  }

  settle(totals: Float64Array): MeasureCounts {
    const { boundQuanta } = this.#contribution;
    let clampedKeys = 0;
    let keysAboveZero = 0;
    for (let key = 0; key < totals.length; key += 1) {
      const total = totals[key] ?? 0;
      if (total > 0) keysAboveZero += 1;
      if (total <= boundQuanta) continue;
      clampedKeys += 1;
      totals[key] = boundQuanta;
    }
    return {
      values: this.#values,
      missing: this.#missing,
      clampedRows: this.#clampedRows,
      clampedKeys,
      keysAboveZero,
    };
  }

  /** Whether a value that counts as the bound is above it: it may also be equal, or have been rounded up to it. */
  #isAboveBound(text: string | null): boolean {
    const exact = text === null ? undefined : parseDecimal(text);
    return exact !== undefined && this.#bound !== undefined && compareRationals(exact, this.#bound) > 0;
  }

  #totalRefused(): VesicaError {
    const { column } = this.column;
    return new VesicaError(
      'data/invalid-measure',
      `the rows of one identifier add up to more than the bound of the measure "${column}"`,
      { field: column },
    );
  }
}
