import { VesicaError } from '../errors.js';
import type { Spool } from '../protocol/index.js';
import type { RandomSource } from '../random.js';
import { SpoolFile } from './spool-file.js';

const MEBIBYTE = 2 ** 20;

/*
 * Measured as resident memory at its peak (bench/README.md, `session` with --memory-mib), not counted by the system.
 */

/** What a process takes beside its lists and tags: Node, the program, its threads, the chunks under way. */
const PROCESS_BYTES = 256 * MEBIBYTE;
/** For each own key: 32 bytes and its type, its row and its cell, and its place in the secret order. */
const BYTES_AN_OWN_KEY = 45;
/** What buckets and their blocks take, so no less is left for tags. */
const LEAST_TAG_BYTES = 32 * MEBIBYTE;

/** Memory that the process of one session may take, and the folder for what does not fit. */
export interface MemoryLimit {
  readonly limitMiB: number;
  readonly folder: string;
}

/** A spool in files of `folder` without names. `tagMemoryBytes` is asked when a session begins to exchange its lists. */
export function spoolIn(folder: string, random: RandomSource, tagMemoryBytes: () => number): Spool {
  return {
    get tagMemoryBytes() {
      return tagMemoryBytes();
    },
    open: (shape) => new SpoolFile(folder, shape, random),
  };
}

/** The spool of one session with a list of `ownKeys` keys under `limit`. @throws VesicaError as `memoryForTags`. */
export function spoolWithin(limit: MemoryLimit, ownKeys: number, random: RandomSource): Spool {
  const tagMemoryBytes = memoryForTags(limit, ownKeys);
  return spoolIn(limit.folder, random, () => tagMemoryBytes);
}

/**
 * Bytes that the limit leaves for tags beside a list of `ownKeys` keys, which stay in memory whatever goes to disk.
 *
 * @throws VesicaError `limit/elements` with field `memory.limitMiB` when the list alone takes too much.
 */
function memoryForTags({ limitMiB }: MemoryLimit, ownKeys: number): number {
  const needed = PROCESS_BYTES + BYTES_AN_OWN_KEY * ownKeys;
  const left = limitMiB * MEBIBYTE - needed;
  if (left >= LEAST_TAG_BYTES) return left;
  const leastMiB = Math.ceil((needed + LEAST_TAG_BYTES) / MEBIBYTE);
  throw new VesicaError(
    'limit/elements',
    `memory.limitMiB is ${limitMiB}, and a session with a list of ${ownKeys} keys needs about ${leastMiB} MiB`,
    { field: 'memory.limitMiB' },
  );
}
