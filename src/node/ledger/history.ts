import { NO_COST, composeSequentially, type PrivacyCost, type Rational } from '../../dp/index.js';
import { epsilonAt, parseLimit, type BudgetLimit } from '../../ledger/index.js';
import type { StateDatabase, Store } from '../store/index.js';
import { costOfRow } from './accounts.js';
import type { AccountKey } from './input.js';

/** A cost that was spent, and where the account stood after it. */
export interface LedgerHistoryEntry {
  readonly id: string;
  /** When it was spent, UTC, to the millisecond. */
  readonly at: string;
  /** Id of the session, unless it had none. */
  readonly session: string | undefined;
  /** Digest of the request, 64 hexadecimal digits. */
  readonly request: string;
  /** The same for the same input. */
  readonly input: string;
  readonly cost: PrivacyCost;
  /** Whether the request has an answer that is given again. */
  readonly isAnswered: boolean;
  /** All that was spent up to and with this one, as an epsilon at the limit's delta; `undefined` when it has none. */
  readonly spentEpsilon: Rational | undefined;
}

/** All that an account has spent, in the order in which it was reserved. */
export async function accountHistory(
  { db }: Store,
  { partner, lineage, limit }: AccountKey & { limit: BudgetLimit },
): Promise<readonly LedgerHistoryEntry[]> {
  const { delta } = parseLimit(limit);
  const rows = await db
    .selectFrom('ledger_entries')
    .leftJoin('ledger_answers', 'ledger_answers.entry_id', 'ledger_entries.id')
    .selectAll('ledger_entries')
    .select('ledger_answers.answered_at')
    .where('ledger_entries.partner_id', '=', partner)
    .where('ledger_entries.lineage', '=', lineage)
    .where('ledger_entries.state', '=', 'spent')
    .orderBy('ledger_entries.id')
    .execute();
  let spent = NO_COST;
  return rows.map((row) => {
    const cost = costOfRow(row);
    spent = composeSequentially([spent, cost]);
    return {
      id: row.id,
      at: row.spent_at ?? row.reserved_at,
      session: row.session_id ?? undefined,
      request: row.request_digest,
      input: row.input_tag,
      cost,
      isAnswered: row.answered_at !== null,
      spentEpsilon: epsilonAt(spent, delta),
    };
  });
}

/** What each of some sessions spent; those that spent nothing are left out. */
export async function spentBy(
  db: StateDatabase,
  sessions: readonly string[],
): Promise<ReadonlyMap<string, PrivacyCost>> {
  const spent = new Map<string, PrivacyCost>();
  if (sessions.length === 0) return spent;
  const rows = await db
    .selectFrom('ledger_entries')
    .select(['id', 'session_id', 'rho', 'epsilon', 'delta'])
    .where('session_id', 'in', sessions)
    .where('state', '=', 'spent')
    .execute();
  for (const row of rows) {
    if (row.session_id === null) continue;
    const cost = composeSequentially([spent.get(row.session_id) ?? NO_COST, costOfRow(row)]);
    spent.set(row.session_id, cost);
  }
  return spent;
}
