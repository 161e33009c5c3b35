/**
 * The privacy budget of a node: for each partner and each lineage (the people that a dataset is about) what was disclosed
 * and what may still be. A cost is set aside before a session starts, spent on the disk before anything noisy leaves, and
 * never given back after that. A list that is almost one that was spent for is refused.
 */
export type { LedgerHistoryEntry } from './history.js';
export type { AccountKey, ByteCipher, LedgerInput } from './input.js';
export { LINEAGE_FORM, LINEAGE_PATTERN } from './lineage.js';
export { NEAR_REPEAT_KEYS, openNodeLedger, type NodeLedger, type NodeLedgerOptions } from './node-ledger.js';
export type { SketchedList } from './row-tags.js';
export type { SessionAccountTerms } from './session-account.js';
