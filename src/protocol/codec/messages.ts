import { IDENTIFIER_TYPES } from '../../group/index.js';
import { PROFILES } from '../../identity/index.js';
import { LIMITS } from '../limits.js';
import type { ValueOf } from './fields.js';
import { bytes, flag, integer, list, map, oneOf, text } from './fields.js';

/** Every message of protocol version 1, as `protocol-spec/messages.md` tells it. */

export const MODES = ['psi', 'psi-ca', 'aggregate'] as const;
export type Mode = (typeof MODES)[number];

/** What a party does in a session. `receiver`, `sender` and `both` in psi and psi-ca; `cohorts` and `measures` in aggregate. */
export const ROLES = ['receiver', 'sender', 'both', 'cohorts', 'measures'] as const;
export type Role = (typeof ROLES)[number];

/** How much of the intersection a session shows: its rows, its exact size, or noisy counts. */
export const DISCLOSURES = ['rows', 'exact', 'dp'] as const;
export type Disclosure = (typeof DISCLOSURES)[number];

/** Streams of fixed-width items. */
export const STAGES = ['elements', 'dummies', 'keys', 'list', 'tags', 'sums'] as const;
export type Stage = (typeof STAGES)[number];

/** What is released of a measure in each cell: its sum, or also the sum of its squares, which tells its variance. */
export const STATISTICS = ['sum', 'sum-and-squares'] as const;
export type Statistic = (typeof STATISTICS)[number];

const plainText = text(LIMITS.textBytes);

/** A measure: whole numbers of `quantum`, at most `bound` a person; both decimal texts in shortest form. */
const MEASURE = map({ name: plainText, quantum: text(32), bound: text(32), statistic: oneOf(STATISTICS) });
export type MeasureTerm = ValueOf<typeof MEASURE>;

/** The terms of a session, the same on both sides. Decimal texts are in shortest form, so that equal means equal. */
const TERMS = map({
  suite: text(64),
  mode: oneOf(MODES),
  initiatorRole: oneOf(ROLES),
  profile: oneOf(PROFILES),
  keyTypes: list(oneOf(IDENTIFIER_TYPES), 1, IDENTIFIER_TYPES.length),
  purpose: plainText,
  disclosure: oneOf(DISCLOSURES),
  epsilon: text(32),
  delta: text(32),
  measures: list(MEASURE, 0, LIMITS.measures),
  minCell: integer(0, LIMITS.elements),
  minList: integer(0, LIMITS.elements),
  shareLabels: flag,
  shareResults: flag,
  /** Digest of the agreement that the session is held under, 64 hexadecimal digits; empty without one. */
  agreement: text(64),
});
export type Terms = ValueOf<typeof TERMS>;

const CELL = map({ size: integer(0, LIMITS.elements), label: list(plainText, 0, LIMITS.dimensions) });
export type Cell = ValueOf<typeof CELL>;

/** Which values of which dimension are the arms of an experiment. `column` is empty when there is none to tell. */
const ARMS = map({ column: plainText, treatment: list(plainText, 0, LIMITS.cells), control: plainText });
export type Arms = ValueOf<typeof ARMS>;

/** The fields of each message beside its `type`. */
export const MESSAGES = {
  hello: map({
    versions: list(integer(1, 0xffff), 1, 8),
    party: plainText,
    software: text(64),
    key: bytes(32),
    nonce: bytes(32),
  }),
  offer: map({ session: bytes(32), terms: TERMS }),
  accept: map({}),
  inventory: map({
    size: integer(0, LIMITS.elements),
    dimensions: list(plainText, 0, LIMITS.dimensions),
    arms: ARMS,
    cells: list(CELL, 0, LIMITS.cells),
    /** Equal for equal input of one party; else random. */
    input: bytes(32),
  }),
  /** Whether this side keeps the answer to this very request. */
  recall: map({ stored: flag }),
  chunk: map({
    stage: oneOf(STAGES),
    seq: integer(0, LIMITS.elements),
    items: bytes(1, LIMITS.chunkBytes),
  }),
  ack: map({ stage: oneOf(STAGES), chunks: integer(1, LIMITS.elements) }),
  /** A signed 64-bit integer, most significant byte first, for each cell; of sums, column after column. */
  figures: map({ values: bytes(8, 8 * LIMITS.cells * LIMITS.measures) }),
  receipt: map({ signature: bytes(64) }),
  abort: map({ code: text(64), field: text(64) }),
} as const;

export type MessageType = keyof typeof MESSAGES;
/** A message: its type and its fields. */
export type Message = {
  [Type in MessageType]: { readonly type: Type } & ValueOf<(typeof MESSAGES)[Type]>;
}[MessageType];
export type MessageOf<Type extends MessageType> = Extract<Message, { type: Type }>;
