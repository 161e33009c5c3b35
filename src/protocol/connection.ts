/**
 * What the protocol needs of a network: ordered binary frames both ways. `transport` implements it over WebSocket and
 * in memory; the protocol never sees a socket.
 */
export interface Connection {
  /**
   * Ed25519 public key (32 bytes) that the channel proved the peer to hold, or `undefined` on a channel without
   * authentication (plain ws on loopback, memory).
   */
  readonly peerKey: Uint8Array | undefined;
  /**
   * Sends one frame. Resolves when there is room for the next, so that a caller who awaits it never queues more than
   * the channel's own bound. Calls must not overlap.
   *
   * @throws VesicaError `transport/closed` when the channel is or gets closed.
   */
  send(frame: Uint8Array): Promise<void>;
  /**
   * The peer's frames in order. To be iterated once. Frames not yet taken are bounded: past the bound the channel
   * stops reading from the peer. Ends when the peer closes normally (code 1000).
   *
   * @throws VesicaError from the iteration: `transport/closed`, `limit/frame`.
   */
  readonly frames: AsyncIterable<Uint8Array>;
  /** Sends what is queued, closes with a WebSocket close code, and resolves when the channel is gone. Never throws. */
  close(code: number, reason: string): Promise<void>;
}

/** A node's long-lived signing identity, as the protocol uses it. */
export interface Identity {
  /** Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Ed25519 signature (RFC 8032), 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

/** Whether `signature` is `publicKey`'s Ed25519 signature of `message`. */
export type VerifySignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** A hash under way. */
export interface RunningHash {
  update(bytes: Uint8Array): RunningHash;
  /** Ends the hash; called once. */
  digest(): Uint8Array;
}

/** Starts a SHA-512. The transcript hashes every byte on the wire, which deserves the platform's own. */
export type StartSha512 = () => RunningHash;
