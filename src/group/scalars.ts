import type { RandomSource } from '../random.js';
import { randomBytes } from '../random.js';
import { SCALAR_BYTES } from './suite.js';

/**
 * `count` secret scalars, one after the other; count * 32 bytes. Each is 252 random bits. The order l is 2^252 + 2^124.6,
 * so these are uniform in [0, l) but for a statistical distance of 2^-127. The scalar 0 is replaced by 1; it comes with
 * probability 2^-252.
 */
export function randomScalars(random: RandomSource, count: number): Uint8Array {
  const scalars = randomBytes(random, count * SCALAR_BYTES);
  for (let end = SCALAR_BYTES; end <= scalars.length; end += SCALAR_BYTES) {
    scalars[end - 1] = (scalars[end - 1] ?? 0) & 0x0f;
    let anyBit = 0;
    for (let i = end - SCALAR_BYTES; i < end; i += 1) anyBit |= scalars[i] ?? 0;
    if (anyBit === 0) scalars[end - SCALAR_BYTES] = 1;
  }
  return scalars;
}

/** One secret scalar; 32 bytes. */
export function randomScalar(random: RandomSource): Uint8Array {
  return randomScalars(random, 1);
}
