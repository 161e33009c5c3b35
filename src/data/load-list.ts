import { REJECT_REASONS, type IdentifierType, type RejectReason } from '../identity/index.js';
import { LIMITS } from '../protocol/index.js';
import type { RandomSource } from '../random.js';
import { ConsentTally, type ConsentCounts } from './consent-tally.js';
import type { DataDefinition } from './definition.js';
import { ListBuilder, type MatchKeyList, type OnAmbiguousCohort } from './list-builder.js';
import { listReader, type KeyColumn } from './list-reader.js';
import { MeasureReader, type MeasureCounts, type OnRefusedMeasure } from './measure-reader.js';
import { readRows, type ReadOptions } from './read-rows.js';

export interface LoadOptions extends ReadOptions {
  /** Draws the hash function of the deduplication. */
  readonly random: RandomSource;
  /** The protocol's `LIMITS.elements` unless told, and never more. */
  readonly maxElements?: number | undefined;
  /** The protocol's `LIMITS.cells` unless told, and never more. */
  readonly maxCells?: number | undefined;
  /** `refuse` unless told. */
  readonly onAmbiguousCohort?: OnAmbiguousCohort | undefined;
}

/** What became of the values of one identifier type. */
export interface TypeCounts {
  /** Distinct keys in the list. */
  readonly keys: number;
  /** Keys that came as SHA-256 digests, repeats included. */
  readonly hashed: number;
  /** Values that gave a key which the list already had. */
  readonly duplicates: number;
  /** Empty values. */
  readonly blank: number;
  /** Other values that gave no key, by reason; reasons that did not occur are left out. */
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
}

export interface ListCounts {
  /** Rows of the source. */
  readonly rows: number;
  readonly rowsWithoutConsent: number;
  /** Why they are without it. */
  readonly consent: ConsentCounts;
  /** Identifiers whose rows lie in two cells. */
  readonly ambiguous: number;
  /** The identifier types that the definition maps. */
  readonly byType: Readonly<Partial<Record<IdentifierType, TypeCounts>>>;
  /** By name of the measure; empty without measures. */
  readonly measures: Readonly<Record<string, MeasureCounts>>;
}

/** A list, where it came from, and what became of every value on the way. */
export interface LoadedList extends MatchKeyList {
  readonly counts: ListCounts;
}

/**
 * Reads a source into a list of match keys. Every value that gives no key is counted by its reason; every row is either
 * without consent or has all its identifiers counted. The source streams through: memory grows with the number of
 * distinct keys (at most 100 bytes each, 140 while growing), not with the size of the source. A measure takes 8 bytes
 * a key more, up to 16 as memory grows by doubling, 24 while it does.
 *
 * The measures of a row are looked at only if it gave a key: a row without consent or without a usable identifier, such
 * as a line of totals, adds to nobody and may hold anything.
 *
 * @throws VesicaError `config/invalid`, `data/unreadable`, `data/malformed`, `data/invalid-utf8`, `data/missing-column`,
 * `data/invalid-query`, `data/out-of-memory`, `data/ambiguous-cohort`, `data/invalid-measure`, `limit/elements`,
 * `limit/cells`, `session/cancelled`. Messages name files, columns, lines and counts, never a value.
 */
export function loadList(definition: DataDefinition, options: LoadOptions): Promise<LoadedList> {
  return loadObserved(definition, options, {
    value: () => undefined,
    refusedMeasure: (_, error) => {
      throw error;
    },
  });
}

/** Who sees what is read on the way to a list. */
export interface ListObserver {
  /** Called for every identifier value of every row that has consent. */
  readonly value: (type: IdentifierType, text: string | null) => void;
  readonly refusedMeasure: OnRefusedMeasure;
}

/** `loadList`, observed. */
export async function loadObserved(
  definition: DataDefinition,
  options: LoadOptions,
  observer: ListObserver,
): Promise<LoadedList> {
  const reader = listReader(definition);
  const measures = new MeasureReader(definition, observer.refusedMeasure);
  const tallies = new Map(reader.keyColumns.map(({ type }) => [type, new TypeTally()]));
  const builder = new ListBuilder({
    random: options.random,
    maxElements: Math.min(options.maxElements ?? LIMITS.elements, LIMITS.elements),
    maxCells: Math.min(options.maxCells ?? LIMITS.cells, LIMITS.cells),
    cohorts: definition.cohorts ?? [],
    onAmbiguousCohort: options.onAmbiguousCohort ?? 'refuse',
  });
  const columns = reader.keyColumns.map((column) => ({
    column,
    tally: tallies.get(column.type) ?? new TypeTally(),
  }));
  let rows = 0;
  const consents = new ConsentTally();
  for await (const { chunk, firstRow } of readRows(definition, reader.columns, options)) {
    for (let row = 0; row < chunk.rowCount; row += 1) {
      const consent = reader.consent(chunk, row);
      consents.add(consent);
      if (consent.gap !== undefined) continue;
      builder.startRow(firstRow + row, reader.cohortValues(chunk, row));
      for (const { column, tally } of columns) {
        const text = chunk.text(column.position, row);
        observer.value(column.type, text);
        addValue(builder, tally, { column, text });
      }
      const { rowKeys } = builder;
      if (rowKeys.length > 0) measures.addRow({ chunk, inChunk: row, number: firstRow + row }, rowKeys);
    }
    rows += chunk.rowCount;
  }
  const { list, ambiguous } = builder.finish(measures.totals(builder.size));
  const keysOfType = new Uint32Array(256);
  for (const code of list.types) keysOfType[code] = (keysOfType[code] ?? 0) + 1;
  const byType: Partial<Record<IdentifierType, TypeCounts>> = {};
  for (const { type, typeCode } of reader.keyColumns) {
    byType[type] = (tallies.get(type) ?? new TypeTally()).counts(keysOfType[typeCode] ?? 0);
  }
  const counts = {
    rows,
    rowsWithoutConsent: consents.rows,
    consent: consents.counts(),
    ambiguous,
    byType,
    measures: measures.settle(list.measures),
  };
  return { ...list, counts };
}

function addValue(
  builder: ListBuilder,
  tally: TypeTally,
  value: { readonly column: KeyColumn; readonly text: string | null },
): void {
  const outcome = value.column.read(value.text);
  if (!outcome.ok) {
    tally.reject(outcome.reason);
    return;
  }
  if (outcome.hashed) tally.hashed += 1;
  if (!builder.add(outcome.key, value.column.typeCode)) tally.duplicates += 1;
}

/** Counts of one identifier type while loading. */
class TypeTally {
  hashed = 0;
  duplicates = 0;
  readonly #rejected = new Map<RejectReason, number>();

  reject(reason: RejectReason): void {
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + 1);
  }

  counts(keys: number): TypeCounts {
    const rejected: Partial<Record<RejectReason, number>> = {};
    for (const reason of REJECT_REASONS) {
      const count = this.#rejected.get(reason);
      if (reason !== 'blank' && count !== undefined) rejected[reason] = count;
    }
    const { hashed, duplicates } = this;
    return { keys, hashed, duplicates, blank: this.#rejected.get('blank') ?? 0, rejected };
  }
}
