/**
 * Who the node deals with, and on what terms. Partners are known by the keys of their nodes and are never forgotten;
 * agreements are documents that both sides enter alike, compared by digest; and every session's terms are checked against
 * the agreement that it names.
 */
export { agreementDigest } from './agreement-digest.js';
export {
  AGREED_DISCLOSURES,
  AGREED_RHYTHMS,
  AGREEMENT_FORMAT,
  AGREEMENT_SCHEMA,
  type AgreedUse,
  type AgreementTerms,
} from './agreement-terms.js';
export { APPROVALS, type AgreedTerms, type Agreement, type Approval } from './agreement.js';
export {
  AGREEMENT_CHANGE_SCHEMA,
  Agreements,
  NEW_AGREEMENT_SCHEMA,
  type AgreementChange,
  type AgreementQuery,
  type AgreementsOptions,
  type NewAgreement,
} from './agreements.js';
export { checkedAgreementTerms } from './checked-agreement.js';
export {
  NEW_PARTNER_SCHEMA,
  PARTNER_CHANGE_SCHEMA,
  type NewPartner,
  type Partner,
  type PartnerChange,
} from './partner.js';
export { Partners } from './partners.js';
export { SESSION_ASK_SCHEMA, checkedSessionAsk, sessionTerms, type SessionAsk } from './session-ask.js';
export {
  COMPARED_TERMS,
  compareWithAgreement,
  TERM_LIMITS,
  type ComparedTerm,
  type TermComparison,
  type TermLimit,
} from './terms-comparison.js';
export { requireWithinAgreement } from './within-agreement.js';
