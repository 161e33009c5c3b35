import { concatBytes } from '../bytes.js';
import type { Job, JobResult } from './operations.js';
import { itemsOf } from './operations.js';

/**
 * Splits a job into parts of at most `maxItems` items, each with copies of its own bytes, so that a worker can be given
 * their memory. `maxItems` is a multiple of 8, so that validity bitmaps join at byte borders. A walk stays whole: a part of
 * it could start only where the part before ends.
 */
export function sliceJob(job: Job, maxItems: number): Job[] {
  const total = itemsOf(job);
  if (job.operation === 'walk') return [partOf(job, 0, total)];
  const parts: Job[] = [];
  for (let from = 0; from < total || parts.length === 0; from += maxItems) {
    parts.push(partOf(job, from, Math.min(from + maxItems, total)));
  }
  return parts;
}

function partOf(job: Job, from: number, to: number): Job {
  const cut = (bytes: Uint8Array, width: number): Uint8Array => bytes.slice(from * width, to * width);
  switch (job.operation) {
    case 'blind':
      return {
        operation: 'blind',
        batch: { types: cut(job.batch.types, 1), keys: cut(job.batch.keys, 32) },
        scalar: job.scalar.slice(),
      };
    case 'evaluate':
      return { operation: 'evaluate', elements: cut(job.elements, 32), scalar: job.scalar.slice() };
    case 'multiplyBase':
      return { operation: 'multiplyBase', scalars: cut(job.scalars, 32) };
    case 'multiplyAdd':
      return { operation: 'multiplyAdd', a: cut(job.a, 32), b: job.b.slice(), c: cut(job.c, 32) };
    case 'sum':
      return { ...job, elements: cut(job.elements, 32 * job.width), groups: job.groups.slice(from, to) };
    case 'walk':
      return { ...job, start: job.start.slice(), step: job.step.slice() };
  }
}

/** The buffers of a job made by `sliceJob`, for a transfer without copying. */
export function buffersOf(job: Job): ArrayBuffer[] {
  switch (job.operation) {
    case 'blind':
      return buffers(job.batch.types, job.batch.keys, job.scalar);
    case 'evaluate':
      return buffers(job.elements, job.scalar);
    case 'multiplyBase':
      return buffers(job.scalars);
    case 'multiplyAdd':
      return buffers(job.a, job.b, job.c);
    case 'sum':
      return buffers(job.elements, job.groups);
    case 'walk':
      return buffers(job.start, job.step);
  }
}

/** The secrets of a job: scalars and nonces, to be wiped when it is done. */
export function secretsOf(job: Job): Uint8Array[] {
  switch (job.operation) {
    case 'blind':
    case 'evaluate':
      return [job.scalar];
    case 'multiplyBase':
      return [job.scalars];
    case 'multiplyAdd':
      return [job.a, job.b, job.c];
    case 'sum':
    case 'walk':
      return [];
  }
}

function buffers(...views: readonly (Uint8Array | Uint32Array)[]): ArrayBuffer[] {
  return views.map((view) => view.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}

/**
 * What must still be done to join the results of the parts of `job`: for most operations they are laid end to end; the
 * partial sums of `sum` are added by one last, small job.
 */
export function joinResults(
  job: Job,
  results: readonly JobResult[],
): { result: JobResult; addUp: Job | undefined } {
  const bytes =
    results.length === 1 ? results[0]?.bytes : concatBytes(...results.map((result) => result.bytes));
  const bitmaps = results.map((result) => result.validity).filter((bitmap) => bitmap !== undefined);
  const validity = bitmaps.length === 0 ? undefined : concatBytes(...bitmaps);
  const result = { bytes: bytes ?? new Uint8Array(0), validity };
  if (job.operation !== 'sum' || results.length <= 1) return { result, addUp: undefined };
  const groups = new Uint32Array(results.length * job.groupCount);
  for (let i = 0; i < groups.length; i += 1) groups[i] = i % job.groupCount;
  const { width, groupCount } = job;
  return { result, addUp: { operation: 'sum', elements: result.bytes, width, groups, groupCount } };
}
