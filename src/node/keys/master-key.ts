import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { VesicaError } from '../../errors.js';
import { utf8, wipe } from '../../bytes.js';
import type { RandomSource } from '../../random.js';

export const MASTER_KEY_BYTES = 32;

/**
 * A master key. It seals nothing itself: from it come a key that wraps the keys of files, and an id by which a file says
 * which key opens it. Its bytes are in OpenSSL's keeping: nothing that prints or serialises this object shows them.
 */
export class MasterKey {
  /** 16 hexadecimal digits: the first 8 bytes of HMAC-SHA-256 of a fixed text, which tell nothing of the key. */
  readonly id: string;
  /** Wraps the keys of files: AES-256. */
  readonly wrapping: KeyObject;

  /**
   * @param bytes 32 bytes, uniformly random. Overwritten with zeros.
   * @throws VesicaError `internal/defect` when they are not 32.
   */
  constructor(bytes: Uint8Array) {
    if (bytes.length !== MASTER_KEY_BYTES) {
      throw new VesicaError('internal/defect', `a master key has ${MASTER_KEY_BYTES} bytes`);
    }
    const key = createSecretKey(bytes);
    wipe(bytes);
    this.id = derive(key, 'vesica/master-key/id/1').toString('hex').slice(0, 16);
    const wrapping = derive(key, 'vesica/master-key/wrap/1');
    this.wrapping = createSecretKey(wrapping);
    wipe(wrapping);
  }
}

/** HMAC as the expanding half of HKDF (RFC 5869 section 2.3), whose one block is all that is needed. */
function derive(key: KeyObject, label: string): Buffer {
  return createHmac('sha256', key).update(utf8(label)).update(Uint8Array.of(1)).digest();
}

/** The keys of a node: one to seal with, and those it replaces, which still open what was sealed before. */
export class KeyRing {
  readonly current: MasterKey;
  readonly #byId: ReadonlyMap<string, MasterKey>;

  constructor(current: MasterKey, previous: readonly MasterKey[] = []) {
    this.current = current;
    this.#byId = new Map([...previous, current].map((key) => [key.id, key]));
  }

  /** The key with this id, if the node has it. */
  find(id: string): MasterKey | undefined {
    return this.#byId.get(id);
  }
}

/** What sealing needs: keys, and where the keys of files come from. */
export interface Sealing {
  readonly keys: KeyRing;
  readonly random: RandomSource;
}
