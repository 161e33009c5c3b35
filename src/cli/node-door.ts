/** What the commands use of the node room. */
export { NODE_DEFAULTS, type NodeConfig } from '../node/node-config.js';
export * from '../node/keys/index.js';
export { auditLog, type AuditLog, type AuditCheckpoint, type AuditVerdict } from '../node/audit/index.js';
export { openStore, idSource, isId, LOCK_FILE, DATABASE_FILE, type Store } from '../node/store/index.js';
export { openNodeLedger, type NodeLedger } from '../node/ledger/index.js';
export type { NodeContext, Actor } from '../node/context.js';
export * from '../node/backup/index.js';
export { Tokens } from '../node/tokens/index.js';
