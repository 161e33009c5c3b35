import { sha256 } from '@noble/hashes/sha2.js';
import { ensure, exactCount } from '../input.js';
import type { Assignment } from './difference-in-differences.js';

/** How many ways there are to choose `treatedCount` of `geoCount` regions; rounded beyond 2^53. */
export function assignmentCount(geoCount: number, treatedCount: number): number {
  let ways = 1;
  for (let i = 1; i <= treatedCount; i += 1) ways = (ways * (geoCount - treatedCount + i)) / i;
  return ways;
}

export interface SampledAssignmentsInput {
  readonly geoCount: number;
  readonly treatedCount: number;
  readonly draws: number;
  /** Any bytes. The same ones give the same draws, so that a report can be computed again; they need not be secret. */
  readonly seed: Uint8Array;
}

/**
 * Random assignments for `differenceInDifferences`, each way to choose `treatedCount` of `geoCount` regions as likely as
 * any other (to within 2^-20). Words are those of SHA-256 over seed and counter.
 *
 * Throws `measurement/invalid-input` for more treated regions than there are.
 */
export function* sampledAssignments(input: SampledAssignmentsInput): Generator<Assignment> {
  const geoCount = exactCount('geoCount', input.geoCount);
  const treatedCount = exactCount('treatedCount', input.treatedCount);
  ensure(treatedCount <= geoCount, 'treatedCount', 'no more than geoCount');
  const words = wordsOf(input.seed);
  const order = Uint32Array.from({ length: geoCount }, (_, i) => i);
  for (let draw = 0; draw < input.draws; draw += 1) {
    // The start of a Fisher-Yates shuffle; the order that the last draw left is as good as any.
    for (let i = 0; i < treatedCount; i += 1) {
      const word = words.next().value;
      const j = i + Math.floor((word / 2 ** 32) * (geoCount - i));
      const held = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = held;
    }
    yield [...order.subarray(0, treatedCount)].sort((a, b) => a - b);
  }
}

function* wordsOf(seed: Uint8Array): Generator<number, never> {
  const block = new Uint8Array(seed.length + 4);
  block.set(seed);
  const counterAt = new DataView(block.buffer, seed.length);
  for (let counter = 0; ; counter += 1) {
    counterAt.setUint32(0, counter);
    const digest = sha256(block);
    const view = new DataView(digest.buffer, digest.byteOffset);
    for (let at = 0; at < digest.length; at += 4) yield view.getUint32(at);
  }
}
