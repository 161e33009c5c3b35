import { isAbsolute } from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { checkDefinition, ON_AMBIGUOUS_COHORT, type DataDefinition } from '../../data/index.js';
import { VesicaError } from '../../errors.js';
import { IDENTIFIER_TYPES, PROFILES } from '../../identity/index.js';
import { ROLES } from '../../protocol/index.js';
import { requireDimensions } from '../../report/index.js';
import { LINEAGE_FORM, LINEAGE_PATTERN } from '../ledger/index.js';

/** The shape of a dataset definition. Unknown keys are refused everywhere. */

const strict = { additionalProperties: false } as const;
const column = Type.String({ minLength: 1, maxLength: 200 });
/** The audit log, which tells of each dataset by its name, takes none that looks like an identifier. */
const name = Type.String({
  pattern:
    '^(?!.*[0-9A-Fa-f]{64})(?!.*[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12})' +
    '[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$',
});
const decimal = Type.String({ pattern: '^[0-9]{1,15}(\\.[0-9]{1,15})?$' });
const purposes = Type.Array(Type.Integer({ minimum: 1, maximum: 24 }), { minItems: 1, maxItems: 24 });
const oneCharacter = Type.String({ minLength: 1, maxLength: 1 });

const consent = Type.Union([
  Type.Object({ column, equals: Type.Union([Type.Boolean(), Type.String({ maxLength: 200 })]) }, strict),
  Type.Object(
    {
      column,
      kind: Type.Literal('tcf'),
      purposes,
      vendor: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
      legitimateInterest: Type.Optional(purposes),
    },
    strict,
  ),
]);

const measure = Type.Object(
  {
    name: column,
    column,
    rule: Type.Object(
      {
        quantum: decimal,
        bound: decimal,
        aboveBound: Type.Enum(['clamp', 'refuse']),
        betweenQuanta: Type.Enum(['round-down', 'round-nearest', 'refuse']),
        missing: Type.Enum(['zero', 'refuse']),
      },
      strict,
    ),
  },
  strict,
);

const data = Type.Object(
  {
    source: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    sql: Type.Optional(Type.String({ minLength: 1, maxLength: 100_000 })),
    identifiers: Type.Record(
      column,
      Type.Object(
        {
          type: Type.Enum(IDENTIFIER_TYPES),
          encoding: Type.Optional(Type.Enum(['auto', 'plain', 'sha256'])),
        },
        strict,
      ),
      { minProperties: 1, maxProperties: 32 },
    ),
    cohorts: Type.Optional(Type.Array(column, { minItems: 1, maxItems: 8 })),
    measures: Type.Optional(Type.Array(measure, { minItems: 1, maxItems: 8 })),
    consent: Type.Optional(consent),
    profile: Type.Enum(PROFILES),
    region: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$' })),
    csv: Type.Optional(
      Type.Object({ delimiter: Type.Optional(oneCharacter), quote: Type.Optional(oneCharacter) }, strict),
    ),
  },
  strict,
);

/** Which values of which cohort column are the arms of an experiment. */
const arms = Type.Object(
  { column, treatment: Type.Array(column, { minItems: 1, maxItems: 64 }), control: column },
  strict,
);

/** What only this side knows of the experiment; none of it goes to the partner. */
const experiment = Type.Object(
  {
    shares: Type.Optional(Type.Record(column, Type.Number({ exclusiveMinimum: 0 }), { maxProperties: 64 })),
    costs: Type.Optional(Type.Record(column, Type.Number({ minimum: 0 }), { maxProperties: 64 })),
    exposure: Type.Optional(Type.Object({ column, exposed: column }, strict)),
    frequency: Type.Optional(Type.Object({ column }, strict)),
    geo: Type.Optional(
      Type.Object(
        {
          region: column,
          period: column,
          treated: Type.Array(column, { minItems: 1, maxItems: 4096 }),
          startsAt: column,
        },
        strict,
      ),
    ),
  },
  strict,
);

export const DATASET_SCHEMA = Type.Object(
  {
    name,
    /** Which people it is about. Datasets of the same people share a lineage, and so a budget; it never changes. */
    lineage: Type.String({ pattern: LINEAGE_PATTERN }),
    role: Type.Enum(ROLES),
    data,
    onAmbiguousCohort: Type.Optional(Type.Enum(ON_AMBIGUOUS_COHORT)),
    arms: Type.Optional(arms),
    experiment: Type.Optional(experiment),
  },
  strict,
);

/** A dataset as an operator defines it: where its rows are, what its columns mean, and whose rows may be used. */
export type DatasetDefinition = Static<typeof DATASET_SCHEMA>;

const validator = Compile(DATASET_SCHEMA);

/** Patterns in words. */
const FORMS: Readonly<Record<string, string>> = {
  name:
    'name is 1 to 100 letters, digits, spaces, dots, hyphens and underscores, ' +
    'and nothing that looks like an identifier',
  lineage: LINEAGE_FORM,
};

/**
 * `input` as a dataset definition.
 *
 * @throws VesicaError `config/invalid` naming the key: when it is not of the form of `DATASET_SCHEMA`; when the source is
 * not an absolute path; when role, cohorts and measures do not go together; when an identifier is also a cohort, a measure
 * or the consent; and as `checkDefinition`.
 */
export function checkedDataset(input: unknown): DatasetDefinition {
  if (!validator.Check(input)) {
    const errors = validator.Errors(input);
    // The last error of the list sums up an alternative; one with a key that does not belong says most.
    const error = errors.find(({ keyword }) => keyword === 'additionalProperties') ?? errors.at(-1);
    const field = (error?.instancePath ?? '').split('/').slice(1).join('.');
    const form = error?.keyword === 'pattern' ? FORMS[field] : undefined;
    throw invalid(
      field,
      form ?? `${field === '' ? 'the dataset' : field}: ${error?.message ?? 'is invalid'}`,
    );
  }
  const { role, data } = input;
  if (data.source !== undefined && !isAbsolute(data.source)) {
    throw invalid('data.source', 'data.source must be an absolute path');
  }
  if ((role === 'cohorts') !== (data.cohorts !== undefined)) {
    throw invalid('data.cohorts', 'data.cohorts belongs to role cohorts, which needs it');
  }
  if (role !== 'measures' && data.measures !== undefined) {
    throw invalid('data.measures', 'data.measures belongs to role measures');
  }
  requireExperiment(input);
  requireOwnColumns(data);
  checkDefinition(data);
  return input;
}

/** Arms and what is said of the experiment must name what the dataset has: else a session would fail after it was agreed. */
function requireExperiment({ data, arms, experiment }: DatasetDefinition): void {
  const dimensions = data.cohorts ?? [];
  if (arms !== undefined && !dimensions.includes(arms.column)) {
    throw invalid('arms.column', 'arms.column must be one of data.cohorts');
  }
  const names = [...(arms?.treatment ?? []), ...(arms === undefined ? [] : [arms.control])];
  if (new Set(names).size !== names.length) throw invalid('arms', 'arms names an arm twice');
  for (const key of ['shares', 'costs'] as const) {
    if (Object.keys(experiment?.[key] ?? {}).every((arm) => names.includes(arm))) continue;
    throw invalid(`experiment.${key}`, `experiment.${key} names an arm that arms does not have`);
  }
  requireDimensions(experiment ?? {}, dimensions);
}

/** An identifier that is also a label of a cell would be in reports, and go to the partner. */
function requireOwnColumns({ identifiers, cohorts, measures, consent: rule }: DataDefinition): void {
  const others: [string, readonly string[]][] = [
    ['data.cohorts', cohorts ?? []],
    ['data.measures', (measures ?? []).map((one) => one.column)],
    ['data.consent', rule === undefined ? [] : [rule.column]],
  ];
  // Columns are found whatever their case: see the data room.
  const taken = new Set(Object.keys(identifiers).map((one) => one.toLowerCase()));
  for (const [field, columns] of others) {
    const shared = columns.find((one) => taken.has(one.toLowerCase()));
    if (shared !== undefined) throw invalid(field, `${field}: the column "${shared}" holds identifiers`);
  }
}

function invalid(field: string, message: string): VesicaError {
  return new VesicaError('config/invalid', message, { field });
}
