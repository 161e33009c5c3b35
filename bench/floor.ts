import { randomFillSync } from 'node:crypto';
import { type Engine, HASH_TO_GROUP_DST } from 'vesica/group';
import { median, processorSeconds } from './statistics.js';

/** Processor time of one thread for what no session can leave out, an element. */
export interface EngineCost {
  /** A party's own key: SHA-512, map to the group, multiply. */
  readonly hashAndMultiplyMicroseconds: number;
  /** An element of the peer: decode, multiply, encode. */
  readonly multiplyMicroseconds: number;
}

const ROUNDS = 5;
/** As many as take some milliseconds a round. */
const ITEMS = { native: 4096, wasm: 512, noble: 16 } as const;

/** Measures `engine` on the calling thread: the median of five rounds, after one that is not counted. */
export function engineCost(engine: Engine): EngineCost {
  const items = ITEMS[engine.name];
  const keys = randomFillSync(new Uint8Array(32 * items));
  const batch = { types: new Uint8Array(items), keys };
  const scalar = Uint8Array.from({ length: 32 }, (_, i) => (i < 31 ? 7 + i : 1));
  const elements = engine.hashAndMultiply(batch, HASH_TO_GROUP_DST, scalar);
  engine.multiply(elements, scalar);
  const hashing: number[] = [];
  const multiplying: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    hashing.push(processorSeconds(() => engine.hashAndMultiply(batch, HASH_TO_GROUP_DST, scalar)));
    multiplying.push(processorSeconds(() => engine.multiply(elements, scalar)));
  }
  return {
    hashAndMultiplyMicroseconds: (1e6 * median(hashing)) / items,
    multiplyMicroseconds: (1e6 * median(multiplying)) / items,
  };
}

/** The median of several measurements of one engine, such as before and after a session. */
export function medianCost(costs: readonly EngineCost[]): EngineCost {
  return {
    hashAndMultiplyMicroseconds: median(costs.map((cost) => cost.hashAndMultiplyMicroseconds)),
    multiplyMicroseconds: median(costs.map((cost) => cost.multiplyMicroseconds)),
  };
}

/**
 * Processor time of both parties if they did nothing but that: each key is hashed and multiplied by its owner, and
 * multiplied once more by the other party. Encrypted sums, dummies, matching, frames and TLS come on top.
 */
export function floorSeconds(cost: EngineCost, keys: number): number {
  return (keys * (cost.hashAndMultiplyMicroseconds + cost.multiplyMicroseconds)) / 1e6;
}
