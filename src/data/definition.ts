import { VesicaError } from '../errors.js';
import {
  consentReader,
  type ConsentRule,
  type IdentifierEncoding,
  type IdentifierType,
  type Profile,
} from '../identity/index.js';
import { checkedMeasures, type MeasureColumn } from './measure-column.js';

/** What a column of identifiers holds. */
export interface IdentifierColumn {
  readonly type: IdentifierType;
  /** `auto` unless told: each value is recognised by its shape. */
  readonly encoding?: IdentifierEncoding | undefined;
}

/** How a CSV file is written. Everything else is RFC 4180: doubled quotes, a header line, no comments, UTF-8. */
export interface CsvOptions {
  /** One ASCII character, `,` unless told. */
  readonly delimiter?: string | undefined;
  /** One ASCII character, `"` unless told. */
  readonly quote?: string | undefined;
}

/** Where a list comes from and which columns mean what: the `data` block of a session file, with its profile. */
export interface DataDefinition {
  /** Path of a file: .csv, .csv.gz, .parquet, .json, .ndjson, .jsonl, the last three also with .gz. Never a pattern. */
  readonly source?: string | undefined;
  /** Instead of `source`: one SELECT statement in DuckDB's SQL. */
  readonly sql?: string | undefined;
  /** Column name -> what it holds; at least one. */
  readonly identifiers: Readonly<Record<string, IdentifierColumn>>;
  /** Columns whose values make a row's cell. */
  readonly cohorts?: readonly string[] | undefined;
  /** Columns whose values are added up for each key. */
  readonly measures?: readonly MeasureColumn[] | undefined;
  /** Rows that do not meet it are left out before anything else is looked at. */
  readonly consent?: ({ readonly column: string } & ConsentRule) | undefined;
  /** Normalisation profile. */
  readonly profile: Profile;
  /** ISO 3166 country of phone numbers without a country code. */
  readonly region?: string | undefined;
  readonly csv?: CsvOptions | undefined;
}

/** What DuckDB reads: a file by its format, or SQL to run. */
export type DatabaseSource =
  | { readonly kind: 'parquet' | 'json'; readonly path: string; readonly gzip: boolean }
  | { readonly kind: 'sql'; readonly text: string };

export type Source = DatabaseSource | { readonly kind: 'csv'; readonly path: string; readonly gzip: boolean };

const KINDS: Readonly<Record<string, 'csv' | 'parquet' | 'json'>> = {
  csv: 'csv',
  parquet: 'parquet',
  json: 'json',
  ndjson: 'json',
  jsonl: 'json',
};

/**
 * The source that `definition` names.
 *
 * @throws VesicaError `config/invalid` when it names none or two, or a file whose extension is unknown.
 */
export function sourceOf(definition: DataDefinition): Source {
  const { source, sql } = definition;
  if (sql !== undefined) {
    if (source !== undefined) throw invalid('data.sql', 'give data.source or data.sql, not both');
    return { kind: 'sql', text: sql };
  }
  if (source === undefined) throw invalid('data.source', 'data needs a source or sql');
  const parts = /\.([a-z]+)(\.gz)?$/i.exec(source);
  const kind = KINDS[(parts?.[1] ?? '').toLowerCase()];
  const gzip = parts?.[2] !== undefined;
  if (kind === undefined || (kind === 'parquet' && gzip)) {
    throw invalid('data.source', 'data.source must end in .csv, .csv.gz, .parquet, .json, .ndjson or .jsonl');
  }
  return { kind, path: source, gzip };
}

/** The columns of `definition` that are read, each once: identifiers, cohorts, measures, consent. No other is. */
export function mappedColumns(definition: DataDefinition): readonly string[] {
  const names = [...Object.keys(definition.identifiers), ...(definition.cohorts ?? [])];
  for (const { column } of definition.measures ?? []) names.push(column);
  if (definition.consent !== undefined) names.push(definition.consent.column);
  return [...new Set(names)];
}

/**
 * Checks what can be checked without the source.
 *
 * @throws VesicaError `config/invalid` as `sourceOf`, and when no column is mapped, a cohort column or a measure is named
 * twice, a quantum or bound is not one, a consent rule has numbers out of range, or a CSV character is not one plain ASCII
 * character.
 */
export function checkDefinition(definition: DataDefinition): void {
  if (Object.keys(definition.identifiers).length === 0) {
    throw invalid('data.identifiers', 'data.identifiers needs at least one column');
  }
  const cohorts = definition.cohorts ?? [];
  if (new Set(cohorts).size !== cohorts.length) {
    throw invalid('data.cohorts', 'data.cohorts names a column twice');
  }
  checkedMeasures(definition.measures ?? []);
  if (definition.consent !== undefined) consentReader(definition.consent);
  const { delimiter, quote } = csvCharacters(definition);
  for (const [field, character] of [
    ['data.csv.delimiter', delimiter],
    ['data.csv.quote', quote],
  ] as const) {
    if (!/^[\t\x20-\x7e]$/.test(character)) throw invalid(field, `${field} must be one ASCII character`);
  }
  if (delimiter === quote) throw invalid('data.csv.quote', 'data.csv.quote equals data.csv.delimiter');
  sourceOf(definition);
}

export function csvCharacters(definition: DataDefinition): { delimiter: string; quote: string } {
  return { delimiter: definition.csv?.delimiter ?? ',', quote: definition.csv?.quote ?? '"' };
}

function invalid(field: string, message: string): VesicaError {
  return new VesicaError('config/invalid', message, { field });
}
