import Type from 'typebox';
import { IDENTIFIER_TYPES, PROFILES } from '../../identity/index.js';
import { DISCLOSURES, MODES, ROLES, STATISTICS } from '../../protocol/index.js';
import {
  COMPARED_TERMS,
  DETECTABLE_GAPS,
  DETECTABLE_KINDS,
  EVENT_KINDS,
  LEARNT_THINGS,
  ON_UNANSWERED,
  PEER_STATES,
  SESSION_ASK_SCHEMA,
  SESSION_STATES,
  TERM_LIMITS,
} from '../../node/index.js';
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

export const SESSION_PROGRESS = Type.Object(
  {
    stage: Type.Enum(
      [
        'queued',
        'reading',
        'greeting',
        'offering',
        'listing',
        'recalling',
        'streaming',
        'closing',
        'done',
        'failed',
      ],
      { description: '`queued` for a turn on this node, `reading` the list, or a state of the protocol.' },
    ),
    done: count('Items sent and received so far.'),
    total: count('Items in all; 0 before the lists are known.'),
    bytesSent: count('On this connection.'),
    bytesReceived: count('On this connection.'),
    at: time,
    peer: Type.Enum(PEER_STATES, {
      description: '`waiting`: not reached yet; `gone`: it was connected and left.',
    }),
  },
  strict,
);

const receipt = text('Signature over the transcript, hexadecimal.');
export const SESSION = Type.Object(
  {
    id,
    partner: Type.Object({ id, name: text('Name of the partner.') }, strict),
    agreementId: nullable(id),
    agreementName: textOrNull('Name of the agreement.'),
    datasetId: nullable(id),
    datasetName: textOrNull('Name of the dataset of this side.'),
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
    progress: nullable(SESSION_PROGRESS),
    createdAt: time,
    updatedAt: time,
    expiresAt: nullable(time),
    startedAt: nullable(time),
    endedAt: nullable(time),
  },
  strict,
);
const anyState = `(${SESSION_STATES.join('|')})`;
export const SESSIONS_QUERY = Type.Object(
  {
    ...pageQuery,
    state: Type.Optional(
      Type.String({
        pattern: `^${anyState}(,${anyState}){0,${SESSION_STATES.length - 1}}$`,
        description: 'One state, or several with commas between them.',
      }),
    ),
    mode: Type.Optional(Type.Enum(MODES)),
    side: Type.Optional(Type.Enum(['initiator', 'responder'])),
    partner: Type.Optional(id),
    agreement: Type.Optional(id),
    schedule: Type.Optional(id),
  },
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
const learnt = Type.Array(
  Type.Object(
    {
      what: Type.Enum(LEARNT_THINGS),
      measure: textOrNull('Of a sum.'),
      noise: nullable(Type.Enum(['dp', 'exact'])),
      epsilon: textOrNull('Decimal; of all figures of the session together.'),
    },
    strict,
  ),
);
const people = count('People of the arm.');
const figure = (description: string) => nullable(Type.Number({ description }));
export const DETECTABLE_EFFECT = Type.Object(
  {
    measure: textOrNull('null for matched people.'),
    kind: Type.Enum(DETECTABLE_KINDS),
    arm: text('The treatment arm.'),
    treatmentPeople: people,
    controlPeople: people,
    power: Type.Number({ description: 'Probability with which the effect would be found.' }),
    confidence: Type.Number({ description: 'Confidence of the interval that tells it from none.' }),
    baseRate: figure('Assumed rate of the control arm; null for amounts.'),
    spread: figure("Assumed standard deviation, as a share of the measure's bound; null but for amounts."),
    absolute: figure('Smallest difference per person; null when none would be found.'),
    relative: figure('The same over the base rate; null for amounts.'),
    inStandardDeviations: figure('The same over the assumed standard deviation; null but for amounts.'),
    inflation: figure('How much larger it is than without noise; 1 when noise costs nothing.'),
  },
  strict,
);
export const TERM_COMPARISON = Type.Object(
  {
    term: Type.Enum(COMPARED_TERMS),
    limit: Type.Enum(TERM_LIMITS, { description: 'How what was agreed limits what is offered.' }),
    offered: Type.Array(Type.String()),
    agreed: Type.Array(Type.String()),
    isWithin: Type.Boolean(),
  },
  strict,
);
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
    learns: Type.Object({ own: learnt, partner: learnt }, { ...strict, description: 'The same as facts.' }),
    detectable: nullable(Type.Array(DETECTABLE_EFFECT)),
    detectableMissing: nullable(Type.Enum(DETECTABLE_GAPS)),
    comparison: Type.Array(TERM_COMPARISON, { description: 'The terms beside what was agreed.' }),
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
