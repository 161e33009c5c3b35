import { open, type FileHandle } from 'node:fs/promises';
import { wipe } from '../../bytes.js';
import { storageFailure } from './failures.js';
import {
  HEADER_BYTES,
  nameOf,
  newPlace,
  openHeader,
  PLACE_BYTES,
  PLACES,
  type SealContext,
} from './header.js';
import { KeyRing, type Sealing } from './master-key.js';

/** Bytes to write into the header of something sealed. */
export interface HeaderWrite {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * What to write into `header`, in this order and each on the disk before the next, so that the current key alone opens
 * it: the key of the file wrapped anew into the free place, then zeros over the old one. Empty when that is so already.
 * Wherever it is broken off, also within a write, some key of the ring opens it and this gives what is left to do.
 *
 * @throws VesicaError `keys/wrong-key`, `keys/damaged`.
 */
export function rotationWrites(
  header: Uint8Array,
  context: SealContext,
  { keys, random }: Sealing,
): readonly HeaderWrite[] {
  const { fileKey, place, keyId, otherIsEmpty } = openHeader(header, context, keys);
  try {
    const clear = (which: 0 | 1): HeaderWrite => ({ at: PLACES[which], bytes: new Uint8Array(PLACE_BYTES) });
    const other = place === 0 ? 1 : 0;
    if (keyId === keys.current.id) return otherIsEmpty ? [] : [clear(other)];
    return [
      { at: PLACES[other], bytes: newPlace(fileKey, context, { key: keys.current, random }) },
      clear(place),
    ];
  } finally {
    wipe(fileKey);
  }
}

/**
 * Makes the current key the one that opens the file `path`, in time that does not depend on its length; its chunks stay
 * as they are. Whether anything had to be done. See `rotationWrites` for what a crash leaves.
 *
 * @throws VesicaError `keys/wrong-key`, `keys/damaged`, `output/unwritable`.
 */
export async function rotateFile(path: string, context: SealContext, sealing: Sealing): Promise<boolean> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r+');
    const writes = rotationWrites(await readHeader(file), context, sealing);
    for (const { at, bytes } of writes) {
      // The old key goes only once the new one is seen to open what is in the file.
      if (bytes.every((byte) => byte === 0)) {
        wipe(openHeader(await readHeader(file), context, new KeyRing(sealing.keys.current)).fileKey);
      }
      await file.write(bytes, 0, bytes.length, at);
      await file.sync();
    }
    return writes.length > 0;
  } catch (error) {
    throw storageFailure(error, nameOf(context));
  } finally {
    await file?.close();
  }
}

async function readHeader(file: FileHandle): Promise<Uint8Array> {
  const header = new Uint8Array(HEADER_BYTES);
  const { bytesRead } = await file.read(header, 0, HEADER_BYTES, 0);
  return header.subarray(0, bytesRead);
}
