/** Identifiers: normalisation profiles, match keys, consent. Pure. */
export {
  IDENTIFIER_TYPES,
  PROFILES,
  REJECT_REASONS,
  type IdentifierType,
  type Profile,
  type Rejection,
  type RejectReason,
} from './vocabulary.js';
export { PROFILE_RULES, type ProfileRule } from './profiles.js';
export { MAX_CHARS, MAX_RAW_CHARS } from './text.js';
export { normalise, type Normalised, type NormaliseOptions } from './normalise.js';
export {
  matchKey,
  matchKeyReader,
  type IdentifierEncoding,
  type MatchKey,
  type MatchKeyOptions,
  type TextDigest,
} from './match-key.js';
export {
  CONSENT_GAPS,
  consentGiven,
  consentReader,
  type Consent,
  type ConsentGap,
  type ConsentRule,
  type TcfConsentRule,
  type ValueConsentRule,
} from './consent.js';
export { ProfileComparison, type ProfileDifference } from './profile-comparison.js';
