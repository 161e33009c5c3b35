import type { PrivacyCost } from '../dp/index.js';

/**
 * The account of what a party has disclosed about its own people to one partner. A session sets its cost aside before it
 * starts, makes it spent before anything noisy leaves, and keeps its answer, so that the same request on the same data
 * is answered again without a new cost. How the account is kept is the business of whoever implements this.
 */
export interface SessionLedger {
  /** The stored answer (JSON text) of a finished request, or `undefined`. `request`: 32 bytes. */
  recall(request: Uint8Array): Promise<string | undefined>;
  /**
   * Sets `cost` aside. `request`: 32 bytes, a digest of the request and of the data it is about.
   *
   * @throws VesicaError `budget/exceeded`, naming the budget, what is left and what would fit.
   */
  reserve(request: Uint8Array, cost: PrivacyCost): Promise<Reservation>;
}

/** A cost set aside for one session. */
export interface Reservation {
  /**
   * Makes the cost spent, durably, before anything noisy is sent. Once spent, never given back. Idempotent.
   *
   * @throws VesicaError `ledger/unwritable`, and then the cost does not count as spent and nothing may be sent.
   */
  commit(): Promise<void>;
  /** Keeps the answer of the finished session for `recall`. Only after `commit`. */
  finish(answer: string): Promise<void>;
  /** Gives back what was not committed; does nothing after `commit`. */
  release(): void;
}
