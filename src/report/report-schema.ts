import Type, { type Static } from 'typebox';
import { ENGINE_NAMES } from '../group/index.js';
import { DISCLOSURES, MODES, ROLES } from '../protocol/index.js';

/** The report of one session, as one side saw it. `protocol-spec/report.schema.json` is this, as JSON Schema. */

const strict = { additionalProperties: false } as const;
const nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const count = Type.Integer({ minimum: 0 });
const seconds = Type.Number({ minimum: 0 });

const interval = Type.Object({ lower: Type.Number(), upper: Type.Number() }, strict);
const missing = nullable(Type.String());
const estimate = Type.Object(
  {
    value: nullable(Type.Number()),
    standardError: nullable(Type.Number()),
    interval: nullable(interval),
    missing,
  },
  strict,
);
const ratio = Type.Object({ value: nullable(Type.Number()), interval: nullable(interval), missing }, strict);

/** How a figure was made private. `none` is an exact figure. */
const noise = Type.Object(
  {
    mechanism: Type.Enum(['none', 'discrete-laplace', 'truncated-discrete-laplace', 'discrete-gaussian']),
    epsilon: nullable(Type.Number({ exclusiveMinimum: 0 })),
    delta: nullable(Type.Number({ minimum: 0 })),
    /** Variance of the noise, in squared units of the figure. */
    sigma2: Type.Number({ minimum: 0 }),
  },
  strict,
);

const cell = Type.Object(
  {
    /** Cohort dimension -> value; empty when labels stay with the partner. */
    label: Type.Record(Type.String(), Type.String()),
    size: count,
    /** Matched people of the cell, with the noise that `privacy.counts` states; can be negative. */
    count: nullable(Type.Number()),
    /** Whether the count is smaller than two standard deviations of its noise. */
    noiseDominated: Type.Boolean(),
  },
  strict,
);

const armSummary = Type.Object(
  {
    n: count,
    conversions: Type.Number(),
    noiseVariance: Type.Number({ minimum: 0 }),
    rate: estimate,
    noiseDominated: Type.Boolean(),
  },
  strict,
);
const conversionLift = Type.Object(
  {
    confidence: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
    treatment: armSummary,
    control: armSummary,
    absolute: estimate,
    relative: ratio,
    pValue: nullable(Type.Number()),
    noiseShare: nullable(Type.Number()),
    noiseDominated: Type.Boolean(),
    incrementalConversions: estimate,
  },
  strict,
);
const heterogeneity = Type.Object(
  {
    statistic: Type.Number(),
    degreesOfFreedom: count,
    pValue: Type.Number(),
    unexplainedShare: Type.Number(),
    pooled: Type.Object({ value: Type.Number(), standardError: Type.Number() }, strict),
  },
  strict,
);
const lift = Type.Object(
  {
    controlArm: Type.String(),
    treatmentArms: Type.Array(Type.String()),
    overall: Type.Array(
      Type.Object(
        {
          arm: Type.String(),
          lift: conversionLift,
          adjustedPValue: nullable(Type.Number()),
          heterogeneity: nullable(heterogeneity),
        },
        strict,
      ),
    ),
    cohorts: Type.Array(
      Type.Object(
        {
          cohort: Type.String(),
          arms: Type.Array(Type.Object({ arm: Type.String(), lift: conversionLift }, strict)),
        },
        strict,
      ),
    ),
    incompleteCohorts: Type.Array(Type.String()),
  },
  strict,
);

const typeCounts = Type.Object(
  {
    keys: count,
    hashed: count,
    duplicates: count,
    blank: count,
    rejected: Type.Record(Type.String(), count),
  },
  strict,
);
const signature = Type.Object({ key: Type.String(), signature: Type.String() }, strict);

export const REPORT_SCHEMA = Type.Object(
  {
    format: Type.Literal('vesica-report-1'),
    software: Type.String(),
    session: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    mode: Type.Enum(MODES),
    role: Type.Enum(ROLES),
    party: Type.String(),
    partner: Type.String(),
    purpose: Type.String(),
    profile: Type.String(),
    startedAt: Type.String(),
    finishedAt: Type.String(),
    /** What became of this side's rows. */
    data: Type.Object(
      {
        rows: count,
        rowsWithoutConsent: count,
        ambiguous: count,
        byType: Type.Record(Type.String(), typeCounts),
      },
      strict,
    ),
    lists: Type.Object({ own: count, partner: count }, strict),
    /** Mode psi: rows that both sides have; `null` for a side that may not learn them. */
    matchedKeys: nullable(count),
    cells: Type.Array(cell),
    lift: nullable(lift),
    privacy: Type.Object(
      {
        disclosure: Type.Enum(DISCLOSURES),
        minCell: count,
        minList: count,
        /** Noise on the counts of this report, added by the partner. */
        counts: nullable(noise),
        /** What this side's own noise gives its people against what the partner learned; `null` when it learned no count. */
        ownDisclosure: nullable(noise),
        /** What the partner and this side learn beside the figures. */
        alsoDisclosed: Type.Array(Type.String()),
      },
      strict,
    ),
    engine: Type.Object({ name: Type.Enum(ENGINE_NAMES), variant: Type.String(), threads: count }, strict),
    timing: Type.Object(
      { loadSeconds: seconds, waitSeconds: seconds, sessionSeconds: seconds, totalSeconds: seconds },
      strict,
    ),
    bytes: Type.Object({ sent: count, received: count }, strict),
    receipts: Type.Object({ transcript: Type.String(), own: signature, partner: signature }, strict),
  },
  strict,
);

export type Report = Static<typeof REPORT_SCHEMA>;
