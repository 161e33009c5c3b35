import { createHash } from 'node:crypto';
import { concatBytes, utf8 } from '../bytes.js';
import { publicKeyInfo } from './fingerprint.js';

/**
 * Writes the one kind of certificate a node makes for itself (RFC 5280, RFC 8410): version 3, Ed25519, self-signed,
 * one common name, no authority. It only carries the key through TLS; trust comes from the pinned fingerprint.
 */

// DER tags (X.690): universal, constructed where the type is.
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const context = (number: number): number => 0xa0 | number;

/** One DER value: tag, shortest length, contents. Contents below 64 KiB. */
function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(...contents);
  const { length } = body;
  if (length < 0x80) return concatBytes(Uint8Array.of(tag, length), body);
  if (length < 0x100) return concatBytes(Uint8Array.of(tag, 0x81, length), body);
  return concatBytes(Uint8Array.of(tag, 0x82, length >> 8, length & 0xff), body);
}

/** An object identifier from its encoded arcs. */
const oid = (...arcs: readonly number[]): Uint8Array => der(OBJECT_IDENTIFIER, Uint8Array.from(arcs));

const ED25519 = der(SEQUENCE, oid(0x2b, 0x65, 0x70));
const COMMON_NAME = oid(0x55, 0x04, 0x03);
const SERVER_AUTH = oid(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01);
const CLIENT_AUTH = oid(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02);
const CRITICAL = der(BOOLEAN, Uint8Array.of(0xff));

/**
 * A key has no end of its own here: a partner removes the fingerprint instead. 9999-12-31 is how RFC 5280 §4.1.2.5
 * writes "no expiration"; the fixed start keeps clocks, and the moment of creation, out of it.
 */
const VALIDITY = der(
  SEQUENCE,
  der(UTC_TIME, utf8('200101000000Z')),
  der(GENERALIZED_TIME, utf8('99991231235959Z')),
);

const KEY_USAGE = extension(0x0f, true, der(BIT_STRING, Uint8Array.of(7, 0x80))); // digitalSignature
const EXTENDED_KEY_USAGE = extension(0x25, false, der(SEQUENCE, SERVER_AUTH, CLIENT_AUTH));
const NO_AUTHORITY = extension(0x13, true, der(SEQUENCE));

/** An extension of arc 2.5.29 (id-ce). */
function extension(arc: number, critical: boolean, value: Uint8Array): Uint8Array {
  const parts = [oid(0x55, 0x1d, arc), ...(critical ? [CRITICAL] : []), der(OCTET_STRING, value)];
  return der(SEQUENCE, ...parts);
}

/** Twenty bytes that name the key inside the certificate (RFC 7093 §2, method 1). */
function keyIdentifier(publicKey: Uint8Array): Uint8Array {
  return createHash('sha256').update(publicKey).digest().subarray(0, 20);
}

/** A positive serial number of 16 bytes. Taken from the key, as one key signs one certificate. */
function serialNumber(publicKey: Uint8Array): Uint8Array {
  const serial = createHash('sha256').update(publicKeyInfo(publicKey)).digest().subarray(0, 16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return der(INTEGER, serial);
}

/**
 * The DER certificate of `publicKey` under `commonName`.
 *
 * @param sign Ed25519 signature by the matching private key, 64 bytes.
 */
export function selfSignedCertificate(
  commonName: string,
  publicKey: Uint8Array,
  sign: (message: Uint8Array) => Uint8Array,
): Uint8Array {
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, utf8(commonName)))));
  const keyName = extension(0x0e, false, der(OCTET_STRING, keyIdentifier(publicKey)));
  const signedPart = der(
    SEQUENCE,
    der(context(0), der(INTEGER, Uint8Array.of(2))),
    serialNumber(publicKey),
    ED25519,
    name,
    VALIDITY,
    name,
    publicKeyInfo(publicKey),
    der(context(3), der(SEQUENCE, NO_AUTHORITY, KEY_USAGE, EXTENDED_KEY_USAGE, keyName)),
  );
  return der(SEQUENCE, signedPart, ED25519, der(BIT_STRING, Uint8Array.of(0), sign(signedPart)));
}
