/** The privacy budget: what was disclosed to each partner, and what may still be. */
export type { BudgetStatement } from './account.js';
export { MAX_ANSWER_BYTES, type BudgetLedger } from './account-ledger.js';
export type { BudgetLimit } from './budget.js';
export { openLedgerFile, type LedgerFile, type LedgerFileOptions } from './ledger-file.js';
export { memoryLedger } from './memory-ledger.js';
