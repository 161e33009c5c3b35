import Type, { type Static } from 'typebox';
import { IDENTIFIER_TYPES, PROFILES } from '../../identity/index.js';
import { MODES, ROLES, STATISTICS } from '../../protocol/index.js';

/** The shape of a session file (`examples/*.yaml`). Unknown keys are refused everywhere. */

const strict = { additionalProperties: false } as const;
const name = Type.String({ minLength: 1, maxLength: 200 });
const path = Type.String({ minLength: 1 });
const decimal = Type.Union([Type.Number(), Type.String()]);

const identifier = Type.Union([
  Type.Enum(IDENTIFIER_TYPES),
  Type.Object(
    {
      type: Type.Enum(IDENTIFIER_TYPES),
      encoding: Type.Optional(Type.Enum(['auto', 'plain', 'sha256'])),
    },
    strict,
  ),
]);

const purposes = Type.Array(Type.Integer({ minimum: 1, maximum: 24 }), { minItems: 1, maxItems: 24 });

/** Whose rows may be used: by `equals` or by `tcf`. `session-plan.ts` checks that it is one of them. */
const consent = Type.Object(
  {
    column: name,
    equals: Type.Optional(Type.Union([Type.Boolean(), Type.String()])),
    tcf: Type.Optional(
      Type.Object(
        {
          purposes,
          vendor: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
          legitimateInterest: Type.Optional(purposes),
        },
        strict,
      ),
    ),
  },
  strict,
);

const data = Type.Object(
  {
    source: Type.Optional(path),
    sql: Type.Optional(path),
    identifiers: Type.Record(Type.String(), identifier, { minProperties: 1 }),
    cohorts: Type.Optional(Type.Array(name, { minItems: 1, maxItems: 8 })),
    consent: Type.Optional(consent),
    region: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
    csv: Type.Optional(
      Type.Object({ delimiter: Type.Optional(Type.String()), quote: Type.Optional(Type.String()) }, strict),
    ),
    onAmbiguousCohort: Type.Optional(Type.Enum(['refuse', 'first', 'drop'])),
  },
  strict,
);

/** A measure. Both sides write its name, quantum, bound and statistic; only the side that has the values the rest. */
const measure = Type.Object(
  {
    name,
    quantum: Type.Optional(decimal),
    bound: decimal,
    statistic: Type.Optional(Type.Enum(STATISTICS)),
    column: Type.Optional(name),
    aboveBound: Type.Optional(Type.Enum(['clamp', 'refuse'])),
    betweenQuanta: Type.Optional(Type.Enum(['round-down', 'round-nearest', 'refuse'])),
    missing: Type.Optional(Type.Enum(['zero', 'refuse'])),
  },
  strict,
);

/** What this side alone knows of the experiment, for its own report. */
const experiment = Type.Object(
  {
    shares: Type.Optional(Type.Record(Type.String(), Type.Number({ exclusiveMinimum: 0 }))),
    costs: Type.Optional(Type.Record(Type.String(), Type.Number({ minimum: 0 }))),
    exposure: Type.Optional(Type.Object({ column: name, exposed: name }, strict)),
    frequency: Type.Optional(Type.Object({ column: name }, strict)),
    geo: Type.Optional(
      Type.Object(
        { region: name, period: name, treated: Type.Array(name, { minItems: 1 }), startsAt: name },
        strict,
      ),
    ),
  },
  strict,
);

const ledger = Type.Object(
  { file: path, epsilon: Type.Optional(decimal), delta: Type.Optional(decimal) },
  strict,
);

export const SESSION_SCHEMA = Type.Object(
  {
    party: name,
    connect: Type.Optional(Type.String()),
    listen: Type.Optional(Type.String()),
    tls: Type.Optional(Type.Object({ identity: path, peer: Type.String() }, strict)),
    mode: Type.Enum(MODES),
    role: Type.Enum(ROLES),
    purpose: Type.Optional(Type.String({ maxLength: 200 })),
    profile: Type.Enum(PROFILES),
    data,
    arms: Type.Optional(
      Type.Object({ column: name, treatment: Type.Array(name, { minItems: 1 }), control: name }, strict),
    ),
    measures: Type.Optional(Type.Array(measure, { minItems: 1, maxItems: 8 })),
    experiment: Type.Optional(experiment),
    ledger: Type.Optional(ledger),
    privacy: Type.Optional(
      Type.Object(
        {
          disclosure: Type.Optional(Type.Enum(['dp', 'exact'])),
          epsilon: Type.Optional(decimal),
          delta: Type.Optional(decimal),
          minCell: Type.Optional(Type.Integer({ minimum: 1 })),
          minList: Type.Optional(Type.Integer({ minimum: 0 })),
        },
        strict,
      ),
    ),
    share: Type.Optional(
      Type.Object({ labels: Type.Optional(Type.Boolean()), results: Type.Optional(Type.Boolean()) }, strict),
    ),
    output: Type.Optional(Type.Union([path, Type.Array(path, { minItems: 1, maxItems: 4 })])),
    select: Type.Optional(Type.Enum(['matched', 'unmatched'])),
    engine: Type.Optional(Type.String({ pattern: '^[a-z]+(:[a-z0-9-]+)?$' })),
    threads: Type.Optional(Type.Integer({ minimum: 1, maximum: 64 })),
    maxElements: Type.Optional(Type.Integer({ minimum: 1 })),
    memory: Type.Optional(
      Type.Object({ limitMiB: Type.Integer({ minimum: 1 }), spoolFolder: Type.Optional(path) }, strict),
    ),
    timeouts: Type.Optional(
      Type.Object(
        {
          connectSeconds: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 86_400 })),
          idleSeconds: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 86_400 })),
        },
        strict,
      ),
    ),
  },
  strict,
);

/** A session file as written; `SessionPlan` is what it means. */
export type SessionFile = Static<typeof SESSION_SCHEMA>;
