import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, uint32Bytes, utf8 } from '../bytes.js';
import type { Message } from './codec/index.js';

/** Which party a message or a key belongs to. */
export type Side = 'initiator' | 'responder';

const LABEL = utf8('VESICA-V1-Transcript');

/**
 * Hash of everything both sides said, in the order each side said it. The two directions are hashed apart, because
 * which of two crossing messages came first looks different at the two ends.
 */
export class Transcript {
  readonly #directions = { initiator: sha512.create(), responder: sha512.create() };

  /** Adds a frame that `side` sent. Its length goes first, so that frames cannot be cut elsewhere. */
  add(side: Side, frame: Uint8Array): void {
    this.#directions[side].update(uint32Bytes(frame.length)).update(frame);
  }

  /** 64 bytes: SHA-512(label || SHA-512(initiator's frames) || SHA-512(responder's frames)). */
  digest(): Uint8Array {
    const { initiator, responder } = this.#directions;
    return sha512(concatBytes(LABEL, initiator.clone().digest(), responder.clone().digest()));
  }
}

/** Acknowledgements depend on timing and receipts sign the transcript, so neither is part of it. */
export function isInTranscript({ type }: Message): boolean {
  return type !== 'ack' && type !== 'receipt' && type !== 'abort';
}

/** What a party signs: the transcript, bound to who signs it so that one side's receipt cannot pass for the other's. */
export function receiptStatement(side: Side, transcript: Uint8Array): Uint8Array {
  return concatBytes(utf8(`VESICA-V1-Receipt-${side}`), transcript);
}
