import Type, { type Static } from 'typebox';
import { parseDelta, parseEpsilon } from '../../dp/index.js';
import { SUITE } from '../../group/index.js';
import { IDENTIFIER_TYPES, type IdentifierType } from '../../identity/index.js';
import {
  LIMITS,
  MODES,
  ROLES,
  initiatorRole,
  type Disclosure,
  type MeasureTerm,
  type Role,
  type Side,
  type Terms,
} from '../../protocol/index.js';
import { VesicaError } from '../../errors.js';
import { AGREED_DISCLOSURES } from './agreement-terms.js';
import type { AgreedTerms } from './agreement.js';
import { setOf, shortestDecimal } from './canonical-text.js';
import { inputCheck, invalid, strict } from './checked-input.js';
import { requireWithinAgreement } from './within-agreement.js';

const decimal = Type.String({ minLength: 1, maxLength: 32 });
const threshold = Type.Integer({ minimum: 1, maximum: LIMITS.elements });

export const SESSION_ASK_SCHEMA = Type.Object(
  {
    mode: Type.Enum(MODES),
    /** This node's; needed only when the agreement has the mode with either. */
    role: Type.Optional(Type.Enum(ROLES)),
    purpose: Type.String({ maxLength: LIMITS.textBytes }),
    /** All agreed ones in mode psi; the other modes take one, which must be told unless one alone is agreed. */
    identifierTypes: Type.Optional(
      Type.Array(Type.Enum(IDENTIFIER_TYPES), { minItems: 1, maxItems: IDENTIFIER_TYPES.length }),
    ),
    /** What a release may cost at most, unless told. */
    epsilon: Type.Optional(decimal),
    delta: Type.Optional(decimal),
    /** `dp` where it is agreed, unless told. Mode psi discloses rows. */
    disclosure: Type.Optional(Type.Enum(AGREED_DISCLOSURES)),
    /** Names of agreed measures; all in mode aggregate, unless told. */
    measures: Type.Optional(
      Type.Array(Type.String({ maxLength: LIMITS.textBytes }), { maxItems: LIMITS.measures }),
    ),
    /** The agreed ones, unless told. */
    minList: Type.Optional(threshold),
    minCell: Type.Optional(threshold),
  },
  strict,
);

/** What an operator asks of one session; the agreement settles the rest. */
export type SessionAsk = Static<typeof SESSION_ASK_SCHEMA>;

/** `input` as what is asked of a session. @throws VesicaError `config/invalid` naming the key. */
export const checkedSessionAsk: (input: unknown) => SessionAsk = inputCheck(
  SESSION_ASK_SCHEMA,
  'the session',
);

/**
 * The protocol's terms of a session that is asked for under an agreement. They are within it, and are what the protocol
 * allows a party to propose.
 *
 * @throws VesicaError as `requireWithinAgreement` when the agreement does not allow it; `config/invalid` with field `role`
 * or `identifierTypes` when the agreement leaves a choice that was not made, or `disclosure` when the mode has none;
 * `dp/invalid-parameter` with field `epsilon` or `delta`.
 */
export function sessionTerms(agreement: AgreedTerms, ask: SessionAsk, side: Side): Terms {
  const { profile, privacy, share } = agreement.terms;
  const terms: Terms = {
    suite: SUITE,
    mode: ask.mode,
    initiatorRole: initiatorRole(roleFor(agreement, ask), side),
    profile,
    keyTypes: typesFor(agreement, ask),
    purpose: ask.purpose,
    disclosure: disclosureFor(agreement, ask),
    epsilon: shortestDecimal(parseEpsilon(ask.epsilon ?? privacy.epsilonPerRelease, 'epsilon'), 'epsilon'),
    delta: shortestDecimal(parseDelta(ask.delta ?? privacy.deltaPerRelease, 'delta'), 'delta'),
    measures: measuresFor(agreement, ask),
    minCell: ask.minCell ?? privacy.minCell,
    minList: ask.minList ?? privacy.minList,
    shareLabels: share.labels,
    shareResults: share.results,
    agreement: agreement.termsDigest,
  };
  requireWithinAgreement(agreement, terms, side);
  return terms;
}

function roleFor({ terms, ownParty }: AgreedTerms, { mode, role }: SessionAsk): Role {
  const roles = terms.uses.filter((use) => use.mode === mode).map((use) => use.roles[ownParty]);
  const [only, another] = roles;
  if (only === undefined) {
    throw new VesicaError('policy/not-agreed', `mode ${mode} is not agreed`, { field: 'mode' });
  }
  if (role !== undefined) return role;
  if (another !== undefined) throw invalid('role', `role must be told: mode ${mode} is agreed with either`);
  return only;
}

function typesFor({ terms }: AgreedTerms, { mode, identifierTypes }: SessionAsk): IdentifierType[] {
  const field = 'identifierTypes';
  const types = setOf(identifierTypes ?? terms.identifierTypes, field, IDENTIFIER_TYPES);
  if (mode !== 'psi' && types.length !== 1) {
    throw invalid(field, `${field}: mode ${mode} counts people, so it takes one`);
  }
  return types;
}

function disclosureFor({ terms }: AgreedTerms, { mode, disclosure }: SessionAsk): Disclosure {
  if (mode === 'psi') {
    if (disclosure === undefined) return 'rows';
    throw invalid('disclosure', 'mode psi discloses rows; disclosure is for the other modes');
  }
  return disclosure ?? (mode === 'aggregate' ? 'dp' : (terms.privacy.disclosures[0] ?? 'dp'));
}

function measuresFor({ terms }: AgreedTerms, { mode, measures }: SessionAsk): MeasureTerm[] {
  if (measures === undefined) return mode === 'aggregate' ? terms.measures : [];
  setOf(measures, 'measures');
  return measures.map((name) => {
    const agreed = terms.measures.find((measure) => measure.name === name);
    if (agreed !== undefined) return agreed;
    throw new VesicaError('policy/not-agreed', 'measures names one that is not agreed', {
      field: 'measures',
    });
  });
}
