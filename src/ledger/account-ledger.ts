import { toHex, utf8 } from '../bytes.js';
import type { PrivacyCost } from '../dp/index.js';
import { VesicaError } from '../errors.js';
import type { Reservation, SessionLedger } from '../protocol/index.js';
import type { Account, BudgetStatement, Hold } from './account.js';
import { requireStorable, type Entry } from './entry.js';

/** An answer is at most this many bytes of UTF-8; a full report is a few hundred kilobytes. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const REQUEST_BYTES = 32;

/** A ledger whose state can be asked for. */
export interface BudgetLedger extends SessionLedger {
  /** What is spent and what is left, now. */
  statement(): BudgetStatement;
}

/**
 * Makes an entry durable; resolves when it is.
 *
 * @throws VesicaError `ledger/unwritable`, and then there is no such entry.
 */
export type Journal = (entry: Entry) => Promise<void>;

/** An account whose entries go through a journal before they count. */
export class AccountLedger implements BudgetLedger {
  readonly #account: Account;
  readonly #journal: Journal;

  constructor(account: Account, journal: Journal) {
    this.#account = account;
    this.#journal = journal;
  }

  recall(request: Uint8Array): Promise<string | undefined> {
    return Promise.resolve(this.#account.recall(requestText(request)));
  }

  reserve(request: Uint8Array, cost: PrivacyCost): Promise<Reservation> {
    // Nothing is awaited between the check and the hold, so two reservations cannot both take the last of a budget.
    return new Promise((resolve) => {
      const text = requestText(request);
      requireStorable(cost);
      const hold = this.#account.hold(cost);
      resolve(
        new AccountReservation({ account: this.#account, journal: this.#journal, request: text, hold }),
      );
    });
  }

  statement(): BudgetStatement {
    return this.#account.statement();
  }
}

export interface ReservationTerms {
  /** Where the hold ends: as spent, or given back. */
  readonly account: Pick<Account, 'settle' | 'release' | 'answer'>;
  readonly journal: Journal;
  /** 64 lower-case hexadecimal digits. */
  readonly request: string;
  readonly hold: Hold;
}

/** A hold as the protocol has it: spent once, answered after that, or given back. */
export class AccountReservation implements Reservation {
  readonly #terms: ReservationTerms;
  /** The commit under way or done; its failure clears it, so that it can be tried again. */
  #commit: Promise<void> | undefined;
  #isSpent = false;
  #isReleased = false;

  constructor(terms: ReservationTerms) {
    this.#terms = terms;
  }

  commit(): Promise<void> {
    if (this.#isReleased && this.#commit === undefined) {
      return Promise.reject(defect('a reservation that was given back cannot be committed'));
    }
    this.#commit ??= this.#spend();
    return this.#commit;
  }

  async finish(answer: string): Promise<void> {
    if (!this.#isSpent) throw defect('a session is finished only after its cost is spent');
    // UTF-16 text is never longer than its UTF-8, so this bounds what is encoded below.
    if (answer.length > MAX_ANSWER_BYTES || utf8(answer).length > MAX_ANSWER_BYTES) {
      throw new VesicaError('limit/text', `an answer is longer than ${MAX_ANSWER_BYTES} bytes`, {
        field: 'answer',
      });
    }
    const { account, journal, request } = this.#terms;
    await journal({ kind: 'answered', request, answer });
    account.answer(request, answer);
  }

  release(): void {
    this.#isReleased = true;
    // A commit under way decides for itself; until then the cost stays set aside.
    if (this.#commit === undefined) this.#terms.account.release(this.#terms.hold);
  }

  async #spend(): Promise<void> {
    const { account, journal, request, hold } = this.#terms;
    try {
      await journal({ kind: 'spent', request, cost: hold.cost });
    } catch (error) {
      this.#commit = undefined;
      if (this.#isReleased) account.release(hold);
      throw error;
    }
    account.settle(hold);
    this.#isSpent = true;
  }
}

/**
 * A request's digest, 32 bytes, in hexadecimal.
 *
 * @throws VesicaError `internal/defect` for any other length.
 */
export function requestText(request: Uint8Array): string {
  if (request.length !== REQUEST_BYTES) throw defect(`a request is ${REQUEST_BYTES} bytes`);
  return toHex(request);
}

function defect(message: string): VesicaError {
  return new VesicaError('internal/defect', message);
}
