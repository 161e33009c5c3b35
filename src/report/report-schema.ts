import Type, { type Static } from 'typebox';
import { ENGINE_NAMES } from '../group/index.js';
import { MODES, ROLES } from '../protocol/index.js';
import { experiment, matchBalance, sampleRatio } from './schema/experiment.js';
import { geo } from './schema/geo.js';
import { consequences, conversionTableSchema } from './schema/lift.js';
import { measure } from './schema/measures.js';
import {
  count,
  described,
  estimate,
  flag,
  matchRate,
  nullable,
  numberOrNull,
  seconds,
  sessionId,
  strict,
  text,
  textOrNull,
} from './schema/parts.js';
import { privacy } from './schema/privacy.js';
import { frequency, reach } from './schema/reach.js';

/** The report of one session, as one side saw it. `protocol-spec/report.schema.json` is this, as JSON Schema. */

const cell = Type.Object(
  {
    label: Type.Record(Type.String(), Type.String(), {
      description: 'Cohort dimension -> value; empty when labels stay with the partner.',
    }),
    size: count('People of the cell.'),
    count: numberOrNull('Matched people of the cell, with the noise of `privacy.counts`; can be negative.'),
    noiseDominated: flag('Whether the count is below two standard deviations of its noise.'),
    matchRate: described('The count over the size, as coarse as it should be shown.', matchRate),
    rate: described(
      'Mode aggregate without measures: the count over the size with its interval; else null.',
      nullable(estimate),
    ),
  },
  strict,
);

const typeCounts = Type.Object(
  {
    keys: count('Different match keys.'),
    hashed: count('Values that came hashed.'),
    duplicates: count('Values whose key another row had already.'),
    blank: count('Rows without a value.'),
    rejected: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
      description: 'Reason -> values rejected for it.',
    }),
  },
  strict,
);
const signature = Type.Object(
  { key: text('Hex of the public key.'), signature: text('Hex of the signature.') },
  strict,
);

export const REPORT_SCHEMA = Type.Object(
  {
    format: Type.Literal('vesica-report-1', { description: 'This format.' }),
    software: text('Name and version of the software that wrote the report.'),
    session: Type.String({ ...sessionId, description: 'Hex of the session.' }),
    mode: Type.Enum(MODES, { description: 'Mode of the protocol.' }),
    role: Type.Enum(ROLES, { description: 'What this side did in it.' }),
    party: text('Name of this side.'),
    partner: text('Name of the partner.'),
    purpose: text('Purpose that both sides agreed to.'),
    profile: text('Rules by which identifiers were normalised.'),
    startedAt: text('RFC 3339, UTC.'),
    finishedAt: text('RFC 3339, UTC.'),
    answeredFrom: described(
      'Hex of the earlier session whose stored answer this is: then nothing new was told. null otherwise.',
      nullable(Type.String(sessionId)),
    ),
    notKept: textOrNull('Error code, when the answer could not be stored: asking again will cost again.'),
    data: Type.Object(
      {
        rows: count('Rows read.'),
        rowsWithoutConsent: count('Rows left out for lack of consent.'),
        ambiguous: count('Keys that stand in rows of different cohorts.'),
        byType: Type.Record(Type.String(), typeCounts, { description: 'Identifier type -> its values.' }),
      },
      { ...strict, description: "What became of this side's rows." },
    ),
    lists: Type.Object(
      { own: count("Keys of this side's list."), partner: count("Keys of the partner's list.") },
      { ...strict, description: 'Sizes of the lists.' },
    ),
    matchedKeys: described(
      'Mode psi: rows that both sides have; null for a side that may not learn them.',
      nullable(Type.Integer({ minimum: 0 })),
    ),
    matchRate: described('Share of the own list that matched; null without counts.', nullable(matchRate)),
    cells: Type.Array(cell, { description: 'Matched people by cell; empty when none were told.' }),
    experiment: described('null without an experiment that this side knows.', nullable(experiment)),
    sampleRatio: described(
      'Sizes of the arms against the shares that this side stated; null without.',
      nullable(sampleRatio),
    ),
    matchBalance: described(
      'With measures: whether the arms match alike; null without measures or an experiment.',
      nullable(matchBalance),
    ),
    lift: described(
      "Lift of matched people: the effect when the partner's list is of people with the outcome. null with measures.",
      nullable(conversionTableSchema),
    ),
    ...consequences,
    measures: Type.Array(measure, { description: 'One entry a measure of the terms.' }),
    reach: described(
      'How many people were reached; null when this side states no dimension that counts exposures, or the cells do ' +
        'not tell.',
      nullable(reach),
    ),
    frequency: described(
      'People and outcomes by how often they were exposed; null when this side states no such dimension.',
      nullable(frequency),
    ),
    geo: described('Geo experiment; null when this side states none.', nullable(geo)),
    privacy: described('What the session gave away, and under which noise.', privacy),
    engine: Type.Object(
      {
        name: Type.Enum(ENGINE_NAMES, { description: 'The engine.' }),
        variant: text('Its variant.'),
        threads: count('Threads.'),
      },
      { ...strict, description: 'What computed.' },
    ),
    timing: Type.Object(
      {
        loadSeconds: seconds('Reading the list.'),
        waitSeconds: seconds('Waiting for the partner.'),
        sessionSeconds: seconds('The session.'),
        totalSeconds: seconds('All of it.'),
      },
      { ...strict, description: 'Wall-clock time.' },
    ),
    bytes: Type.Object(
      { sent: count('Bytes sent.'), received: count('Bytes received.') },
      { ...strict, description: 'Traffic.' },
    ),
    receipts: Type.Object(
      {
        transcript: text('Hex of the transcript hash, which both sides signed.'),
        own: described("This side's signature.", signature),
        partner: described("The partner's signature.", signature),
      },
      { ...strict, description: 'What both sides can later prove.' },
    ),
  },
  strict,
);

export type Report = Static<typeof REPORT_SCHEMA>;
