import { SUITE } from '../../group/index.js';
import { roleOf, type Side, type Terms } from '../../protocol/index.js';
import type { AgreedTerms } from './agreement.js';
import { isTermWithin } from './within-agreement.js';

/** The terms of a session by the names that people know them by. */
export const COMPARED_TERMS = [
  'agreement',
  'suite',
  'mode',
  'role',
  'profile',
  'identifierTypes',
  'purpose',
  'disclosure',
  'epsilon',
  'delta',
  'measures',
  'minCell',
  'minList',
  'shareLabels',
  'shareResults',
] as const;
export type ComparedTerm = (typeof COMPARED_TERMS)[number];

/** How what was agreed limits a term. */
export const TERM_LIMITS = ['equal', 'one-of', 'at-most', 'at-least'] as const;
export type TermLimit = (typeof TERM_LIMITS)[number];

/** One term of a session beside what was agreed; values as text, in the order of the documents. */
export interface TermComparison {
  readonly term: ComparedTerm;
  /** `one-of` with several values offered: each of them. */
  readonly limit: TermLimit;
  readonly offered: readonly string[];
  readonly agreed: readonly string[];
  readonly isWithin: boolean;
}

interface Row {
  readonly of: keyof Terms;
  readonly limit: TermLimit;
  readonly offered: readonly unknown[];
  readonly agreed: readonly unknown[];
}

/** The terms of a session beside those of its agreement, one by one; nothing is thrown for what is not within. */
export function compareWithAgreement(agreement: AgreedTerms, terms: Terms, side: Side): TermComparison[] {
  const { terms: agreed, ownParty, termsDigest } = agreement;
  const { privacy, share } = agreed;
  const roles = agreed.uses.filter(({ mode }) => mode === terms.mode).map(({ roles: of }) => of[ownParty]);
  const disclosures = terms.mode === 'psi' ? ['rows'] : privacy.disclosures;
  const rows: Readonly<Record<ComparedTerm, Row>> = {
    agreement: equal('agreement', terms.agreement, termsDigest),
    suite: equal('suite', terms.suite, SUITE),
    mode: oneOf('mode', [terms.mode], [...new Set(agreed.uses.map(({ mode }) => mode))]),
    role: oneOf('initiatorRole', [roleOf(terms, side)], [...new Set(roles)]),
    profile: equal('profile', terms.profile, agreed.profile),
    identifierTypes: oneOf('keyTypes', terms.keyTypes, agreed.identifierTypes),
    purpose: oneOf('purpose', [terms.purpose], agreed.purposes),
    disclosure: oneOf('disclosure', [terms.disclosure], disclosures),
    epsilon: {
      of: 'epsilon',
      limit: 'at-most',
      offered: [terms.epsilon],
      agreed: [privacy.epsilonPerRelease],
    },
    delta: { of: 'delta', limit: 'at-most', offered: [terms.delta], agreed: [privacy.deltaPerRelease] },
    measures: oneOf('measures', terms.measures.map(measureText), agreed.measures.map(measureText)),
    minCell: { of: 'minCell', limit: 'at-least', offered: [terms.minCell], agreed: [privacy.minCell] },
    minList: { of: 'minList', limit: 'at-least', offered: [terms.minList], agreed: [privacy.minList] },
    shareLabels: equal('shareLabels', terms.shareLabels, share.labels),
    shareResults: equal('shareResults', terms.shareResults, share.results),
  };
  return COMPARED_TERMS.map((term) => {
    const { of, limit, offered, agreed: limits } = rows[term];
    const isWithin = isTermWithin(of, terms, { agreement, side });
    return { term, limit, offered: offered.map(String), agreed: limits.map(String), isWithin };
  });
}

function equal(of: keyof Terms, offered: unknown, agreed: unknown): Row {
  return { of, limit: 'equal', offered: [offered], agreed: [agreed] };
}

function oneOf(of: keyof Terms, offered: readonly unknown[], agreed: readonly unknown[]): Row {
  return { of, limit: 'one-of', offered, agreed };
}

function measureText({ name, quantum, bound, statistic }: Terms['measures'][number]): string {
  return `${name} (${quantum}, ${bound}, ${statistic})`;
}
