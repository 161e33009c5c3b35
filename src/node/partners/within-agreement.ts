import { compareRationals, parseDecimal, parseDelta, parseEpsilon, type Rational } from '../../dp/index.js';
import { VesicaError, type ErrorCode } from '../../errors.js';
import { SUITE } from '../../group/index.js';
import { IDENTIFIER_TYPES } from '../../identity/index.js';
import { roleOf, type MeasureTerm, type Side, type Terms } from '../../protocol/index.js';
import type { AgreedTerms } from './agreement.js';
import { isShortestDecimal } from './canonical-text.js';

/**
 * Checks the terms of a session against the agreement that it is held under. The terms may be a partner's: nothing in them
 * is taken on trust, not even what the protocol checks as well.
 *
 * @param side the side of this node.
 * @throws VesicaError, of the first term that is not within:
 * - `agreement/mismatch` with field `agreement` when they name another agreement;
 * - `policy/purpose-not-agreed` with field `purpose`;
 * - `policy/epsilon-too-large` with field `privacy.epsilon` or `privacy.delta` when it is more than a release may cost;
 * - `policy/not-agreed` with field `suite`, `mode`, `role`, `profile`, `data.identifiers`, `privacy.disclosure`,
 *   `privacy.epsilon` or `privacy.delta` (when it is no parameter in its shortest form), `measures`, `privacy.minList`,
 *   `privacy.minCell`, `share.labels` or `share.results`.
 */
export function requireWithinAgreement(agreement: AgreedTerms, terms: Terms, side: Side): void {
  if (terms.agreement !== agreement.termsDigest) {
    throw refusal('agreement/mismatch', 'agreement', 'the terms name another agreement');
  }
  for (const term of Object.keys(CHECKS) as (keyof Checked)[]) CHECKS[term](terms, { agreement, side });
}

/** Whether one term of a session is as the agreement has it: the judgement of `requireWithinAgreement`, for people. */
export function isTermWithin(term: keyof Terms, terms: Terms, setting: Setting): boolean {
  if (term === 'agreement') return terms.agreement === setting.agreement.termsDigest;
  try {
    CHECKS[term](terms, setting);
    return true;
  } catch (error) {
    if (error instanceof VesicaError && error.definition.class === 'refused') return false;
    throw error;
  }
}

interface Setting {
  readonly agreement: AgreedTerms;
  readonly side: Side;
}

type Checked = Omit<Terms, 'agreement'>;

/** The check of each term; a term that the protocol gains does not compile without one. In the order of the checks. */
const CHECKS: Readonly<Record<keyof Checked, (terms: Terms, setting: Setting) => void>> = {
  suite: ({ suite }) => {
    requireAgreed(suite === SUITE, 'suite');
  },
  mode: ({ mode }, { agreement }) => {
    requireAgreed(
      agreement.terms.uses.some((use) => use.mode === mode),
      'mode',
    );
  },
  initiatorRole: (terms, { agreement: { terms: agreed, ownParty }, side }) => {
    const own = roleOf(terms, side);
    requireAgreed(
      agreed.uses.some((use) => use.mode === terms.mode && use.roles[ownParty] === own),
      'role',
    );
  },
  profile: ({ profile }, { agreement }) => {
    requireAgreed(profile === agreement.terms.profile, 'profile');
  },
  keyTypes: ({ keyTypes, mode }, { agreement: { terms: agreed } }) => {
    // Each agreed type at most once, in the registry's order: the same set is the same request.
    const inOrder = IDENTIFIER_TYPES.filter((type) => keyTypes.includes(type));
    const isSet = inOrder.join() === keyTypes.join();
    const isAgreed = keyTypes.every((type) => agreed.identifierTypes.includes(type));
    const isCountable = mode === 'psi' ? keyTypes.length > 0 : keyTypes.length === 1;
    requireAgreed(isSet && isAgreed && isCountable, 'data.identifiers');
  },
  purpose: ({ purpose }, { agreement }) => {
    if (agreement.terms.purposes.includes(purpose)) return;
    throw refusal('policy/purpose-not-agreed', 'purpose', 'the purpose is not one that was agreed');
  },
  disclosure: ({ mode, disclosure }, { agreement }) => {
    const { disclosures } = agreement.terms.privacy;
    const isAgreed =
      mode === 'psi'
        ? disclosure === 'rows'
        : disclosure !== 'rows' &&
          disclosures.includes(disclosure) &&
          (mode !== 'aggregate' || disclosure === 'dp');
    requireAgreed(isAgreed, 'privacy.disclosure');
  },
  epsilon: ({ epsilon }, { agreement }) => {
    requireAtMost(epsilon, agreement.terms.privacy.epsilonPerRelease, EPSILON);
  },
  delta: ({ delta }, { agreement }) => {
    requireAtMost(delta, agreement.terms.privacy.deltaPerRelease, DELTA);
  },
  measures: ({ measures, mode }, { agreement: { terms: agreed } }) => {
    const isSet = new Set(measures.map(({ name }) => name)).size === measures.length;
    const isAgreed = measures.every((one) => agreed.measures.some((other) => isSameMeasure(one, other)));
    requireAgreed(isSet && isAgreed && (mode === 'aggregate' || measures.length === 0), 'measures');
  },
  minCell: ({ minCell }, { agreement }) => {
    requireAgreed(minCell >= agreement.terms.privacy.minCell, 'privacy.minCell');
  },
  minList: ({ minList }, { agreement }) => {
    requireAgreed(minList >= agreement.terms.privacy.minList, 'privacy.minList');
  },
  shareLabels: ({ shareLabels }, { agreement }) => {
    requireAgreed(shareLabels === agreement.terms.share.labels, 'share.labels');
  },
  shareResults: ({ shareResults }, { agreement }) => {
    requireAgreed(shareResults === agreement.terms.share.results, 'share.results');
  },
};

const EPSILON = { field: 'privacy.epsilon', parse: parseEpsilon };
const DELTA = { field: 'privacy.delta', parse: parseDelta };

/** Compared exactly. Also where nothing noisy is told: the text is in the record of the session all the same. */
function requireAtMost(text: string, agreed: string, { field, parse }: typeof EPSILON): void {
  const value = parseDecimal(text);
  if (value !== undefined && compareRationals(value, parse(agreed, field)) > 0) {
    throw refusal('policy/epsilon-too-large', field, `${field} is more than the agreement allows a release`);
  }
  const isParameter = value !== undefined && isShortestDecimal(text) && isOneOf(parse, value);
  requireAgreed(isParameter, field);
}

function isOneOf(parse: typeof parseEpsilon, value: Rational): boolean {
  try {
    parse(value);
    return true;
  } catch {
    return false;
  }
}

function isSameMeasure(one: MeasureTerm, other: MeasureTerm): boolean {
  return (
    one.name === other.name &&
    one.quantum === other.quantum &&
    one.bound === other.bound &&
    one.statistic === other.statistic
  );
}

function requireAgreed(isAgreed: boolean, field: string): void {
  if (!isAgreed) throw refusal('policy/not-agreed', field, `${field} is not as it was agreed`);
}

function refusal(code: ErrorCode, field: string, message: string): VesicaError {
  return new VesicaError(code, message, { field });
}
