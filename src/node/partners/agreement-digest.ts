import { createHash } from 'node:crypto';
import { VesicaError } from '../../errors.js';
import type { AgreementTerms } from './agreement-terms.js';

/**
 * The digest of an agreement: SHA-256 over its canonical JSON in UTF-8, 64 lower-case hexadecimal digits. Two nodes hold a
 * session under an agreement only when both have the same digest.
 *
 * Canonical JSON is that of RFC 8785: the keys of each object sorted by their UTF-16 code units, no white space, and
 * strings escaped as ECMAScript's `JSON.stringify` does. Agreements have neither fractions nor large numbers, as these are
 * decimal texts. Give it what `checkedAgreementTerms` returned, which has one way to write each value.
 *
 * @throws VesicaError `internal/defect` for a value that an agreement cannot have: text that is not in Unicode's NFC, as
 * it would look the same and digest otherwise; a number that is no safe integer; anything that is not JSON.
 */
export function agreementDigest(terms: AgreementTerms): string {
  return createHash('sha256').update(canonicalJson(terms)).digest('hex');
}

/** The canonical JSON of `value`; see `agreementDigest`. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string' && !/\p{Cs}/u.test(value) && value.normalize('NFC') === value) {
    return JSON.stringify(value);
  }
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isSafeInteger(value))) {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([key, item]) => `${canonicalJson(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  throw new VesicaError('internal/defect', 'an agreement holds a value that has no canonical JSON');
}
