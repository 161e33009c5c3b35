import { rationalToNumber } from '../../dp/index.js';
import { type BudgetStatement, type LedgerFile, openLedgerFile } from '../../ledger/index.js';
import type { SessionPlan } from '../config/session-plan.js';

/**
 * The ledger that the plan names, open for the partner it names; `undefined` when it names none.
 *
 * @throws VesicaError `ledger/in-use`, `ledger/damaged`, `ledger/unwritable`.
 */
export async function openLedger({ ledger, tls }: SessionPlan): Promise<LedgerFile | undefined> {
  if (ledger === undefined || tls === undefined) return undefined;
  return openLedgerFile(ledger.path, {
    partner: tls.peer.slice('sha256:'.length),
    limit: ledger.limit,
    now: () => new Date(),
  });
}

/** What is spent and left of a budget, in one line. */
export function budgetLine({ limit, spent, left }: BudgetStatement): string {
  const text = (value: typeof limit.epsilon): string =>
    String(Number(rationalToNumber(value, 'up').toPrecision(4)));
  const used = spent.epsilon === undefined ? 'all' : text(spent.epsilon);
  const delta = text(limit.delta);
  return (
    `privacy budget for this partner: epsilon ${used} of ${text(limit.epsilon)} spent in ${spent.sessions} sessions, ` +
    `${text(left.epsilon)} left, at delta ${delta}`
  );
}
