import type { Migration } from '../migrate.js';

/** Who may use the node, what they did, and what needs somebody's attention. */
export const governance: Migration = {
  name: 'governance',
  statements: [
    `CREATE TABLE audit_entries (
      sequence INTEGER NOT NULL PRIMARY KEY CHECK (sequence >= 1),
      at TEXT NOT NULL,
      actor_kind TEXT NOT NULL CHECK (actor_kind IN ('token', 'node', 'partner', 'command')),
      actor_name TEXT NOT NULL,
      action TEXT NOT NULL,
      subject_kind TEXT NOT NULL,
      subject_id TEXT NOT NULL,
      detail TEXT NOT NULL CHECK (json_valid(detail)),
      previous TEXT NOT NULL CHECK (length(previous) = 64),
      digest TEXT NOT NULL CHECK (length(digest) = 64)
    ) STRICT`,
    `CREATE INDEX audit_entries_by_action ON audit_entries (action, sequence)`,
    `CREATE INDEX audit_entries_by_subject ON audit_entries (subject_kind, subject_id, sequence)`,
    `CREATE INDEX audit_entries_by_actor ON audit_entries (actor_kind, actor_name, sequence)`,
    `CREATE TRIGGER audit_entries_keep BEFORE DELETE ON audit_entries
      BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END`,
    `CREATE TRIGGER audit_entries_stay BEFORE UPDATE ON audit_entries
      BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END`,

    // One row is the head and moves along with every entry; the others stay where they are.
    `CREATE TABLE audit_checkpoints (
      kind TEXT NOT NULL CHECK (kind IN ('head', 'kept')),
      sequence INTEGER NOT NULL CHECK (sequence >= 1),
      digest TEXT NOT NULL CHECK (length(digest) = 64),
      at TEXT NOT NULL,
      key TEXT NOT NULL CHECK (length(key) = 64),
      signature TEXT NOT NULL CHECK (length(signature) = 128),
      PRIMARY KEY (kind, sequence)
    ) STRICT`,
    `CREATE UNIQUE INDEX audit_checkpoints_one_head ON audit_checkpoints (kind) WHERE kind = 'head'`,

    `CREATE TABLE tokens (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      role TEXT NOT NULL CHECK (role IN ('admin', 'operator', 'analyst', 'auditor')),
      hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
      created_at TEXT NOT NULL,
      created_by TEXT NOT NULL,
      expires_at TEXT,
      revoked_at TEXT,
      last_used_at TEXT
    ) STRICT`,

    `CREATE TABLE idempotency_keys (
      token_id TEXT NOT NULL REFERENCES tokens (id),
      key TEXT NOT NULL,
      route TEXT NOT NULL,
      request_digest TEXT NOT NULL CHECK (length(request_digest) = 64),
      status INTEGER CHECK (status BETWEEN 100 AND 599),
      response TEXT,
      created_at TEXT NOT NULL,
      expires_at TEXT NOT NULL,
      PRIMARY KEY (token_id, key)
    ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at)`,

    `CREATE TABLE alarms (
      id TEXT NOT NULL PRIMARY KEY,
      kind TEXT NOT NULL CHECK (kind IN
        ('budget-near-end', 'list-size', 'match-rate', 'near-repeat', 'refusals', 'unknown-peer', 'webhook-failed',
         'schedule-missed', 'retention-failed',
         'audit-broken', 'state-restored')),
      severity TEXT NOT NULL CHECK (severity IN ('notice', 'warning', 'critical')),
      state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'closed')),
      partner_id TEXT REFERENCES partners (id),
      session_id TEXT REFERENCES sessions (id),
      message TEXT NOT NULL,
      detail TEXT NOT NULL CHECK (json_valid(detail)),
      raised_at TEXT NOT NULL,
      acknowledged_by TEXT,
      acknowledged_at TEXT,
      delivery TEXT NOT NULL CHECK (delivery IN ('none', 'pending', 'delivered', 'given-up')),
      delivery_attempts INTEGER NOT NULL CHECK (delivery_attempts >= 0),
      next_delivery_at TEXT,
      CHECK (state <> 'acknowledged' OR (acknowledged_by IS NOT NULL AND acknowledged_at IS NOT NULL))
    ) STRICT`,
    `CREATE INDEX alarms_by_state ON alarms (state, id)`,
    `CREATE INDEX alarms_to_deliver ON alarms (next_delivery_at) WHERE delivery = 'pending'`,
  ],
};
