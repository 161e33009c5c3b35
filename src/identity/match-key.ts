import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes } from '../bytes.js';
import { digestFromText, looksLikeDigest } from './digest-text.js';
import { normaliser, type NormaliseOptions } from './normalise.js';
import { OPTED_OUT_MAID } from './opaque-ids.js';
import { reject, type IdentifierType, type Rejection } from './vocabulary.js';

/**
 * How a column holds its identifiers. `plain`: as text to normalise. `sha256`: each as a SHA-256 digest. `auto`: either,
 * told apart row by row; for `customer_id` it means `plain`, because a customer id may itself be 64 hexadecimal digits.
 */
export type IdentifierEncoding = 'auto' | 'plain' | 'sha256';

/** SHA-256 of the UTF-8 bytes of `text`: 32 bytes, in an array that the caller may keep. */
export type TextDigest = (text: string) => Uint8Array;

export interface MatchKeyOptions extends NormaliseOptions {
  /** `auto` by default. */
  readonly encoding?: IdentifierEncoding | undefined;
  /** A faster SHA-256 than the portable default. It must agree with it. */
  readonly digest?: TextDigest | undefined;
}

/** A match key of 32 bytes, and whether the text already was a digest; or why there is no key. */
export type MatchKey = { readonly ok: true; readonly key: Uint8Array; readonly hashed: boolean } | Rejection;

const encoder = new TextEncoder();
const portableDigest: TextDigest = (text) => sha256(encoder.encode(text));
const BLANK_KEY = portableDigest('');
const OPTED_OUT_KEY = portableDigest(OPTED_OUT_MAID);

/**
 * Reads the match keys of a column: SHA-256 of the normalised identifier, or the digest itself where the party holds
 * only digests, so that it interoperates with one that holds the identifiers. Whether a foreign digest was made from
 * the form this profile gives cannot be seen; two well-known mistakes can, and are rejects: the digest of nothing
 * (`blank`) and that of the opted-out advertising id.
 *
 * The function returned never throws. It is called once a row.
 *
 * @throws VesicaError `config/invalid` when `region` is not a country with a numbering plan.
 */
export function matchKeyReader(
  type: IdentifierType,
  options: MatchKeyOptions,
): (text: string | null | undefined) => MatchKey {
  const normalised = normaliser(type, options);
  const digest = options.digest ?? portableDigest;
  const asked = options.encoding ?? 'auto';
  const encoding = asked === 'auto' && type === 'customer_id' ? 'plain' : asked;

  const plainKey = (text: string): MatchKey => {
    const form = normalised(text);
    return typeof form === 'string' ? { ok: true, key: digest(form), hashed: false } : form;
  };
  return (text) => {
    const given = text ?? '';
    if (encoding === 'plain') return plainKey(given);
    const key = digestFromText(given.trim());
    if (key !== undefined) return keyUnlessShared(type, key);
    if (encoding === 'auto') return unlessOtherDigest(given, plainKey(given));
    return reject(given.trim() === '' ? 'blank' : 'bad-hash');
  };
}

/** `matchKeyReader` for a single identifier, with the same errors. */
export function matchKey(
  type: IdentifierType,
  text: string | null | undefined,
  options: MatchKeyOptions,
): MatchKey {
  return matchKeyReader(type, options)(text);
}

/** A digest taken as a match key, unless it is one that people who have nothing in common share. */
function keyUnlessShared(type: IdentifierType, key: Uint8Array): MatchKey {
  if (equalBytes(key, BLANK_KEY)) return reject('blank');
  if (type === 'maid' && equalBytes(key, OPTED_OUT_KEY)) return reject('maid-opted-out');
  return { ok: true, key, hashed: true };
}

/** Names the likelier fault: `bad-hash`, where a reject of the wrong form has the look of another digest. */
function unlessOtherDigest(text: string, outcome: MatchKey): MatchKey {
  if (outcome.ok || !outcome.reason.startsWith('not-a')) return outcome;
  return looksLikeDigest(text.trim()) ? reject('bad-hash') : outcome;
}
