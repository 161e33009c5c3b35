import { utf8 } from '../bytes.js';

/** The only suite of protocol version 1: RFC 9496 group, RFC 9380 hash to group over SHA-512. */
export const SUITE = 'ristretto255-SHA512';

/** Bytes of an encoded element (RFC 9496 §4.3.2). */
export const ELEMENT_BYTES = 32;
/** Bytes of a scalar, little-endian, canonical. */
export const SCALAR_BYTES = 32;
/** Bytes of a match key: a SHA-256 digest. */
export const KEY_BYTES = 32;
/** Bytes of input to the one-way map (RFC 9496 §4.3.4). */
export const UNIFORM_BYTES = 64;

/** The order of the group (RFC 9496 §4.4). */
export const GROUP_ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;

/**
 * Domain separation tag of hash to group. 41 bytes, so that expand_message_xmd needs two SHA-512 compressions an
 * element: one for b_0 after its all-zero first block, one for b_1.
 */
export const HASH_TO_GROUP_DST = utf8(`VESICA-V1-HashToGroup-${SUITE}`);

/** What a key is a key of. The position is the type's code in a `KeyBatch`; `dummy` is the protocol's own. */
export const KEY_TYPES = ['email', 'phone', 'maid', 'customer_id', 'domain', 'dummy'] as const;
export type KeyType = (typeof KEY_TYPES)[number];
/** Types a user's data can have. */
export type IdentifierType = Exclude<KeyType, 'dummy'>;
export const IDENTIFIER_TYPES = KEY_TYPES.filter((type): type is IdentifierType => type !== 'dummy');

/** n typed keys in flat memory. */
export interface KeyBatch {
  /** n bytes, each a position in `KEY_TYPES`. */
  readonly types: Uint8Array;
  /** n * 32 bytes. */
  readonly keys: Uint8Array;
}

/** The code of `type` in a `KeyBatch`. */
export function keyTypeCode(type: KeyType): number {
  return KEY_TYPES.indexOf(type);
}

/** What hash to group takes for one key: I2OSP(len(type), 1) || type || key. */
export function groupInput(typeCode: number, key: Uint8Array): Uint8Array {
  const label = utf8(KEY_TYPES[typeCode] ?? '');
  const input = new Uint8Array(1 + label.length + key.length);
  input[0] = label.length;
  input.set(label, 1);
  input.set(key, 1 + label.length);
  return input;
}
