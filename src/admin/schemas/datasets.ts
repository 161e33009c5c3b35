import Type from 'typebox';
import { CONSENT_GAPS, IDENTIFIER_TYPES, REJECT_REASONS } from '../../identity/index.js';
import { DATASET_SCHEMA, DATASET_STATES, VERSION_STATES } from '../../node/index.js';
import { strict } from '../route.js';
import { count, digest, id, nullable, pageQuery, text, textOrNull, time } from './parts.js';

export const DATASET_DEFINITION = DATASET_SCHEMA;
export const DATASET = Type.Object(
  {
    id,
    state: Type.Enum(DATASET_STATES),
    definition: DATASET_DEFINITION,
    definitionDigest: digest,
    createdAt: time,
    updatedAt: time,
  },
  strict,
);
export const DATASETS_QUERY = Type.Object(
  { ...pageQuery, state: Type.Optional(Type.Enum(DATASET_STATES)) },
  strict,
);

/** A number for each of some words; those that did not occur are left out. */
const tally = (words: readonly string[]) =>
  Type.Partial(Type.Record(Type.Enum([...words]), count('How many.')));
const typeCounts = Type.Object(
  {
    keys: count('Different match keys.'),
    hashed: count('Values that came hashed.'),
    duplicates: count('Values whose key another row had.'),
    blank: count('Rows without a value.'),
    rejected: tally(REJECT_REASONS),
  },
  strict,
);
const measureCounts = Type.Object(
  {
    values: count('Rows that were looked at.'),
    missing: count('Absent values that were taken as 0.'),
    clampedRows: count('Values above the bound that were taken as the bound.'),
    clampedKeys: count('Keys whose rows add up to more than the bound.'),
    keysAboveZero: count('Keys with a total above 0.'),
  },
  strict,
);
export const QUALITY = Type.Object(
  {
    rows: count('Rows read.'),
    keys: count('Match keys of the list.'),
    withoutConsent: Type.Object(
      { rows: count('Rows left out for lack of consent.'), byReason: tally(CONSENT_GAPS) },
      strict,
    ),
    consentCreated: nullable(
      Type.Object(
        { earliest: text('Day of the oldest consent string.'), latest: text('Day of the newest.') },
        strict,
      ),
    ),
    ambiguous: count('Identifiers whose rows lie in two cells.'),
    byType: Type.Partial(Type.Record(Type.Enum([...IDENTIFIER_TYPES]), typeCounts)),
    measures: Type.Record(Type.String(), measureCounts),
    cells: Type.Array(
      Type.Object({ labels: Type.Array(Type.String()), keys: count('Match keys of the cell.') }, strict),
    ),
    rejected: count('Values rejected, all types together.'),
    duplicates: count('Duplicates, all types together.'),
    blank: count('Blank values, all types together.'),
  },
  strict,
);
export const DATASET_VERSION = Type.Object(
  {
    id,
    datasetId: id,
    number: Type.Integer({ minimum: 1 }),
    state: Type.Enum(VERSION_STATES),
    definitionDigest: digest,
    digest: nullable(digest),
    quality: nullable(QUALITY),
    staged: nullable(
      Type.Object({ bytes: count('Of the sealed list.'), keyId: text('Master key that opens it.') }, strict),
    ),
    errorCode: textOrNull('Why the load failed.'),
    createdAt: time,
    loadedAt: nullable(time),
    expiresAt: nullable(time),
    deletedAt: nullable(time),
  },
  strict,
);
export const VERSION_PARAMS = Type.Object({ id, version: id }, strict);
