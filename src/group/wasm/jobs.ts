/** Lists of additions for the addLanes stage: which lanes of which vectors to add, and where the sum goes. */
import { LANES, WORD_BYTES } from './field.js';
import type { EngineInstance } from './instance.js';
import { CHUNK, JOB_VECTOR_BYTES, JOBS, POINT_BYTES, POINTS, SPARE } from './layout.js';

/** The address of a point that takes one lane of a vector; its words follow 16 bytes apart. */
export const laneAddress = (vector: number, lane: number): number => vector + 4 * lane;

/** The lane of point number i of a chunk. */
export const pointLane = (i: number, base = POINTS): number =>
  laneAddress(base + POINT_BYTES * (i >> 2), i & 3);

export interface Job {
  readonly first: number;
  readonly second: number;
  readonly sum: number;
}

/** Runs additions that do not need one another's sums, four at a time; spare lanes fill the last vector. */
export function runJobs({ stages, memory }: EngineInstance, jobs: readonly Job[]): void {
  const view = new DataView(memory.buffer);
  for (let start = 0; start < jobs.length; start += CHUNK) {
    const part = jobs.slice(start, start + CHUNK);
    const vectors = Math.ceil(part.length / LANES);
    for (let i = 0; i < vectors * LANES; i += 1) {
      const spare = laneAddress(SPARE, i % LANES);
      const job = part[i] ?? { first: spare, second: spare, sum: spare };
      const address = JOBS + JOB_VECTOR_BYTES * Math.floor(i / LANES) + 4 * (i % LANES);
      view.setUint32(address, job.first, true);
      view.setUint32(address + 4 * LANES, job.second, true);
      view.setUint32(address + 8 * LANES, job.sum, true);
    }
    stages.addLanes(vectors);
  }
}

const POINT_WORDS = POINT_BYTES / WORD_BYTES;

/** Copies one point between lanes, in memory or out of it; strides are in 32-bit words. */
export function readPoint(words: Int32Array, lane: number, target: Int32Array, offset: number): void {
  for (let k = 0; k < POINT_WORDS; k += 1) target[offset + k] = words[lane / 4 + LANES * k] ?? 0;
}

export function writePoint(words: Int32Array, lane: number, source: Int32Array, offset: number): void {
  for (let k = 0; k < POINT_WORDS; k += 1) words[lane / 4 + LANES * k] = source[offset + k] ?? 0;
}

/** 32-bit words of one point outside the module. */
export const PACKED_POINT_WORDS = POINT_WORDS;
