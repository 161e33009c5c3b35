import { normaliseDomain } from './domain.js';
import { normaliseEmail } from './email.js';
import { normaliseCustomerId, normaliseMaid } from './opaque-ids.js';
import { phoneNormaliser } from './phone.js';
import { PROFILE_RULES } from './profiles.js';
import type { IdentifierType, Profile, Rejection } from './vocabulary.js';

export interface NormaliseOptions {
  readonly profile: Profile;
  /** Country (ISO 3166-1 alpha-2, capitals) in which phone numbers without a country code are read. None by default. */
  readonly region?: string | undefined;
}

/** An identifier in the form that is hashed, or why there is none. */
export type Normalised = { readonly ok: true; readonly normalised: string } | Rejection;

/** A function from an identifier's text to its normalised form, or why there is none. */
export type Normaliser = (text: string) => string | Rejection;

/**
 * The normaliser for a whole column: options are checked and looked up once.
 *
 * @throws VesicaError `config/invalid` when `region` is not a country with a numbering plan.
 */
export function normaliser(type: IdentifierType, options: NormaliseOptions): Normaliser {
  const rule = PROFILE_RULES[options.profile];
  switch (type) {
    case 'email':
      return (text) => normaliseEmail(text, rule.email);
    case 'phone':
      return phoneNormaliser(rule.phone, options.region);
    case 'maid':
      return normaliseMaid;
    case 'customer_id':
      return normaliseCustomerId;
    case 'domain':
      return normaliseDomain;
  }
}

/**
 * The normalised form of one identifier under a profile. Rejects are returned, never thrown; `null` and `undefined`, a
 * missing value, are `blank`. Normalising a normalised identifier gives it back (`phoneNormaliser` has the exception).
 *
 * @throws VesicaError `config/invalid` when `region` is not a country with a numbering plan.
 */
export function normalise(
  type: IdentifierType,
  text: string | null | undefined,
  options: NormaliseOptions,
): Normalised {
  const outcome = normaliser(type, options)(text ?? '');
  return typeof outcome === 'string' ? { ok: true, normalised: outcome } : outcome;
}
