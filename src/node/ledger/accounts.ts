import type { PrivacyCost } from '../../dp/index.js';
import { VesicaError } from '../../errors.js';
import { Account, parseCost, parseLimit, type BudgetLimit } from '../../ledger/index.js';
import type { LedgerEntryRow, Store } from '../store/index.js';
import type { AccountKey } from './input.js';

/** The cost of a row. @throws VesicaError `ledger/damaged`. */
export function costOfRow(row: Pick<LedgerEntryRow, 'id' | 'rho' | 'epsilon' | 'delta'>): PrivacyCost {
  const cost = parseCost(row);
  if (cost !== undefined) return cost;
  throw new VesicaError('ledger/damaged', `the cost of ledger entry ${row.id} is none`, { field: 'ledger' });
}

/**
 * The accounts that this process has opened. What is set aside is counted in memory, without anything awaited between
 * the check and the hold; what is spent is in the store.
 */
export class Accounts {
  readonly #store: Store;
  readonly #open = new Map<string, Promise<Account>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Runs `work` on an account under a limit, which may be another than before.
   *
   * @throws VesicaError `dp/invalid-parameter` when the limit is out of range; `ledger/damaged`.
   */
  async with<Value>(key: AccountKey, limit: BudgetLimit, work: (account: Account) => Value): Promise<Value> {
    const parsed = parseLimit(limit);
    const account = await this.#get(key, limit);
    account.limitTo(parsed);
    return work(account);
  }

  #get(key: AccountKey, limit: BudgetLimit): Promise<Account> {
    const name = JSON.stringify([key.partner, key.lineage]);
    const opened = this.#open.get(name) ?? this.#load(key, limit);
    this.#open.set(name, opened);
    // An account that could not be read is read again the next time.
    opened.catch(() => this.#open.delete(name));
    return opened;
  }

  async #load({ partner, lineage }: AccountKey, limit: BudgetLimit): Promise<Account> {
    const { db } = this.#store;
    const known = await db.selectFrom('partners').select('name').where('id', '=', partner).executeTakeFirst();
    const account = new Account(
      `the budget of partner ${known?.name ?? partner} for ${lineage}`,
      parseLimit(limit),
    );
    const rows = await db
      .selectFrom('ledger_entries')
      .select(['id', 'rho', 'epsilon', 'delta'])
      .where('partner_id', '=', partner)
      .where('lineage', '=', lineage)
      .where('state', '=', 'spent')
      .orderBy('id')
      .execute();
    for (const row of rows) account.spend(costOfRow(row));
    return account;
  }
}
