import { createHash } from 'node:crypto';
import type { AuditEntryRow } from '../store/index.js';
import type { AuditEntry, StoredAuditEntry } from './entry.js';

/** What the first entry names as the one before it. */
export const GENESIS = '0'.repeat(64);

/**
 * SHA-256, in hexadecimal, of the canonical JSON of a row: its columns but the digest, in the order below, no spaces.
 * `detail` is in it as its text, so that not even its spelling can change.
 */
export function digestOf(row: Omit<AuditEntryRow, 'digest'>): string {
  const { sequence, at, actor_kind, actor_name, action, subject_kind, subject_id, detail, previous } = row;
  const columns = {
    sequence,
    at,
    actor_kind,
    actor_name,
    action,
    subject_kind,
    subject_id,
    detail,
    previous,
  };
  return createHash('sha256').update(JSON.stringify(columns)).digest('hex');
}

/** The row of an entry that follows `before`. */
export function nextRow(
  { actor, action, subject, detail }: AuditEntry,
  { before, at }: { before: { sequence: number; digest: string } | undefined; at: string },
): AuditEntryRow {
  const row = {
    sequence: (before?.sequence ?? 0) + 1,
    at,
    actor_kind: actor.kind,
    actor_name: actor.name,
    action,
    subject_kind: subject.kind,
    subject_id: subject.id,
    detail: canonicalDetail(detail),
    previous: before?.digest ?? GENESIS,
  };
  return { ...row, digest: digestOf(row) };
}

/** The entry that a row holds. */
export function entryOf(row: AuditEntryRow): StoredAuditEntry {
  return {
    sequence: row.sequence,
    at: row.at,
    actor: { kind: row.actor_kind, name: row.actor_name },
    // What an earlier or later program wrote is shown as it is.
    action: row.action as StoredAuditEntry['action'],
    subject: { kind: row.subject_kind, id: row.subject_id },
    detail: JSON.parse(row.detail) as StoredAuditEntry['detail'],
    previous: row.previous,
    digest: row.digest,
  };
}

/** JSON with its keys in order; numbers as ECMAScript writes them (RFC 8785 §3.2.2.3). */
function canonicalDetail(detail: AuditEntry['detail']): string {
  const sorted = Object.entries(detail).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(sorted));
}
