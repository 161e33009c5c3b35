import type { VesicaError } from '../../errors.js';
import {
  chooseEngine,
  inlineOperations,
  startPool,
  type Engine,
  type GroupOperations,
} from '../../group/index.js';

/** The threads that do the group operations of all sessions of a node. */
export class EngineRoom {
  readonly engine: Engine;
  readonly #threads: number;
  #operations: GroupOperations | undefined;

  /** @throws VesicaError `group/engine-unavailable`, `group/self-test-failed`. */
  constructor({ engine, threads }: { readonly engine?: string | undefined; readonly threads: number }) {
    this.engine = chooseEngine(engine);
    this.#threads = threads;
  }

  get operations(): GroupOperations {
    return (this.#operations ??=
      this.#threads === 0
        ? inlineOperations(this.engine)
        : startPool({ engine: this.engine, threads: this.#threads }));
  }

  /** The engine in the words of the report. */
  get description(): { name: Engine['name']; variant: string; threads: number } {
    const { name, variant } = this.engine;
    return { name, variant, threads: this.#threads };
  }

  /** Whether `error` says that a thread of this node failed; what a partner says of itself does not. */
  isBroken({ code, reportedBy }: VesicaError): boolean {
    return code === 'group/worker-failed' && reportedBy === 'self';
  }

  /** After a thread failed, which ends the whole pool: sessions that start from now on get new threads. */
  async replace(): Promise<void> {
    const failed = this.#operations;
    this.#operations = undefined;
    await failed?.close();
  }

  async close(): Promise<void> {
    await this.replace();
  }
}
