import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign as ed25519Sign,
  verify as ed25519Verify,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { equalBytes } from '../bytes.js';
import { VesicaError } from '../errors.js';
import type { Identity, VerifySignature } from '../protocol/index.js';
import { selfSignedCertificate } from './certificate.js';
import {
  fingerprint,
  PUBLIC_KEY_BYTES,
  publicKeyInfo,
  rawPublicKey,
  type Fingerprint,
} from './fingerprint.js';

const SIGNATURE_BYTES = 64;
/** Longest common name (RFC 5280, ub-common-name). */
const MAX_NAME_LENGTH = 64;

/** What TLS needs of an identity, PEM. */
export interface TlsCredentials {
  readonly key: string;
  readonly cert: string;
}

let revealCredentials: (identity: NodeIdentity) => TlsCredentials;

/** An Ed25519 key that signs. The private key cannot be read from it, printed or serialised. */
class SigningKey implements Identity {
  readonly publicKey: Uint8Array;
  readonly #privateKey: KeyObject;

  constructor(privateKey: KeyObject) {
    const publicKey = rawPublicKey(privateKey);
    if (publicKey === undefined) {
      throw new VesicaError('config/invalid', 'the private key of an identity must be an Ed25519 key', {
        field: 'tls.identity',
      });
    }
    this.publicKey = publicKey;
    this.#privateKey = privateKey;
  }

  get fingerprint(): Fingerprint {
    return fingerprint(this.publicKey);
  }

  sign(message: Uint8Array): Uint8Array {
    return Uint8Array.from(ed25519Sign(null, message, this.#privateKey));
  }

  /** What a log or a JSON document may hold of an identity: its name to others. */
  toJSON(): { fingerprint: Fingerprint } {
    return { fingerprint: this.fingerprint };
  }
}

/** A node's long-lived identity: an Ed25519 key and the certificate that shows it to partners. */
export class NodeIdentity extends SigningKey {
  /** PEM certificates, the node's own first, then those of its authority if there is one. */
  readonly certificatePem: string;
  readonly #keyPem: string;

  static {
    revealCredentials = (identity) => ({ key: identity.#keyPem, cert: identity.certificatePem });
  }

  /**
   * @param keyPem Ed25519 private key, PKCS#8 PEM.
   * @param certificatesPem Certificates, the one of that key first.
   * @throws VesicaError `config/invalid` when the key or a certificate cannot be read or they do not belong together.
   */
  constructor(keyPem: string, certificatesPem: readonly string[]) {
    super(parsed('private key', () => createPrivateKey(keyPem)));
    const [own] = certificatesPem.map((pem) => parsed('certificate', () => new X509Certificate(pem)));
    const certified = own && rawPublicKey(parsed('key in the certificate', (): KeyObject => own.publicKey));
    if (certified === undefined || !equalBytes(certified, this.publicKey)) {
      throw new VesicaError('config/invalid', 'the first certificate is not one of the private key', {
        field: 'tls.identity',
      });
    }
    this.#keyPem = keyPem;
    this.certificatePem = certificatesPem.join('');
  }
}

/** Runs a parser of node:crypto. Its own error is dropped: it may quote what it read, and that was a secret. */
function parsed<Value>(what: string, parse: () => Value): Value {
  try {
    return parse();
  } catch {
    throw new VesicaError('config/invalid', `the ${what} cannot be read`, { field: 'tls.identity' });
  }
}

/** The identity's key and certificates for TLS and for its file. Kept inside this room. */
export function tlsCredentials(identity: NodeIdentity): TlsCredentials {
  return revealCredentials(identity);
}

/**
 * Makes a new identity: a fresh Ed25519 key and a self-signed certificate.
 *
 * @param name 1 to 64 printable characters. Whoever connects to the node can read it, so nothing confidential.
 * @throws VesicaError `config/invalid` for any other name.
 */
export function createIdentity(name: string): NodeIdentity {
  if (name.length === 0 || name.length > MAX_NAME_LENGTH || !/^[^\p{C}]+$/u.test(name)) {
    throw new VesicaError(
      'config/invalid',
      `an identity's name is 1 to ${MAX_NAME_LENGTH} printable characters`,
      {
        field: 'name',
      },
    );
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = new SigningKey(privateKey);
  const certificate = selfSignedCertificate(name, key.publicKey, (message) => key.sign(message));
  const keyPem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  return new NodeIdentity(keyPem, [new X509Certificate(certificate).toString()]);
}

/** A key for one session on a channel without TLS; it signs the receipt and is forgotten. */
export function ephemeralIdentity(): Identity {
  return new SigningKey(generateKeyPairSync('ed25519').privateKey);
}

/** Ed25519 (RFC 8032 §5.1.7). False, never an error, for a key or signature of the wrong length or form. */
export const verifySignature: VerifySignature = (publicKey, message, signature) => {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(publicKeyInfo(publicKey)), format: 'der', type: 'spki' });
    return ed25519Verify(null, message, key, signature);
  } catch {
    return false;
  }
};
