import type { RandomSource } from '../random.js';
import { bitLength } from './rational.js';

/** The two draws every sampler is made of. An exact enumeration of their outcomes is an exact test of a sampler. */
export interface UniformDraws {
  /** A uniform integer in [0, bound), bound at least 1. */
  below(bound: bigint): bigint;
  /** True with probability `numerator / denominator` exactly, which lies in [0, 1]. */
  flip(numerator: bigint, denominator: bigint): boolean;
}

/** Bytes taken from the source at a time; a draw of noise uses some tens of them. */
const BUFFER_BYTES = 128;

/**
 * Exact uniform draws from random bytes, by rejection: as many bits as the bound needs, taken again when they name a
 * number past it. Used bytes are overwritten. Time varies with the outcome.
 */
export function uniformDraws(random: RandomSource): UniformDraws {
  const buffer = new Uint8Array(BUFFER_BYTES);
  let used = BUFFER_BYTES;

  function nextByte(): number {
    if (used === BUFFER_BYTES) {
      random.fill(buffer);
      used = 0;
    }
    const byte = buffer[used] ?? 0;
    buffer[used] = 0;
    used += 1;
    return byte;
  }

  function below(bound: bigint): bigint {
    const bits = bitLength(bound - 1n);
    for (;;) {
      let value = 0n;
      for (let i = 0; i < bits; i += 8) value = (value << 8n) | BigInt(nextByte());
      value &= (1n << BigInt(bits)) - 1n;
      if (value < bound) return value;
    }
  }

  return { below, flip: (numerator, denominator) => below(denominator) < numerator };
}
