/**
 * What happened on the node, for ever: entries chained by their digests, the last one always signed by the node's
 * identity, and checkpoints to keep elsewhere. An entry holds who, what and to what; never an identifier of a person.
 */
export { AUDIT_ACTIONS, isAuditAction, type AuditAction } from './actions.js';
export { auditLog, type AuditLog, type AuditLogOptions } from './audit-log.js';
export type { AuditCheckpoint } from './checkpoint.js';
export { looksLikeIdentifier, type AuditEntry, type AuditValue, type StoredAuditEntry } from './entry.js';
export type { AuditFault } from './explain.js';
export { MAX_PAGE_ENTRIES, type AuditPage, type AuditQuery } from './query.js';
export type { AuditVerdict } from './verify.js';
