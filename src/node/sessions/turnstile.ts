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
  /** What it will hold in memory, asked whenever it is its turn: by then more may be known than when it came. */
  readonly bytes: () => number;
  /** Gives up waiting, with its reason. */
  readonly signal: AbortSignal;
}

/** A place, and the memory that goes with it. */
export interface Stay {
  /** What it holds. */
  readonly bytes: number;
  /** Keeps less than it was let in with: `bytes`, or all it has if that is less. */
  readonly keep: (bytes: number) => void;
  /** Gives all of it back; calling it twice changes nothing. */
  readonly leave: () => void;
}

interface Waiting {
  readonly bytes: () => number;
  readonly admit: (bytes: number) => void;
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

  /** The most that one may hold. */
  get bytes(): number {
    return this.#limits.bytes;
  }

  get running(): number {
    return this.#places;
  }

  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  /**
   * Waits for a place. Who asks for more than there is at its turn gets all there is; it must have been refused before.
   *
   * @throws VesicaError the reason of `signal`.
   */
  async enter({ partner, bytes, signal }: Entrant): Promise<Stay> {
    let held = await new Promise<number>((resolve, reject) => {
      const leave = (): void => {
        const queue = this.#queues.get(partner) ?? [];
        const index = queue.indexOf(waiting);
        if (index >= 0) queue.splice(index, 1);
        reject(reasonOf(signal));
        this.#admit();
      };
      const waiting: Waiting = {
        bytes,
        admit: (granted) => {
          signal.removeEventListener('abort', leave);
          resolve(granted);
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
    const keep = (kept: number): void => {
      this.#bytes -= Math.max(0, held - kept);
      held = Math.min(held, kept);
      this.#admit();
    };
    let isInside = true;
    return {
      get bytes() {
        return held;
      },
      keep: (kept) => {
        if (isInside) keep(kept);
      },
      leave: () => {
        if (!isInside) return;
        isInside = false;
        this.#places -= 1;
        keep(0);
      },
    };
  }

  #admit(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { partner, queue, first } = next;
      const bytes = Math.min(first.bytes(), this.#limits.bytes);
      if (this.#places >= this.#limits.places || this.#bytes + bytes > this.#limits.bytes) return;
      queue.shift();
      // To the end of the row: the others come first now.
      this.#queues.delete(partner);
      if (queue.length > 0) this.#queues.set(partner, queue);
      this.#places += 1;
      this.#bytes += bytes;
      first.admit(bytes);
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
