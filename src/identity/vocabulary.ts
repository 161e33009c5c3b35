/** The closed lists of words this room speaks: identifier types, profiles, reasons for a reject. */

/** Types of identifier, in the order of their codes on the wire. */
export const IDENTIFIER_TYPES = ['email', 'phone', 'maid', 'customer_id', 'domain'] as const;
/** What an identifier identifies somebody by. `maid` is a mobile advertising id (IDFA, GAID). */
export type IdentifierType = (typeof IDENTIFIER_TYPES)[number];

/** Normalisation profiles; `PROFILE_RULES` says what each does and where its rules come from. */
export const PROFILES = ['uid2', 'google', 'meta', 'pair'] as const;
export type Profile = (typeof PROFILES)[number];

/**
 * Why an identifier was not taken.
 *
 * - `blank`: nothing but white space, or the SHA-256 of an empty text (a blank column that somebody hashed).
 * - `too-long`: longer than `MAX_RAW_CHARS`, or than its type's entry in `MAX_CHARS` after trimming.
 * - `bad-character`: a control or invisible character, half a surrogate pair, or U+FFFD, which marks text decoded with
 *   the wrong character set. None of them can be hashed and still mean the identifier the row was about.
 * - `not-an-email`, `not-a-phone`, `not-a-maid`, `not-a-domain`: not of the form of its type.
 * - `not-a-bare-address`: an address with something around it: a display name, `mailto:`, quotes, a comment, a list.
 * - `phone-extension`: a number with an extension; the number alone belongs to the company, not to the person.
 * - `maid-opted-out`: the all-zero advertising id, or its SHA-256. Everybody who opted out of tracking shares it.
 * - `ip-address`, `public-suffix`: a host, but not a registrable domain.
 * - `bad-hash`: not a SHA-256 digest where one was declared, or text that looks like another kind of digest.
 */
export const REJECT_REASONS = [
  'blank',
  'too-long',
  'bad-character',
  'not-an-email',
  'not-a-bare-address',
  'not-a-phone',
  'phone-extension',
  'not-a-maid',
  'maid-opted-out',
  'not-a-domain',
  'ip-address',
  'public-suffix',
  'bad-hash',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** An identifier that was not taken, and why. Never holds the identifier. */
export interface Rejection {
  readonly ok: false;
  readonly reason: RejectReason;
}

const rejections = new Map<RejectReason, Rejection>(
  REJECT_REASONS.map((reason) => [reason, Object.freeze({ ok: false, reason })]),
);

/** The rejection for `reason`; one shared frozen object each, so that a bad column allocates nothing. */
export function reject(reason: RejectReason): Rejection {
  return rejections.get(reason) ?? { ok: false, reason };
}
