import type { AgreementRow, AgreementState } from '../store/index.js';
import type { AgreementTerms } from './agreement-terms.js';

/** Whether sessions within the terms need somebody's approval of their own. */
export const APPROVALS = ['manual', 'automatic'] as const;
export type Approval = (typeof APPROVALS)[number];

/** An agreement with a partner: the document of both, and what this node alone decided about it. */
export interface Agreement {
  readonly id: string;
  readonly partnerId: string;
  readonly name: string;
  readonly state: AgreementState;
  readonly terms: AgreementTerms;
  /** 64 hexadecimal digits; see `agreementDigest`. */
  readonly termsDigest: string;
  /** The names that the terms have for this node and for the partner. */
  readonly ownParty: string;
  readonly partnerParty: string;
  readonly approval: Approval;
  /** Ids of the datasets that may be used under it. */
  readonly datasets: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly endedAt: string | null;
}

/** The part of an agreement that its terms are read with. */
export type AgreedTerms = Pick<Agreement, 'terms' | 'termsDigest' | 'ownParty'>;

/**
 * The agreement in a row.
 *
 * @param isPartner whether a fingerprint is one that the partner has or had.
 */
export function agreementOf(row: AgreementRow, isPartner: (fingerprint: string) => boolean): Agreement {
  const terms = JSON.parse(row.terms) as AgreementTerms;
  const [one, other] = Object.keys(terms.parties) as [string, string];
  const isOne = isPartner(terms.parties[one] ?? '');
  return {
    id: row.id,
    partnerId: row.partner_id,
    name: terms.name,
    state: row.state,
    terms,
    termsDigest: row.terms_digest,
    ownParty: isOne ? other : one,
    partnerParty: isOne ? one : other,
    approval: row.auto_approve === 1 ? 'automatic' : 'manual',
    datasets: JSON.parse(row.datasets) as string[],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    endedAt: row.ended_at,
  };
}
