import { VesicaError } from './errors.js';

/**
 * Where randomness comes from. Rooms take one as an argument and never reach for an ambient source; production code
 * passes `systemRandom`, only tests and vectors pass anything else.
 */
export interface RandomSource {
  /** Overwrites all of `target` with uniform random bytes. */
  fill(target: Uint8Array): void;
}

/** A fresh array of `length` uniform random bytes. */
export function randomBytes(random: RandomSource, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  random.fill(bytes);
  return bytes;
}

/**
 * A secret, uniformly random order of 0..count-1, by Fisher-Yates. Memory: 4 bytes an index, 64 KiB of random words.
 * Each index is drawn by rejection, so no order is likelier than another.
 *
 * @throws VesicaError `limit/elements` when `count` does not fit 32-bit indices.
 */
export function randomPermutation(random: RandomSource, count: number): Uint32Array {
  if (!Number.isSafeInteger(count) || count < 0 || count > 0xffff_ffff) {
    throw new VesicaError('limit/elements', `a permutation of ${count} items does not fit 32-bit indices`);
  }
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i += 1) order[i] = i;
  const nextWord = wordReader(random);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = uniformBelow(nextWord, i + 1);
    const held = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = held;
  }
  return order;
}

/** A function that hands out uniform 32-bit words, buffered and wiped after use. */
function wordReader(random: RandomSource): () => number {
  const words = new Uint32Array(16_384);
  const bytes = new Uint8Array(words.buffer);
  let used = words.length;
  return () => {
    if (used === words.length) {
      random.fill(bytes);
      used = 0;
    }
    const word = words[used] ?? 0;
    words[used] = 0;
    used += 1;
    return word;
  };
}

/** A uniform integer in [0, bound), 1 <= bound <= 2^32, by rejecting the words past the last whole multiple of `bound`. */
function uniformBelow(nextWord: () => number, bound: number): number {
  const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
  let word = nextWord();
  while (word >= limit) word = nextWord();
  return word % bound;
}
