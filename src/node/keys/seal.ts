import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { concatBytes, wipe } from '../../bytes.js';
import { VesicaError } from '../../errors.js';
import { randomBytes } from '../../random.js';
import { damaged } from './failures.js';
import {
  boundTo,
  FILE_KEY_BYTES,
  GCM,
  HEADER_BYTES,
  nameOf,
  newHeader,
  openHeader,
  type SealContext,
} from './header.js';
import type { KeyRing, Sealing } from './master-key.js';

/**
 * Sealing: AES-256-GCM in chunks under a random key of its own, after the STREAM construction (Hoang, Reyhanitabar, Rogaway
 * and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015). A chunk's nonce is its number
 * and a mark for the last one, so that chunks cannot be left out, repeated, put in another order or taken from another
 * file, and the end cannot be cut off.
 */

/** Bytes of plain text a chunk, except the last, which has 1 to as many, or 0 if nothing is sealed. */
export const CHUNK_BYTES = 65_536;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + GCM.tagBytes;
/** Chunk numbers are 32 bits: 256 TiB. */
const MAX_CHUNKS = 2 ** 32;

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * `plain` sealed under the current key: a header of 144 bytes, then chunks of 65 552 bytes. One chunk is in memory.
 *
 * @throws VesicaError `internal/defect` past 2^32 chunks; and what `plain` throws.
 */
export async function* sealStream(
  plain: Bytes,
  context: SealContext,
  sealing: Sealing,
): AsyncGenerator<Uint8Array> {
  const fileKey = randomBytes(sealing.random, FILE_KEY_BYTES);
  yield newHeader(fileKey, context, sealing);
  const chunks = new Chunks(fileKey, context);
  let number = 0;
  for await (const { bytes, isLast } of blocks(plain, CHUNK_BYTES)) {
    yield chunks.seal(bytes, number, isLast);
    number += 1;
  }
}

/**
 * Opens what `sealStream` made. A chunk that comes out is as it was sealed and in its place; that none is missing at the
 * end is known only once this ends. Nothing may be done with the chunks that could not be undone if it throws.
 *
 * @throws VesicaError `keys/wrong-key`, `keys/damaged`; and what `sealed` throws.
 */
export async function* openStream(
  sealed: Bytes,
  context: SealContext,
  keys: KeyRing,
): AsyncGenerator<Uint8Array> {
  let chunks: Chunks | undefined;
  let number = 0;
  for await (const { bytes, isLast } of blocks(withoutHeader(sealed), SEALED_CHUNK_BYTES)) {
    if (chunks === undefined) throw damaged(nameOf(context), 'it has no header');
    yield chunks.open(bytes, number, isLast);
    number += 1;
  }

  /** Takes the header off the front, wherever the pieces of `source` end. */
  async function* withoutHeader(source: Bytes): AsyncGenerator<Uint8Array> {
    let header: Uint8Array = new Uint8Array(0);
    for await (const piece of source) {
      if (chunks !== undefined) {
        yield piece;
        continue;
      }
      header = concatBytes(header, piece);
      if (header.length < HEADER_BYTES) continue;
      chunks = new Chunks(openHeader(header.subarray(0, HEADER_BYTES), context, keys).fileKey, context);
      yield header.subarray(HEADER_BYTES);
    }
    if (chunks === undefined) throw damaged(nameOf(context), 'it is shorter than a header');
  }
}

/** `sealStream` of a small value. */
export async function seal(plain: Uint8Array, context: SealContext, sealing: Sealing): Promise<Uint8Array> {
  return joined(sealStream([plain], context, sealing));
}

/** `openStream` of a small value, whole or not at all. */
export async function open(sealed: Uint8Array, context: SealContext, keys: KeyRing): Promise<Uint8Array> {
  return joined(openStream([sealed], context, keys));
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return concatBytes(...all);
}

/** Seals and opens the chunks of one file. */
class Chunks {
  readonly #key: KeyObject;
  readonly #context: SealContext;
  readonly #bound: Uint8Array;

  /** @param fileKey 32 bytes. Overwritten with zeros. */
  constructor(fileKey: Uint8Array, context: SealContext) {
    this.#key = createSecretKey(fileKey);
    wipe(fileKey);
    this.#context = context;
    this.#bound = boundTo(context, new Uint8Array(0));
  }

  seal(plain: Uint8Array, number: number, isLast: boolean): Uint8Array {
    const options = { authTagLength: GCM.tagBytes };
    const cipher = createCipheriv(GCM.cipher, this.#key, nonceOf(number, isLast), options);
    cipher.setAAD(this.#bound);
    const sealed = cipher.update(plain);
    cipher.final();
    return concatBytes(sealed, cipher.getAuthTag());
  }

  open(sealed: Uint8Array, number: number, isLast: boolean): Uint8Array {
    const name = nameOf(this.#context);
    if (sealed.length < GCM.tagBytes) throw damaged(name, 'it was cut off');
    const options = { authTagLength: GCM.tagBytes };
    const decipher = createDecipheriv(GCM.cipher, this.#key, nonceOf(number, isLast), options);
    decipher.setAAD(this.#bound);
    decipher.setAuthTag(sealed.subarray(-GCM.tagBytes));
    const plain = decipher.update(sealed.subarray(0, -GCM.tagBytes));
    try {
      decipher.final();
    } catch {
      plain.fill(0);
      throw damaged(name, `chunk ${number} was changed, or is not in its place`);
    }
    return plain;
  }
}

/** 7 zeros, the number (4 bytes) and whether it is the last (1 byte). No two chunks of a key share one. */
function nonceOf(number: number, isLast: boolean): Uint8Array {
  if (number >= MAX_CHUNKS) throw new VesicaError('internal/defect', 'too much to seal in one file');
  const nonce = new Uint8Array(GCM.nonceBytes);
  const view = new DataView(nonce.buffer);
  view.setUint32(7, number);
  view.setUint8(11, isLast ? 1 : 0);
  return nonce;
}

/** `source` cut into blocks of `size` bytes; the last has at least one, unless there is nothing at all. */
async function* blocks(
  source: Bytes,
  size: number,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly isLast: boolean }> {
  let block = new Uint8Array(size);
  let filled = 0;
  for await (const piece of source) {
    for (let at = 0; at < piece.length;) {
      // A full block goes out only when more follows: before that it may be the last.
      if (filled === size) {
        yield { bytes: block, isLast: false };
        block = new Uint8Array(size);
        filled = 0;
      }
      const taken = Math.min(size - filled, piece.length - at);
      block.set(piece.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
    }
  }
  yield { bytes: block.subarray(0, filled), isLast: true };
}
