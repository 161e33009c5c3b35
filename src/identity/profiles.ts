import type { Profile } from './vocabulary.js';

/** What a profile does to an e-mail address and to a phone number. The other types are the same in every profile. */
export interface ProfileRule {
  readonly email: {
    /** `edges`: white space inside an address is a reject. `everywhere`: it is removed. */
    readonly whitespace: 'edges' | 'everywhere';
    /** `ascii`: only A-Z change. `unicode`: the default case mapping of Unicode, the same in every locale. */
    readonly lowercase: 'ascii' | 'unicode';
    /** Domains whose local part loses its dots, and its first plus sign with all that follows. */
    readonly gmailDomains: readonly string[];
  };
  readonly phone: {
    /** Whether the normalised form starts with `+`. */
    readonly plusSign: 'kept' | 'dropped';
    /** Digits after the plus sign, at least; at most 15 in every profile (ITU-T E.164). */
    readonly minDigits: number;
    /** Whether a plus sign and 10 to 15 digits are taken as they stand when no number of that length is possible. */
    readonly impossibleNumbers: 'kept' | 'refused';
    /** What digits without a plus sign mean when no default region is set. */
    readonly bareDigits: 'refused' | 'international';
  };
}

/**
 * The rules of each profile. They disagree with one another, so two parties must use the same one: a Gmail address with
 * a dot has one match key in `uid2` and `google` and another in `meta` and `pair`.
 *
 * - `uid2`: Unified ID 2.0, "Normalization and Encoding" (IABTechLab/uid2docs), and what its operator does where the
 *   page is silent: only A-Z are lower-cased, and a phone number that is already `+` and 10 to 15 digits is taken even
 *   where no such number is possible. Gmail rules for gmail.com only.
 * - `google`: Google Data Manager API, "Format user data". White space is removed inside addresses too; Gmail rules for
 *   gmail.com and googlemail.com, and the one is not rewritten to the other.
 * - `meta`: Meta Marketing API, "Customer Information Parameters". Addresses are trimmed and lower-cased, nothing else;
 *   phone numbers are digits with the country code and no plus sign.
 * - `pair`: IAB Tech Lab PAIR (Publisher Advertiser Identity Reconciliation), table 1, "Key Types and Encodings": ASCII
 *   letters lower-cased, phone numbers in E.164 with at most 15 digits. No Gmail rules, although PAIR began at Google:
 *   its addresses differ from those of the `google` profile. LiveRamp's hashed e-mails follow the same rules.
 */
export const PROFILE_RULES: Readonly<Record<Profile, ProfileRule>> = {
  uid2: {
    email: { whitespace: 'edges', lowercase: 'ascii', gmailDomains: ['gmail.com'] },
    phone: { plusSign: 'kept', minDigits: 10, impossibleNumbers: 'kept', bareDigits: 'refused' },
  },
  google: {
    email: { whitespace: 'everywhere', lowercase: 'unicode', gmailDomains: ['gmail.com', 'googlemail.com'] },
    phone: { plusSign: 'kept', minDigits: 1, impossibleNumbers: 'refused', bareDigits: 'refused' },
  },
  meta: {
    email: { whitespace: 'edges', lowercase: 'unicode', gmailDomains: [] },
    phone: { plusSign: 'dropped', minDigits: 1, impossibleNumbers: 'refused', bareDigits: 'international' },
  },
  pair: {
    email: { whitespace: 'edges', lowercase: 'ascii', gmailDomains: [] },
    phone: { plusSign: 'kept', minDigits: 1, impossibleNumbers: 'refused', bareDigits: 'refused' },
  },
};
