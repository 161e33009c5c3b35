import type { PrivacyCost } from '../../dp/index.js';
import { VesicaError } from '../../errors.js';
import {
  AccountReservation,
  costTexts,
  requestText,
  requireStorable,
  type BudgetLimit,
  type Journal,
} from '../../ledger/index.js';
import type { Reservation, SessionLedger } from '../../protocol/index.js';
import type { AuditEntry, AuditLog } from '../audit/index.js';
import type { OnUnanswered, Store } from '../store/index.js';
import type { Accounts } from './accounts.js';
import {
  keepSketch,
  requireNoNearRepeat,
  type AccountKey,
  type LedgerInput,
  type Sketches,
} from './input.js';
import { requireUnpaid } from './unanswered.js';

/** One session's side of an account. */
export interface SessionAccountTerms extends AccountKey {
  /** What the partner may learn of the lineage in all. */
  readonly limit: BudgetLimit;
  /** The node's own list in this session. */
  readonly input: LedgerInput;
  /** What to do when the same request was paid for and its answer was lost: `charge` pays again, for other noise. */
  readonly onUnanswered: OnUnanswered;
  /** Id of the session, for the history. */
  readonly session?: string;
}

/** What the accounts of a node share. */
export interface LedgerParts {
  readonly store: Store;
  readonly accounts: Accounts;
  readonly sketches: Sketches;
  readonly audit: AuditLog | undefined;
  readonly newId: () => string;
  readonly now: () => Date;
  /** Given what goes on after the call that caused it. */
  readonly background: (work: Promise<unknown>) => void;
}

/** The protocol's ledger for one session, in the node's store. */
export class SessionAccount implements SessionLedger {
  readonly #parts: LedgerParts;
  readonly #terms: SessionAccountTerms;

  constructor(parts: LedgerParts, terms: SessionAccountTerms) {
    this.#parts = parts;
    this.#terms = terms;
  }

  async recall(request: Uint8Array): Promise<string | undefined> {
    const { partner, lineage } = this.#terms;
    const found = await this.#parts.store.db
      .selectFrom('ledger_answers')
      .select('answer')
      .where('partner_id', '=', partner)
      .where('lineage', '=', lineage)
      .where('request_digest', '=', requestText(request))
      .executeTakeFirst();
    return found?.answer;
  }

  async reserve(request: Uint8Array, cost: PrivacyCost): Promise<Reservation> {
    const text = requestText(request);
    requireStorable(cost);
    const { accounts } = this.#parts;
    const { limit } = this.#terms;
    try {
      return await accounts.with(this.#terms, limit, async (account) => {
        const hold = account.hold(cost);
        const id = this.#parts.newId();
        try {
          await this.#insert(id, text, cost);
        } catch (error) {
          account.release(hold);
          throw error;
        }
        return new AccountReservation({
          account: {
            settle: (held) => account.settle(held),
            release: (held) => {
              account.release(held);
              this.#parts.background(this.#drop(id));
            },
            answer: () => undefined,
          },
          journal: this.#journal(id, text),
          request: text,
          hold,
        });
      });
    } catch (error) {
      await this.#tell(error);
      throw error;
    }
  }

  async #insert(id: string, request: string, cost: PrivacyCost): Promise<void> {
    const { store, sketches, now } = this.#parts;
    const { partner, lineage, input, session, onUnanswered } = this.#terms;
    const at = now().toISOString();
    await store.transaction(async (trx) => {
      await requireUnpaid(trx, this.#terms, request, onUnanswered);
      await requireNoNearRepeat(trx, this.#terms, sketches, input);
      await trx
        .insertInto('ledger_entries')
        .values({
          ...costTexts(cost),
          id,
          partner_id: partner,
          lineage,
          session_id: session ?? null,
          request_digest: request,
          input_tag: input.tag,
          state: 'reserved',
          run_id: store.runId,
          reserved_at: at,
          spent_at: null,
        })
        .execute();
      await keepSketch(trx, sketches, { entry: id, at, partner, lineage }, input);
    });
  }

  #journal(id: string, request: string): Journal {
    return (entry) =>
      entry.kind === 'spent' ? this.#spend(id, request) : this.#answer(id, request, entry.answer);
  }

  async #spend(id: string, request: string): Promise<void> {
    const { store, audit, now } = this.#parts;
    await store.transaction(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('ledger_entries')
        .set({ state: 'spent', spent_at: now().toISOString() })
        .where('id', '=', id)
        .where('state', '=', 'reserved')
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) {
        throw new VesicaError('ledger/damaged', `ledger entry ${id} is not reserved any more`, {
          field: 'ledger',
        });
      }
      await audit?.append(this.#entry('ledger.spent', { entry: id, requestDigest: request }), trx);
    });
  }

  async #answer(id: string, request: string, answer: string): Promise<void> {
    const { store, now } = this.#parts;
    const { partner, lineage } = this.#terms;
    const row = { entry_id: id, answer, answered_at: now().toISOString() };
    await store.db
      .insertInto('ledger_answers')
      .values({ partner_id: partner, lineage, request_digest: request, ...row })
      .onConflict((conflict) =>
        conflict.columns(['partner_id', 'lineage', 'request_digest']).doUpdateSet(row),
      )
      .execute();
  }

  async #drop(id: string): Promise<void> {
    const { db } = this.#parts.store;
    await db.deleteFrom('ledger_entries').where('id', '=', id).where('state', '=', 'reserved').execute();
  }

  /** Enters a refusal in the audit log. */
  async #tell(error: unknown): Promise<void> {
    if (!(error instanceof VesicaError) || !error.code.startsWith('budget/')) return;
    await this.#parts.audit?.append(
      this.#entry('ledger.refused', { code: error.code, field: error.field ?? null }),
    );
  }

  #entry(action: AuditEntry['action'], detail: AuditEntry['detail']): AuditEntry {
    const { partner, lineage, session } = this.#terms;
    return {
      actor: { kind: 'node', name: 'node' },
      action,
      subject: { kind: 'partner', id: partner },
      detail: { lineage, session: session ?? null, ...detail },
    };
  }
}
