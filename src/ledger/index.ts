/** The privacy budget: what was disclosed to each partner, and what may still be. */
export { Account, type BudgetStatement, type Hold } from './account.js';
export {
  AccountReservation,
  MAX_ANSWER_BYTES,
  requestText,
  type BudgetLedger,
  type Journal,
  type ReservationTerms,
} from './account-ledger.js';
export { epsilonAt, parseLimit, type BudgetLimit } from './budget.js';
export { costTexts, parseCost, requireStorable } from './entry.js';
export { openLedgerFile, type LedgerFile, type LedgerFileOptions } from './ledger-file.js';
export { memoryLedger } from './memory-ledger.js';
