import Type, { type Static } from 'typebox';
import { IDENTIFIER_TYPES, PROFILES } from '../../identity/index.js';
import { LIMITS, MODES, ROLES, STATISTICS } from '../../protocol/index.js';
import { NAME_PATTERN, strict } from './checked-input.js';

/** The shape of the document that two partners agree on. Unknown keys are refused everywhere. */

export const AGREEMENT_FORMAT = 'vesica-agreement-1';
/** The shortest rhythm that a schedule may have. */
export const AGREED_RHYTHMS = ['none', 'daily', 'weekly', 'monthly'] as const;
/** What an agreement may allow beside the rows of mode psi: noisy counts, exact ones. */
export const AGREED_DISCLOSURES = ['dp', 'exact'] as const;

const MAX_DAYS = 3650;
const PARTY_PATTERN = '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$';

/** One value for each of the two parties, by name. */
const byParty = <Value extends Type.TSchema>(value: Value): Type.TRecord<string, Value> =>
  Type.Record(Type.String({ pattern: PARTY_PATTERN }), value, {
    minProperties: 2,
    maxProperties: 2,
    additionalProperties: false,
  });
const decimal = Type.String({ minLength: 1, maxLength: 32 });
const days = Type.Integer({ minimum: 1, maximum: MAX_DAYS });
const threshold = Type.Integer({ minimum: 1, maximum: LIMITS.elements });
const time = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z$' });

export const AGREEMENT_SCHEMA = Type.Object(
  {
    format: Type.Literal(AGREEMENT_FORMAT),
    name: Type.String({ pattern: NAME_PATTERN }),
    /** The fingerprint of each party's key. */
    parties: byParty(Type.String({ maxLength: 80 })),
    /** What the results may be used for; each session names one. */
    purposes: Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' }), {
      minItems: 1,
      maxItems: 16,
    }),
    /** What may be run, and who learns what in it. */
    uses: Type.Array(Type.Object({ mode: Type.Enum(MODES), roles: byParty(Type.Enum(ROLES)) }, strict), {
      minItems: 1,
      maxItems: 12,
    }),
    profile: Type.Enum(PROFILES),
    identifierTypes: Type.Array(Type.Enum(IDENTIFIER_TYPES), {
      minItems: 1,
      maxItems: IDENTIFIER_TYPES.length,
    }),
    /** What may be summed in mode aggregate, in the order in which reports tell it. */
    measures: Type.Array(
      Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: LIMITS.textBytes }),
          quantum: decimal,
          bound: decimal,
          statistic: Type.Enum(STATISTICS),
        },
        strict,
      ),
      { maxItems: LIMITS.measures },
    ),
    privacy: Type.Object(
      {
        /** How figures may be told, where the mode leaves a choice. */
        disclosures: Type.Array(Type.Enum(AGREED_DISCLOSURES), { maxItems: AGREED_DISCLOSURES.length }),
        /** The most that one session may spend. */
        epsilonPerRelease: decimal,
        deltaPerRelease: decimal,
        /** The most that a partner may learn of the same people in all. */
        epsilonTotal: decimal,
        deltaTotal: decimal,
        /** Fewest people in a list, and in a cell. */
        minList: threshold,
        minCell: threshold,
      },
      strict,
    ),
    /** Whether the other side sees cell labels and arms, and gets its own noisy figures. */
    share: Type.Object({ labels: Type.Boolean(), results: Type.Boolean() }, strict),
    retentionDays: Type.Object({ reports: days, exports: days }, strict),
    schedule: Type.Enum(AGREED_RHYTHMS),
    /** UTC; the end is the first moment at which it does not hold any more. */
    validFrom: time,
    validUntil: time,
  },
  strict,
);

/**
 * What two partners agreed on: who, for what, in which modes and roles, on which identifiers, at what cost, for how long.
 * Both enter the same document, and its digest is compared at the start of each session.
 */
export type AgreementTerms = Static<typeof AGREEMENT_SCHEMA>;
export type AgreedUse = AgreementTerms['uses'][number];
