export interface HeartbeatOptions {
  /** Pause from the end of one run of the work to the start of the next. */
  readonly everyMs: number;
  readonly work: () => Promise<unknown>;
  /** Told of every run that failed; the next one comes all the same. */
  readonly onError: (error: unknown) => void;
}

/** Runs work again and again, the first time at once, and never twice at a time. It does not keep the process alive. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  /** New at each start, so that work of before a stop plans nothing more. */
  #current: symbol | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Does nothing when it is started. */
  start(): void {
    if (this.#current !== undefined) return;
    const current = Symbol('heartbeat');
    this.#current = current;
    // Work of before a stop may still be under way.
    this.#running = this.#running.then(() => this.#beat(current));
  }

  /** Resolves when the work under way has ended; none is started after that. */
  async stop(): Promise<void> {
    this.#current = undefined;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #beat(current: symbol): Promise<void> {
    const isStopped = (): boolean => this.#current !== current;
    if (isStopped()) return;
    const { everyMs, work, onError } = this.#options;
    try {
      await work();
    } catch (error) {
      onError(error);
    }
    if (isStopped()) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#beat(current);
    }, everyMs);
    this.#timer.unref();
  }
}
