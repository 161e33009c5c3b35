import { VesicaError, asVesicaError } from '../../errors.js';

interface Waiter {
  readonly approve: () => void;
  readonly leave: (why: VesicaError) => void;
}

/** Offers of partners that wait, on an open connection, for somebody on this side to decide. */
export class Consents {
  readonly #waiting = new Map<string, Waiter>();

  /**
   * Waits for the decision on a session. `isGiven` is asked once this waits, so that no decision falls between.
   *
   * @throws VesicaError what it was refused with; the reason of `signal`; `transport/closed` when the partner makes the
   * same offer on another connection, which takes the place of this one.
   */
  async wait(id: string, isGiven: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    this.#waiting
      .get(id)
      ?.leave(new VesicaError('transport/closed', 'the partner made the offer again on another connection'));
    let own: Waiter | undefined;
    const onAbort = (): void => own?.leave(asVesicaError(signal.reason));
    try {
      const decided = new Promise<void>((resolve, reject) => {
        own = { approve: resolve, leave: reject };
        this.#waiting.set(id, own);
      });
      decided.catch(() => undefined);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      if (await isGiven()) own?.approve();
      await decided;
    } finally {
      signal.removeEventListener('abort', onAbort);
      if (this.#waiting.get(id) === own) this.#waiting.delete(id);
    }
  }

  approve(id: string): void {
    this.#waiting.get(id)?.approve();
  }

  refuse(id: string, why: VesicaError): void {
    this.#waiting.get(id)?.leave(why);
  }

  get ids(): readonly string[] {
    return [...this.#waiting.keys()];
  }
}
