import {
  auditLog,
  type AuditEntry,
  type AuditLog,
  type AuditLogOptions,
} from '../../../src/node/audit/index.js';
import { sql, type Store } from '../../../src/node/store/index.js';
import type { Identity } from '../../../src/protocol/index.js';
import { ephemeralIdentity } from '../../../src/transport/index.js';
import { now, openState } from './states.js';

export const entry = (id: string, parts: Partial<AuditEntry> = {}): AuditEntry => ({
  actor: { kind: 'token', name: 'ops' },
  action: 'session.created',
  subject: { kind: 'session', id },
  detail: { keys: 5, mode: 'aggregate', ready: true, none: null },
  ...parts,
});

export interface TestLog {
  readonly store: Store;
  readonly identity: Identity;
  readonly log: AuditLog;
}

/** A log in a new state with `count` entries of a test's own. */
export async function newLog(count = 0, options: Partial<AuditLogOptions> = {}): Promise<TestLog> {
  const store = await openState();
  const identity = ephemeralIdentity();
  const log = auditLog(store, identity, { now, ...options });
  for (let i = 1; i <= count; i += 1) await log.append(entry(`s${i}`));
  return { store, identity, log };
}

/** Takes away what keeps the program from changing the log; who has the file can do the same. */
export async function unprotect({ db }: Store): Promise<void> {
  for (const trigger of ['audit_entries_keep', 'audit_entries_stay']) {
    await sql.raw(`DROP TRIGGER ${trigger}`).execute(db);
  }
  await sql`DROP INDEX audit_checkpoints_one_head`.execute(db);
  await sql`PRAGMA ignore_check_constraints = ON`.execute(db);
}
