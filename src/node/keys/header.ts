import { createCipheriv, createDecipheriv } from 'node:crypto';
import { concatBytes, toHex, uint32Bytes, utf8 } from '../../bytes.js';
import { VesicaError } from '../../errors.js';
import type { RandomSource } from '../../random.js';
import { damaged } from './failures.js';
import type { KeyRing, MasterKey, Sealing } from './master-key.js';

/**
 * The header of everything sealed: a random key of its own, wrapped by the master key, in one of two places.
 *
 * | bytes | what |
 * |---|---|
 * | 8 | "VSEAL" and the version, 00 00 01 |
 * | 68 | first place: id of the master key (8), nonce (12), wrapped key (32), tag (16) |
 * | 68 | second place, or zeros |
 *
 * There are two places so that rotation never overwrites the only copy of the key: it writes the empty place, makes sure
 * that it is on the disk, and clears the other. A place that was half written does not open, and the other one does.
 */
export const HEADER_BYTES = 144;
export const PLACE_BYTES = 68;
/** Where the two places begin. */
export const PLACES = [8, 8 + PLACE_BYTES] as const;

export const GCM = { cipher: 'aes-256-gcm', nonceBytes: 12, tagBytes: 16 } as const;
export const FILE_KEY_BYTES = 32;

const MAGIC = concatBytes(utf8('VSEAL'), Uint8Array.of(0, 0, 1));
const ID_BYTES = 8;
const KEY_AT = ID_BYTES + GCM.nonceBytes;
const TAG_AT = KEY_AT + FILE_KEY_BYTES;
const EMPTY = new Uint8Array(PLACE_BYTES);

/** What is sealed, and which of them it is. Both are authenticated: a file under another's name does not open. */
export interface SealContext {
  readonly purpose: string;
  readonly id: string;
}

/** An opened header. */
export interface OpenHeader {
  readonly fileKey: Buffer;
  /** Which place opened, 0 or 1, and with which key. */
  readonly place: 0 | 1;
  readonly keyId: string;
  /** Whether the other place is empty, as it is except in a rotation. */
  readonly otherIsEmpty: boolean;
}

/** The header that wraps `fileKey` under the current key, in the first place. */
export function newHeader(fileKey: Uint8Array, context: SealContext, { keys, random }: Sealing): Uint8Array {
  return concatBytes(MAGIC, newPlace(fileKey, context, { key: keys.current, random }), EMPTY);
}

/** `fileKey` wrapped by `key`, `PLACE_BYTES` long. */
export function newPlace(
  fileKey: Uint8Array,
  context: SealContext,
  { key, random }: { readonly key: MasterKey; readonly random: RandomSource },
): Uint8Array {
  const place = new Uint8Array(PLACE_BYTES);
  place.set(Buffer.from(key.id, 'hex'));
  const nonce = place.subarray(ID_BYTES, KEY_AT);
  random.fill(nonce);
  const cipher = createCipheriv(GCM.cipher, key.wrapping, nonce, { authTagLength: GCM.tagBytes });
  cipher.setAAD(boundTo(context, place.subarray(0, ID_BYTES)));
  place.set(cipher.update(fileKey), KEY_AT);
  cipher.final();
  place.set(cipher.getAuthTag(), TAG_AT);
  return place;
}

/**
 * Opens a header, by whichever place a key of `keys` opens.
 *
 * @throws VesicaError `keys/wrong-key` when no key of `keys` is one it names; `keys/damaged` when it is not a header, or
 * not the one that was written for `context`.
 */
export function openHeader(header: Uint8Array, context: SealContext, keys: KeyRing): OpenHeader {
  const name = nameOf(context);
  if (header.length !== HEADER_BYTES || !MAGIC.every((byte, i) => header[i] === byte)) {
    throw damaged(name, 'it does not begin as something sealed does');
  }
  const places = ([0, 1] as const).map((place) => {
    const bytes = header.subarray(PLACES[place], PLACES[place] + PLACE_BYTES);
    return {
      place,
      bytes,
      isEmpty: bytes.every((byte) => byte === 0),
      keyId: toHex(bytes.subarray(0, ID_BYTES)),
    };
  });
  const written = places.filter(({ isEmpty }) => !isEmpty);
  const known = written.filter(({ keyId }) => keys.find(keyId) !== undefined);
  for (const { place, bytes, keyId } of known) {
    const fileKey = unwrapped(bytes, context, keys.find(keyId));
    if (fileKey === undefined) continue;
    return { fileKey, place, keyId, otherIsEmpty: places[1 - place]?.isEmpty === true };
  }
  if (written.length > 0 && known.length === 0) {
    throw new VesicaError(
      'keys/wrong-key',
      `${name} was sealed with the key ${written[0]?.keyId ?? ''}, which this node does not have`,
    );
  }
  throw damaged(name, 'its key cannot be unwrapped: it was changed, or is not what its name says');
}

/** The key in a place; `undefined` when anything in it, or its context, is not as it was. */
function unwrapped(place: Uint8Array, context: SealContext, key: MasterKey | undefined): Buffer | undefined {
  if (key === undefined) return undefined;
  const nonce = place.subarray(ID_BYTES, KEY_AT);
  const decipher = createDecipheriv(GCM.cipher, key.wrapping, nonce, { authTagLength: GCM.tagBytes });
  decipher.setAAD(boundTo(context, place.subarray(0, ID_BYTES)));
  decipher.setAuthTag(place.subarray(TAG_AT));
  const fileKey = decipher.update(place.subarray(KEY_AT, TAG_AT));
  try {
    decipher.final();
    return fileKey;
  } catch {
    fileKey.fill(0);
    return undefined;
  }
}

/** What a place, or a chunk, is bound to: the length keeps purpose and id apart. */
export function boundTo({ purpose, id }: SealContext, more: Uint8Array): Uint8Array {
  const purposeBytes = utf8(purpose);
  return concatBytes(MAGIC, uint32Bytes(purposeBytes.length), purposeBytes, utf8(id), more);
}

/** What to call it in a message. */
export function nameOf({ purpose, id }: SealContext): string {
  return `${purpose} ${id}`;
}
