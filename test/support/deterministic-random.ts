import { createCipheriv } from 'node:crypto';
import type { RandomSource } from '../../src/random.js';

/** A reproducible random source for tests: the AES-256-CTR key stream of a seed number. */
export function seededRandom(seed: number): RandomSource {
  const key = Buffer.alloc(32);
  key.writeUInt32BE(seed);
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return {
    fill(target) {
      target.set(cipher.update(new Uint8Array(target.length)));
    },
  };
}
