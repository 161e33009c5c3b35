import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, uint32Bytes, utf8 } from '../bytes.js';
import type { Message, MessageOf, Terms } from './codec/index.js';
import { decodeMessage, encodeMessage } from './codec/index.js';
import type { Identity } from './connection.js';
import type { OwnList } from './mode.js';

/** What makes two sessions the same request: the same parties, terms and input on both sides. */

const INPUT_KEY_LABEL = utf8('VESICA-V1-Input-Key');
const REQUEST_LABEL = utf8('VESICA-V1-Request');

/**
 * A 32-byte tag of a party's input: the same for the same list in the same order, and of no use to anybody else. It is made for one peer
 * (its public key, 32 bytes), so that two partners cannot tell that they were given the same list. Its key
 * comes from the party's identity (Ed25519 signatures are deterministic), so that a partner who knows all of the list but
 * one row cannot try rows until the tag fits.
 */
export function inputTag(
  identity: Identity,
  { batch, cellOf, measures }: OwnList,
  peerKey: Uint8Array,
): Uint8Array {
  const key = sha256(identity.sign(INPUT_KEY_LABEL));
  const hash = hmac.create(sha256, key);
  hash.update(peerKey).update(uint32Bytes(batch.types.length)).update(batch.types).update(batch.keys);
  for (const column of [cellOf, ...(measures ?? [])]) {
    if (column === undefined) continue;
    const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
    hash.update(uint32Bytes(column.BYTES_PER_ELEMENT)).update(bytes);
  }
  key.fill(0);
  return hash.digest();
}

/** One side of a request: who it is, and what it said it brings. */
export interface RequestParty {
  /** Its identity's public key. */
  readonly key: Uint8Array;
  readonly inventory: MessageOf<'inventory'>;
}

/** 32 bytes: SHA-256 over the terms and the keys and inventories of initiator and responder. Both sides find the same. */
export function requestDigest(
  terms: Terms,
  [initiator, responder]: readonly [RequestParty, RequestParty],
): Uint8Array {
  const part = (bytes: Uint8Array): Uint8Array => concatBytes(uint32Bytes(bytes.length), bytes);
  // Decoding puts the fields in the order of the specification, in which one's own objects need not have them.
  const frame = (message: Message): Uint8Array => encodeMessage(decodeMessage(encodeMessage(message)));
  const offer = frame({ type: 'offer', session: new Uint8Array(32), terms });
  return sha256(
    concatBytes(
      REQUEST_LABEL,
      part(offer),
      part(initiator.key),
      part(frame(initiator.inventory)),
      part(responder.key),
      part(frame(responder.inventory)),
    ),
  );
}
