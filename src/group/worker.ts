import { parentPort, workerData } from 'node:worker_threads';
import { wipe } from '../bytes.js';
import { VesicaError } from '../errors.js';
import { createEngine } from './engines.js';
import type { Job } from './operations.js';
import { perform } from './operations.js';
import { secretsOf } from './slices.js';

/** A thread of the pool: does one job at a time, wipes its secrets, hands back the memory of its results. */

export interface WorkerSettings {
  /** `name:variant` of the engine to load. */
  readonly engine: string;
}

/** What a worker answers; an error crosses the thread border as its code and text. */
export type WorkerAnswer =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly validity: Uint8Array | undefined }
  | { readonly ok: false; readonly code: string; readonly message: string };

const port = parentPort;
if (port !== null) {
  const { engine: wanted } = workerData as WorkerSettings;
  const engine = createEngine(wanted);
  port.on('message', (job: Job) => {
    const answer = answerTo(job);
    const views = answer.ok ? [answer.bytes, answer.validity] : [];
    const transfer = views.map((view) => view?.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
    port.postMessage(answer, transfer);
  });

  function answerTo(job: Job): WorkerAnswer {
    try {
      return { ok: true, ...perform(engine, job) };
    } catch (error) {
      const code = error instanceof VesicaError ? error.code : 'internal/defect';
      return { ok: false, code, message: error instanceof Error ? error.message : 'unknown failure' };
    } finally {
      for (const secret of secretsOf(job)) wipe(secret);
    }
  }
}
