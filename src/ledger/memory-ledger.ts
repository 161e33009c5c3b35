import { Account } from './account.js';
import { AccountLedger, type BudgetLedger } from './account-ledger.js';
import { parseLimit, type BudgetLimit } from './budget.js';

/**
 * A ledger that lasts as long as the process, for one partner.
 *
 * @throws VesicaError `dp/invalid-parameter` when the limit is out of range.
 */
export function memoryLedger({ limit }: { readonly limit: BudgetLimit }): BudgetLedger {
  return new AccountLedger(new Account('the budget of this process', parseLimit(limit)), () =>
    Promise.resolve(),
  );
}
