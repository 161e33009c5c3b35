import { constants } from 'node:crypto';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import { VesicaError } from '../errors.js';
import { fingerprint, rawPublicKey, type Fingerprint } from './fingerprint.js';
import { tlsCredentials, type NodeIdentity } from './identity.js';

/** Decides on the Ed25519 public key, 32 bytes, that a peer proved to hold. */
export type AcceptPeer = (publicKey: Uint8Array) => boolean;

/** Accepts exactly the key named by `pinned`. */
export function onlyPeer(pinned: Fingerprint): AcceptPeer {
  return (publicKey) => fingerprint(publicKey) === pinned;
}

/**
 * TLS settings of both sides: 1.3 only, own certificate shown, no tickets, so that every connection proves the
 * peer's key anew. Certificates are not checked against authorities, names or dates (`rejectUnauthorized: false` at
 * the callers): `requirePeer` must follow every handshake, and is the whole of the trust decision.
 */
export function tlsSettings(identity: NodeIdentity): SecureContextOptions {
  return {
    ...tlsCredentials(identity),
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

/**
 * The peer's key, once the handshake has proved it (RFC 8446 §4.4.3) and `accept` has agreed to it.
 *
 * @returns Ed25519 public key, 32 bytes.
 * @throws VesicaError `transport/handshake-failed` when the channel is not a full TLS 1.3 handshake,
 * `transport/wrong-peer` when there is no Ed25519 certificate or its key is not accepted.
 */
export function requirePeer(socket: TLSSocket, accept: AcceptPeer): Uint8Array {
  if (socket.getProtocol() !== 'TLSv1.3' || socket.isSessionReused()) {
    throw new VesicaError('transport/handshake-failed', 'the peer did not make a full TLS 1.3 handshake');
  }
  const publicKey = presentedKey(socket);
  if (publicKey === undefined) {
    throw new VesicaError('transport/wrong-peer', 'the peer showed no certificate with an Ed25519 key');
  }
  if (!accept(publicKey)) {
    throw new VesicaError(
      'transport/wrong-peer',
      `the peer's key is ${fingerprint(publicKey)}, which is not the one expected`,
      { field: 'tls.peer' },
    );
  }
  return publicKey;
}

/** The key of the peer's own certificate. A certificate that cannot be read counts as none. */
function presentedKey(socket: TLSSocket): Uint8Array | undefined {
  try {
    const certificate = socket.getPeerX509Certificate();
    return certificate && rawPublicKey(certificate.publicKey);
  } catch {
    return undefined;
  }
}
