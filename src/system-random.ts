import { randomFillSync } from 'node:crypto';
import type { RandomSource } from './random.js';

/** The operating system's CSPRNG. The only source that production code uses. */
export const systemRandom: RandomSource = {
  fill(target) {
    randomFillSync(target);
  },
};
