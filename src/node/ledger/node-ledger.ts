import { VesicaError } from '../../errors.js';
import type { PrivacyCost } from '../../dp/index.js';
import type { BudgetLimit, BudgetStatement } from '../../ledger/index.js';
import type { Identity, SessionLedger } from '../../protocol/index.js';
import type { AuditLog } from '../audit/index.js';
import { idSource, type IdSources, type Store } from '../store/index.js';
import { Accounts } from './accounts.js';
import { requireAllSpent } from './against-log.js';
import { accountHistory, spentBy, type LedgerHistoryEntry } from './history.js';
import { inputOf, resealSketches, type AccountKey, type ByteCipher, type LedgerInput } from './input.js';
import { LINEAGE_FORM, LINEAGE_PATTERN } from './lineage.js';
import { sketchKeys, type SketchedList } from './row-tags.js';
import { SessionAccount, type LedgerParts, type SessionAccountTerms } from './session-account.js';

/** Inputs of one lineage that differ in fewer match keys are refused. */
export const NEAR_REPEAT_KEYS = 50;
const LINEAGE = new RegExp(LINEAGE_PATTERN);

export interface NodeLedgerOptions extends IdSources {
  /** The node's identity; the secrets of the sketches come from it. */
  readonly identity: Identity;
  /** Hides sketches at rest. */
  readonly cipher: ByteCipher;
  /** Where spending and refusals are entered, in the transaction that spends. */
  readonly audit?: AuditLog;
  /** 50 by default. */
  readonly nearRepeatKeys?: number;
}

/** The budgets of a node, one for each partner and lineage. */
export interface NodeLedger {
  /** How many reservations an earlier run had left; opening gave them back. */
  readonly freed: number;
  /** Sketches a list, once for each session; it takes about two seconds for a million rows. Errors of `sketchList`. */
  input(list: SketchedList): Promise<LedgerInput>;
  /**
   * The protocol's ledger for one session. Its `reserve` also throws VesicaError `budget/near-repeat` and
   * `budget/unanswered`; what cannot be written is `state/unwritable`.
   *
   * @throws VesicaError `config/invalid` with field `lineage` when that is not of `LINEAGE_PATTERN`.
   */
  forSession(terms: SessionAccountTerms): SessionLedger;
  /** What is spent and what is left under a limit, now. */
  statement(account: AccountKey & { readonly limit: BudgetLimit }): Promise<BudgetStatement>;
  /** All that was spent, in order, with where the account stood after each. */
  history(account: AccountKey & { readonly limit: BudgetLimit }): Promise<readonly LedgerHistoryEntry[]>;
  /** What each of some sessions spent, by session; those that spent nothing are left out. */
  spentBy(sessions: readonly string[]): Promise<ReadonlyMap<string, PrivacyCost>>;
  /** The accounts that have spent anything. */
  accounts(): Promise<readonly AccountKey[]>;
  /**
   * Seals all sketches under the cipher's key of today, so that no earlier one is needed for them; how many there are.
   * Errors of `resealSketches`; doing it again finishes what was broken off.
   */
  rotate(): Promise<number>;
  /** Waits until what was released is gone from the store as well. Before the store is closed. */
  settled(): Promise<void>;
}

const opened = new WeakSet<Store>();

/**
 * Opens the ledger of a store, once for each: what is set aside is counted in memory. Reservations of an earlier run are
 * given back; what that run had committed stays spent.
 *
 * @throws VesicaError `internal/defect` when it is open already; `state/damaged` as `requireAllSpent`; `state/unwritable`.
 */
export async function openNodeLedger(store: Store, options: NodeLedgerOptions): Promise<NodeLedger> {
  const { identity, cipher, audit, now, random, nearRepeatKeys = NEAR_REPEAT_KEYS } = options;
  if (opened.has(store)) throw new VesicaError('internal/defect', 'the ledger of this store is open already');
  opened.add(store);
  const freed = await requireAllSpent(store)
    .then(() => freeEarlier(store, audit))
    .catch((error: unknown) => {
      opened.delete(store);
      throw error;
    });
  const keys = sketchKeys(identity);
  const accounts = new Accounts(store);
  const pending = new Set<Promise<unknown>>();
  const parts: LedgerParts = {
    store,
    accounts,
    sketches: { keys, cipher, nearRepeatKeys },
    audit,
    now,
    newId: idSource({ now, random }),
    background: (work) => {
      // A row that stays is no harm: it counts for nothing, and the next opening deletes it.
      const done = work.catch(() => undefined).finally(() => pending.delete(done));
      pending.add(done);
    },
  };
  return {
    freed,
    input: (list) => inputOf(keys, list),
    forSession: (terms) => {
      if (!LINEAGE.test(terms.lineage)) {
        throw new VesicaError('config/invalid', LINEAGE_FORM, { field: 'lineage' });
      }
      return new SessionAccount(parts, terms);
    },
    statement: ({ limit, ...key }) => accounts.with(key, limit, (account) => account.statement()),
    history: (account) => accountHistory(store, account),
    spentBy: (sessions) => spentBy(store.db, sessions),
    accounts: () =>
      store.db
        .selectFrom('ledger_entries')
        .select(['partner_id as partner', 'lineage'])
        .where('state', '=', 'spent')
        .groupBy(['partner_id', 'lineage'])
        .orderBy('partner_id')
        .orderBy('lineage')
        .execute(),
    rotate: () => resealSketches(store, cipher),
    settled: async () => {
      await Promise.all(pending);
    },
  };
}

/** Deletes what other runs had set aside and not spent; how many there were. */
function freeEarlier(store: Store, audit: AuditLog | undefined): Promise<number> {
  return store.transaction(async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom('ledger_entries')
      .where('state', '=', 'reserved')
      .where('run_id', '<>', store.runId)
      .executeTakeFirst();
    const count = Number(numDeletedRows);
    if (count > 0) {
      await audit?.append(
        {
          actor: { kind: 'node', name: 'node' },
          action: 'ledger.freed',
          subject: { kind: 'ledger', id: 'reservations' },
          detail: { count },
        },
        trx,
      );
    }
    return count;
  });
}
