import { consentReader, matchKeyReader, type Consent, type MatchKey } from '../identity/index.js';
import { keyTypeCode } from '../group/index.js';
import { mappedColumns, type DataDefinition, type IdentifierColumn } from './definition.js';
import { textDigest } from './sha256.js';
import type { RowChunk } from './row-chunk.js';

/** One identifier column, ready to be read. */
export interface KeyColumn {
  readonly name: string;
  readonly type: IdentifierColumn['type'];
  readonly typeCode: number;
  /** Position among the columns read. */
  readonly position: number;
  /** The match key of a value, or why there is none. */
  readonly read: (text: string | null) => MatchKey;
}

/** How the columns of a definition turn into consent, cohort values and match keys. */
export interface ListReader {
  /** Columns to read, in this order. */
  readonly columns: readonly string[];
  readonly keyColumns: readonly KeyColumn[];
  /** Whether row `row` of `chunk` may be used: what its consent column says, or consent where there is no such column. */
  consent(chunk: RowChunk, row: number): Consent;
  /** The cohort values of row `row` of `chunk`; a missing value is the empty text. */
  cohortValues(chunk: RowChunk, row: number): readonly string[];
}

const NO_COHORTS: readonly string[] = [];
const NOT_ASKED: Consent = { gap: undefined, created: undefined };

/**
 * The reader for `definition`.
 *
 * @throws VesicaError `config/invalid` when `region` is not a country with a numbering plan, or a consent rule has numbers
 * out of range.
 */
export function listReader(definition: DataDefinition): ListReader {
  const columns = mappedColumns(definition);
  const digest = textDigest();
  const { profile, region, consent } = definition;
  const keyColumns = Object.entries(definition.identifiers).map(([name, { type, encoding }]) => ({
    name,
    type,
    typeCode: keyTypeCode(type),
    position: columns.indexOf(name),
    read: matchKeyReader(type, { profile, region, encoding, digest }),
  }));
  const consentPosition = consent === undefined ? -1 : columns.indexOf(consent.column);
  const readConsent = consent && consentReader(consent);
  const cohortPositions = (definition.cohorts ?? []).map((name) => columns.indexOf(name));
  return {
    columns,
    keyColumns,
    consent: (chunk, row) => readConsent?.(chunk.text(consentPosition, row)) ?? NOT_ASKED,
    cohortValues: (chunk, row) =>
      cohortPositions.length === 0
        ? NO_COHORTS
        : cohortPositions.map((position) => chunk.text(position, row) ?? ''),
  };
}
