import { Worker } from 'node:worker_threads';
import { VesicaError, isErrorCode } from '../errors.js';
import type { Engine } from './engine.js';
import type { BatchProgress, GroupOperations, Job, JobResult } from './operations.js';
import { itemsOf, operationsOf } from './operations.js';
import { buffersOf, joinResults, sliceJob } from './slices.js';
import type { WorkerAnswer, WorkerSettings } from './worker.js';

export interface PoolOptions {
  /** The engine that every worker loads. */
  readonly engine: Pick<Engine, 'name' | 'variant'>;
  /** Worker threads, at least 1. */
  readonly threads: number;
  /** Items a worker takes at a time: a multiple of 8; see `sliceFor` for what it is unless told. */
  readonly sliceItems?: number;
  /** The compiled worker module; another only where the sources run uncompiled. */
  readonly workerUrl?: URL;
}

interface Task {
  readonly job: Job;
  readonly resolve: (result: JobResult) => void;
  readonly reject: (error: VesicaError) => void;
}

/** What the protocol hands over at once: a full chunk of elements. */
const BATCH_ITEMS = 8192;
/** Fewer are not worth the hand-over to another thread and back. */
const LEAST_SLICE_ITEMS = 1024;

/** As few hand-overs as give every thread a part of a full batch. */
function sliceFor(threads: number): number {
  return Math.max(LEAST_SLICE_ITEMS, 8 * Math.ceil(BATCH_ITEMS / threads / 8));
}

/**
 * Starts worker threads that share out batches of group operations. Every batch keeps its order, whichever worker
 * does which part. A worker that dies fails all work under way, now and later: the pool is closed then.
 */
export function startPool(options: PoolOptions): GroupOperations {
  const { engine, threads, sliceItems = sliceFor(threads) } = options;
  const workerUrl = options.workerUrl ?? new URL('./worker.js', import.meta.url);
  const settings: WorkerSettings = { engine: `${engine.name}:${engine.variant}` };
  const waiting: Task[] = [];
  const running = new Map<Worker, Task>();
  const idle: Worker[] = [];
  let failure: VesicaError | undefined;

  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(workerUrl, { workerData: settings });
    // A pool that nobody closed must not keep the process alive; work under way does, through its promise's owner.
    worker.unref();
    worker.on('message', (answer: WorkerAnswer) => finish(worker, answer));
    worker.on('error', (cause) => fail('a worker thread failed', cause));
    worker.on('exit', () => fail('a worker thread ended'));
    idle.push(worker);
    return worker;
  });

  function assign(): void {
    while (idle.length > 0 && waiting.length > 0) {
      const worker = idle.pop();
      const task = waiting.shift();
      if (worker === undefined || task === undefined) return;
      running.set(worker, task);
      worker.ref();
      worker.postMessage(task.job, buffersOf(task.job));
    }
  }

  function finish(worker: Worker, answer: WorkerAnswer): void {
    const task = running.get(worker);
    running.delete(worker);
    worker.unref();
    idle.push(worker);
    assign();
    if (task === undefined) return;
    if (answer.ok) task.resolve({ bytes: answer.bytes, validity: answer.validity });
    else
      task.reject(
        new VesicaError(isErrorCode(answer.code) ? answer.code : 'internal/defect', answer.message),
      );
  }

  function fail(what: string, cause?: unknown): void {
    failure ??= new VesicaError('group/worker-failed', what, { cause });
    for (const task of [...running.values(), ...waiting.splice(0)]) task.reject(failure);
    running.clear();
  }

  function run(job: Job): Promise<JobResult> {
    if (failure !== undefined) return Promise.reject(failure);
    return new Promise((resolve, reject) => {
      waiting.push({ job, resolve, reject });
      assign();
    });
  }

  async function execute(job: Job, onProgress?: BatchProgress): Promise<JobResult> {
    const total = itemsOf(job);
    let done = 0;
    const parts = sliceJob(job, sliceItems).map(async (part) => {
      const items = itemsOf(part);
      const result = await run(part);
      done += items;
      onProgress?.(done, total);
      return result;
    });
    const { result, addUp } = joinResults(job, await Promise.all(parts));
    if (addUp === undefined) return result;
    return { bytes: (await run(addUp)).bytes, validity: result.validity };
  }

  async function close(): Promise<void> {
    failure ??= new VesicaError('session/cancelled', 'the worker pool is closed');
    fail('the worker pool is closed');
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  return operationsOf(engine, threads, { execute, close });
}
