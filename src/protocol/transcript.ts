import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, toHex, uint32Bytes, utf8 } from '../bytes.js';
import type { Message } from './codec/index.js';
import type { RunningHash, StartSha512 } from './connection.js';

/** Which party a message or a key belongs to. */
export type Side = 'initiator' | 'responder';

const LABEL = utf8('VESICA-V1-Transcript');

/**
 * Hash of everything both sides said, in the order each side said it. The two directions are hashed apart, because
 * which of two crossing messages came first looks different at the two ends.
 */
export class Transcript {
  readonly #directions: Readonly<Record<Side, RunningHash>>;
  #digest: Uint8Array | undefined;

  constructor(startSha512: StartSha512 = () => sha512.create()) {
    this.#directions = { initiator: startSha512(), responder: startSha512() };
  }

  /** Adds a frame that `side` sent, its length first, so that frames cannot be cut elsewhere. Nothing after `digest`. */
  add(side: Side, frame: Uint8Array): void {
    if (this.#digest !== undefined) return;
    this.#directions[side].update(uint32Bytes(frame.length)).update(frame);
  }

  /** 64 bytes: SHA-512(label || SHA-512(initiator's frames) || SHA-512(responder's frames)). Ends the transcript. */
  digest(): Uint8Array {
    const { initiator, responder } = this.#directions;
    this.#digest ??= sha512(concatBytes(LABEL, initiator.digest(), responder.digest()));
    return this.#digest;
  }
}

/** What a party signs: the transcript, bound to who signs it so that one side's receipt cannot pass for the other's. */
export function receiptStatement(side: Side, transcript: Uint8Array): Uint8Array {
  return concatBytes(utf8(`VESICA-V1-Receipt-${side}`), transcript);
}

/** Whether a message is part of the transcript. Acknowledgements depend on timing and receipts sign it, so neither is. */
export function isInTranscript(message: Message): boolean {
  return message.type !== 'ack' && message.type !== 'receipt' && message.type !== 'abort';
}

/** What both parties can later prove: the session happened as its transcript says. */
export interface Receipts {
  /** Hex of the 64-byte transcript hash. */
  readonly transcript: string;
  /** Hex of each party's public key and signature. */
  readonly own: { readonly key: string; readonly signature: string };
  readonly peer: { readonly key: string; readonly signature: string };
}

/** A party's public key and its signature of the transcript. */
interface Signed {
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
}

export function receiptsOf(digest: Uint8Array, own: Signed, peer: Signed): Receipts {
  const hex = ({ key, signature }: Signed) => ({ key: toHex(key), signature: toHex(signature) });
  return { transcript: toHex(digest), own: hex(own), peer: hex(peer) };
}
