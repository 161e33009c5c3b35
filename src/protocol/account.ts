import { NO_COST, type PrivacyCost } from '../dp/index.js';
import { VesicaError, asVesicaError } from '../errors.js';
import type { Reservation, SessionLedger } from './session-ledger.js';

/** One session's dealings with its party's ledger. Without a ledger, or at no cost, all of it does nothing. */
export class Account {
  readonly #ledger: SessionLedger | undefined;
  readonly #cost: PrivacyCost;
  #request: Uint8Array | undefined;
  #stored: string | undefined;
  #reservation: Reservation | undefined;
  #isReleased = false;

  /** `cost`: what this party's own noisy figures cost; `undefined` when it tells none. */
  constructor(ledger: SessionLedger | undefined, cost: PrivacyCost | undefined) {
    this.#ledger = cost === undefined ? undefined : ledger;
    this.#cost = cost ?? NO_COST;
  }

  /** Whether there is an account at all. */
  get isKept(): boolean {
    return this.#ledger !== undefined;
  }

  /** The stored answer to the request, once `open` has looked for it. */
  get stored(): string | undefined {
    return this.#stored;
  }

  /** Looks for a stored answer to `request`. */
  async open(request: Uint8Array): Promise<void> {
    this.#request = request;
    this.#stored = await this.#ledger?.recall(request);
  }

  /** @throws VesicaError `budget/exceeded`. */
  async reserve(): Promise<void> {
    if (this.#ledger === undefined) return;
    if (this.#request === undefined) throw new VesicaError('internal/defect', 'a cost without a request');
    const reservation = await this.#ledger.reserve(this.#request, this.#cost);
    if (this.#isReleased) reservation.release();
    this.#reservation = reservation;
  }

  /** @throws VesicaError `ledger/unwritable`; then nothing noisy may leave. */
  async commit(): Promise<void> {
    await this.#reservation?.commit();
  }

  /** Keeps the answer. Why it could not be kept, when it could not: the answer itself is not lost by that. */
  async finish(answer: string): Promise<VesicaError | undefined> {
    try {
      await this.#reservation?.finish(answer);
      return undefined;
    } catch (error) {
      return asVesicaError(error);
    }
  }

  /** The session failed: what is not spent yet is free again. */
  release(): void {
    this.#isReleased = true;
    this.#reservation?.release();
  }
}
