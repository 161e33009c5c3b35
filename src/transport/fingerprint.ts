import { createHash, type KeyObject } from 'node:crypto';
import { concatBytes, toHex } from '../bytes.js';
import { VesicaError } from '../errors.js';

/** Bytes of an Ed25519 public key (RFC 8032 §5.1.5). */
export const PUBLIC_KEY_BYTES = 32;

/** What comes before the 32 key bytes in the DER SubjectPublicKeyInfo of an Ed25519 key (RFC 8410 §4). */
const SPKI_PREFIX = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** How a partner is named: `sha256:` and 64 lower-case hexadecimal digits. See `fingerprint`. */
export type Fingerprint = `sha256:${string}`;

/** DER SubjectPublicKeyInfo, 44 bytes, of a raw 32-byte Ed25519 public key. */
export function publicKeyInfo(publicKey: Uint8Array): Uint8Array {
  return concatBytes(SPKI_PREFIX, publicKey);
}

/** The raw 32 bytes of an Ed25519 key, private or public, or `undefined` for a key of any other type. */
export function rawPublicKey(key: KeyObject): Uint8Array | undefined {
  if (key.asymmetricKeyType !== 'ed25519') return undefined;
  const { x } = key.export({ format: 'jwk' });
  return x === undefined ? undefined : Uint8Array.from(Buffer.from(x, 'base64url'));
}

/**
 * The name of a key: SHA-256 of its DER SubjectPublicKeyInfo. Not of the bare 32 bytes, so that standard tools
 * give the same digits: `openssl x509 -in FILE -noout -pubkey | openssl pkey -pubin -outform der | sha256sum`.
 *
 * @param publicKey Ed25519 public key, 32 bytes.
 */
export function fingerprint(publicKey: Uint8Array): Fingerprint {
  const digest = createHash('sha256').update(publicKeyInfo(publicKey)).digest();
  return `sha256:${toHex(digest)}`;
}

/**
 * Reads a fingerprint as a user writes it: hexadecimal digits in either case after `sha256:`.
 *
 * @throws VesicaError `config/invalid` when `text` is anything else.
 */
export function parseFingerprint(text: string): Fingerprint {
  const digits = /^sha256:([0-9a-f]{64})$/.exec(text.trim().toLowerCase())?.[1];
  if (digits === undefined) {
    throw new VesicaError(
      'config/invalid',
      'a fingerprint is "sha256:" and 64 hexadecimal digits; this one is not',
      { field: 'tls.peer' },
    );
  }
  return `sha256:${digits}`;
}
