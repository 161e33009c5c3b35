import type { Engine, EngineName, MultiplyResult, SumResult } from './engine.js';
import { HASH_TO_GROUP_DST, type KeyBatch } from './suite.js';

/** Told how many items of a batch are finished, each time a part of it is. */
export type BatchProgress = (itemsDone: number, itemsTotal: number) => void;

/**
 * What the protocol needs of the group, whoever does it: one thread or many. Results come in the order of the items.
 * The calls throw what the `Engine` throws, and `group/worker-failed` when a worker dies.
 */
export interface GroupOperations {
  readonly engineName: EngineName;
  readonly engineVariant: string;
  /** Threads that compute; 1 when it is the caller's own. */
  readonly threads: number;
  /** Blinds: scalar * H(key) for each key; n * 32 bytes. */
  blind(batch: KeyBatch, scalar: Uint8Array, onProgress?: BatchProgress): Promise<Uint8Array>;
  /** Evaluates: scalar * element for each element the peer sent. */
  evaluate(elements: Uint8Array, scalar: Uint8Array, onProgress?: BatchProgress): Promise<MultiplyResult>;
  multiplyBase(scalars: Uint8Array): Promise<Uint8Array>;
  multiplyAdd(a: Uint8Array, b: Uint8Array, c: Uint8Array): Promise<Uint8Array>;
  sum(elements: Uint8Array, width: number, groups: Uint32Array, groupCount: number): Promise<SumResult>;
  /** The encodings of start + i * step for i = 0..count-1; count * 32 bytes. One thread does a walk, whatever its length. */
  walk(start: Uint8Array, step: Uint8Array, count: number): Promise<Uint8Array>;
  /** Ends the threads. Work under way is refused; calling it again does nothing. */
  close(): Promise<void>;
}

/** One batch operation as plain data, so that a worker thread can be handed it. Batches are copied, scalars wiped after use. */
export type Job =
  | { readonly operation: 'blind'; readonly batch: KeyBatch; readonly scalar: Uint8Array }
  | { readonly operation: 'evaluate'; readonly elements: Uint8Array; readonly scalar: Uint8Array }
  | { readonly operation: 'multiplyBase'; readonly scalars: Uint8Array }
  | {
      readonly operation: 'multiplyAdd';
      readonly a: Uint8Array;
      readonly b: Uint8Array;
      readonly c: Uint8Array;
    }
  | {
      readonly operation: 'sum';
      readonly elements: Uint8Array;
      readonly width: number;
      readonly groups: Uint32Array;
      readonly groupCount: number;
    }
  | {
      readonly operation: 'walk';
      readonly start: Uint8Array;
      readonly step: Uint8Array;
      readonly count: number;
    };

/** What a job gives: its bytes, and a bit an item where items can be invalid. */
export interface JobResult {
  readonly bytes: Uint8Array;
  readonly validity: Uint8Array | undefined;
}

/** Does one job on the calling thread. */
export function perform(engine: Engine, job: Job): JobResult {
  switch (job.operation) {
    case 'blind':
      return { bytes: engine.hashAndMultiply(job.batch, HASH_TO_GROUP_DST, job.scalar), validity: undefined };
    case 'evaluate': {
      const { elements, validity } = engine.multiply(job.elements, job.scalar);
      return { bytes: elements, validity };
    }
    case 'multiplyBase':
      return { bytes: engine.multiplyBase(job.scalars), validity: undefined };
    case 'multiplyAdd':
      return { bytes: engine.multiplyAdd(job.a, job.b, job.c), validity: undefined };
    case 'sum': {
      const { sums, validity } = engine.sum(job.elements, job.width, job.groups, job.groupCount);
      return { bytes: sums, validity };
    }
    case 'walk':
      return { bytes: engine.walk(job.start, job.step, job.count), validity: undefined };
  }
}

/** Presents a way to do jobs as `GroupOperations`. */
export function operationsOf(
  engine: Pick<Engine, 'name' | 'variant'>,
  threads: number,
  executor: {
    execute(job: Job, onProgress?: BatchProgress): Promise<JobResult>;
    close(): Promise<void>;
  },
): GroupOperations {
  const validityOf = (result: JobResult): Uint8Array => result.validity ?? new Uint8Array(0);
  return {
    engineName: engine.name,
    engineVariant: engine.variant,
    threads,
    async blind(batch, scalar, onProgress) {
      return (await executor.execute({ operation: 'blind', batch, scalar }, onProgress)).bytes;
    },
    async evaluate(elements, scalar, onProgress) {
      const result = await executor.execute({ operation: 'evaluate', elements, scalar }, onProgress);
      return { elements: result.bytes, validity: validityOf(result) };
    },
    async multiplyBase(scalars) {
      return (await executor.execute({ operation: 'multiplyBase', scalars })).bytes;
    },
    async multiplyAdd(a, b, c) {
      return (await executor.execute({ operation: 'multiplyAdd', a, b, c })).bytes;
    },
    async sum(elements, width, groups, groupCount) {
      const result = await executor.execute({ operation: 'sum', elements, width, groups, groupCount });
      return { sums: result.bytes, validity: validityOf(result) };
    },
    async walk(start, step, count) {
      return (await executor.execute({ operation: 'walk', start, step, count })).bytes;
    },
    close: () => executor.close(),
  };
}

/** Group operations on the calling thread; for tests, vectors and tiny lists. */
export function inlineOperations(engine: Engine): GroupOperations {
  return operationsOf(engine, 1, {
    execute: (job, onProgress) => {
      const result = perform(engine, job);
      onProgress?.(itemsOf(job), itemsOf(job));
      return Promise.resolve(result);
    },
    close: () => Promise.resolve(),
  });
}

/** How many items a job has. */
export function itemsOf(job: Job): number {
  switch (job.operation) {
    case 'blind':
      return job.batch.types.length;
    case 'evaluate':
      return job.elements.length / 32;
    case 'multiplyBase':
      return job.scalars.length / 32;
    case 'multiplyAdd':
      return job.a.length / 32;
    case 'sum':
      return job.groups.length;
    case 'walk':
      return job.count;
  }
}
