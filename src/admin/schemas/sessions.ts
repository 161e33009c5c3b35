import Type from 'typebox';
import { IDENTIFIER_TYPES, PROFILES } from '../../identity/index.js';
import { DISCLOSURES, MODES, ROLES, STATISTICS } from '../../protocol/index.js';
import { EVENT_KINDS, ON_UNANSWERED, SESSION_ASK_SCHEMA, SESSION_STATES } from '../../node/index.js';
import { strict } from '../route.js';
import {
  count,
  countOrNull,
  detail,
  digest,
  id,
  nullable,
  pageQuery,
  text,
  textOrNull,
  time,
} from './parts.js';

export const SESSION_ASK = SESSION_ASK_SCHEMA;

export const SESSION_TERMS = Type.Object(
  {
    suite: text('Cryptographic suite.'),
    mode: Type.Enum(MODES),
    initiatorRole: Type.Enum(ROLES),
    profile: Type.Enum(PROFILES),
    keyTypes: Type.Array(Type.Enum(IDENTIFIER_TYPES)),
    purpose: text('What the result may be used for.'),
    disclosure: Type.Enum(DISCLOSURES),
    epsilon: text('Decimal.'),
    delta: text('Decimal.'),
    measures: Type.Array(
      Type.Object(
        {
          name: text('Name of the measure.'),
          quantum: text('Unit in which it is counted, decimal.'),
          bound: text('The most that one person counts for, decimal.'),
          statistic: Type.Enum(STATISTICS),
        },
        strict,
      ),
    ),
    minCell: count('Fewest people of a cell.'),
    minList: count('Fewest people of a list.'),
    shareLabels: Type.Boolean(),
    shareResults: Type.Boolean(),
    agreement: text('Digest of the agreement.'),
  },
  strict,
);

const receipt = text('Signature over the transcript, hexadecimal.');
export const SESSION = Type.Object(
  {
    id,
    partner: Type.Object({ id, name: text('Name of the partner.') }, strict),
    agreementId: nullable(id),
    datasetId: nullable(id),
    datasetVersionId: nullable(id),
    scheduleId: nullable(id),
    side: Type.Enum(['initiator', 'responder']),
    mode: Type.Enum(MODES),
    role: Type.Enum(ROLES),
    state: Type.Enum(SESSION_STATES),
    purpose: text('One of the purposes of the agreement.'),
    terms: SESSION_TERMS,
    protocolSession: nullable(digest),
    ownConsent: nullable(Type.Object({ by: text('Name of a token, or `agreement`.'), at: time }, strict)),
    peerConsentAt: nullable(time),
    ownItems: countOrNull('Match keys of the own list.'),
    peerItems: countOrNull("Match keys of the partner's list."),
    error: nullable(
      Type.Object(
        {
          code: text('Error code.'),
          field: textOrNull('What it is about.'),
          reportedBy: Type.Enum(['self', 'peer']),
          message: textOrNull('What this side found; null for what the partner reported.'),
        },
        strict,
      ),
    ),
    receipts: nullable(
      Type.Object({ transcriptDigest: text('Hexadecimal.'), own: receipt, peer: receipt }, strict),
    ),
    reportId: nullable(id),
    createdAt: time,
    updatedAt: time,
    expiresAt: nullable(time),
    startedAt: nullable(time),
    endedAt: nullable(time),
  },
  strict,
);
export const SESSIONS_QUERY = Type.Object(
  { ...pageQuery, state: Type.Optional(Type.Enum(SESSION_STATES)), partner: Type.Optional(id) },
  strict,
);
export const NEW_SESSION = Type.Object(
  { agreement: id, dataset: id, ask: SESSION_ASK, onUnanswered: Type.Optional(Type.Enum(ON_UNANSWERED)) },
  strict,
);
export const SESSION_APPROVAL = Type.Object(
  { dataset: id, onUnanswered: Type.Optional(Type.Enum(ON_UNANSWERED)) },
  strict,
);

const epsilon = text('Decimal.');
export const SESSION_PREVIEW = Type.Object(
  {
    terms: SESSION_TERMS,
    cost: nullable(Type.Object({ epsilon, delta: epsilon }, strict)),
    budget: nullable(
      Type.Object(
        {
          lineage: text('Which people it is about.'),
          spentEpsilon: nullable(epsilon),
          leftEpsilon: epsilon,
          limitEpsilon: epsilon,
          delta: epsilon,
        },
        strict,
      ),
    ),
    ownLearns: Type.Array(Type.String()),
    partnerLearns: Type.Array(Type.String()),
  },
  strict,
);

export const SESSION_EVENT = Type.Object(
  {
    number: count('1, 2, 3 and so on; 0 for progress, which is not kept.'),
    at: time,
    kind: Type.Enum(EVENT_KINDS),
    from: nullable(Type.Enum(SESSION_STATES)),
    to: nullable(Type.Enum(SESSION_STATES)),
    detail,
  },
  strict,
);
const number = Type.Integer({
  minimum: 0,
  maximum: 1_000_000_000,
  description: 'Number of the last event seen.',
});
export const EVENTS_QUERY = Type.Object(
  {
    after: Type.Optional(number),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: '50 unless told.' })),
  },
  strict,
);
export const EVENTS_PAGE = Type.Object(
  {
    items: Type.Array(SESSION_EVENT),
    next: nullable(count('`after` of the next page; null on the last one.')),
  },
  strict,
);
export const STREAM_QUERY = Type.Object({ after: Type.Optional(number) }, strict);
