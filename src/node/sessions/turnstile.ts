import { VesicaError } from '../../errors.js';

/** What the sessions that run at once may take together. */
export interface TurnstileLimits {
  readonly places: number;
  readonly bytes: number;
}

/** Who asks for a place, and what it will take. */
export interface Entrant {
  /** Partners take turns, so that one with many sessions does not keep the others waiting. */
  readonly partner: string;
  /** What the session is expected to hold in memory. */
  readonly bytes: number;
  /** Gives up waiting, with its reason. */
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly bytes: number;
  readonly admit: () => void;
}

/**
 * Lets sessions in, so many and of so many bytes at once; the others wait. First come, first served for one partner,
 * and turn by turn among partners. Nobody overtakes a session that waits for memory, so that a large one is not
 * starved by small ones.
 */
export class Turnstile {
  readonly #limits: TurnstileLimits;
  /** In the order of their turns. */
  readonly #queues = new Map<string, Waiting[]>();
  #places = 0;
  #bytes = 0;

  constructor(limits: TurnstileLimits) {
    this.#limits = limits;
  }

  get running(): number {
    return this.#places;
  }

  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  /**
   * Waits for a place. Resolves to what gives it back; calling that twice changes nothing.
   *
   * @throws VesicaError `limit/elements` when the session alone is over the limit; the reason of `signal`.
   */
  async enter({ partner, bytes, signal }: Entrant): Promise<() => void> {
    if (bytes > this.#limits.bytes) {
      const mebibytes = (count: number): number => Math.ceil(count / 2 ** 20);
      throw new VesicaError(
        'limit/elements',
        `the list needs about ${mebibytes(bytes)} MiB, and limits.memoryMiB leaves ${mebibytes(this.#limits.bytes)}`,
        { field: 'limits.memoryMiB' },
      );
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        const queue = this.#queues.get(partner) ?? [];
        const index = queue.indexOf(waiting);
        if (index >= 0) queue.splice(index, 1);
        reject(reasonOf(signal));
        this.#admit();
      };
      const waiting: Waiting = {
        bytes,
        admit: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      if (signal.aborted) {
        reject(reasonOf(signal));
        return;
      }
      signal.addEventListener('abort', leave, { once: true });
      this.#queues.set(partner, [...(this.#queues.get(partner) ?? []), waiting]);
      this.#admit();
    });
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      this.#places -= 1;
      this.#bytes -= bytes;
      this.#admit();
    };
  }

  #admit(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { partner, queue, first } = next;
      if (this.#places >= this.#limits.places || this.#bytes + first.bytes > this.#limits.bytes) return;
      queue.shift();
      // To the end of the row: the others come first now.
      this.#queues.delete(partner);
      if (queue.length > 0) this.#queues.set(partner, queue);
      this.#places += 1;
      this.#bytes += first.bytes;
      first.admit();
    }
  }

  #next(): { partner: string; queue: Waiting[]; first: Waiting } | undefined {
    for (const [partner, queue] of this.#queues) {
      const first = queue[0];
      if (first !== undefined) return { partner, queue, first };
      this.#queues.delete(partner);
    }
    return undefined;
  }
}

function reasonOf(signal: AbortSignal): VesicaError {
  const reason: unknown = signal.reason;
  return reason instanceof VesicaError
    ? reason
    : new VesicaError('session/cancelled', 'waiting for a turn was cancelled');
}
