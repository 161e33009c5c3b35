import type { Migration } from '../migrate.js';

/** What the node does with its partners, what came of it, and what that disclosed. */
export const sessionsAndDisclosure: Migration = {
  name: 'sessions-and-disclosure',
  statements: [
    `CREATE TABLE schedules (
      id TEXT NOT NULL PRIMARY KEY,
      agreement_id TEXT NOT NULL REFERENCES agreements (id),
      dataset_id TEXT NOT NULL REFERENCES datasets (id),
      name TEXT NOT NULL UNIQUE,
      pattern TEXT NOT NULL,
      time_zone TEXT NOT NULL,
      missed_run TEXT NOT NULL CHECK (missed_run IN ('skip', 'run-once')),
      state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
      request TEXT NOT NULL CHECK (json_valid(request)),
      next_run_at TEXT,
      last_run_at TEXT,
      last_outcome TEXT CHECK (last_outcome IN ('started', 'skipped', 'failed')),
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL
    ) STRICT`,
    `CREATE INDEX schedules_due ON schedules (next_run_at) WHERE state = 'active'`,

    `CREATE TABLE sessions (
      id TEXT NOT NULL PRIMARY KEY,
      partner_id TEXT NOT NULL REFERENCES partners (id),
      agreement_id TEXT REFERENCES agreements (id),
      dataset_id TEXT REFERENCES datasets (id),
      dataset_version_id TEXT REFERENCES dataset_versions (id),
      schedule_id TEXT REFERENCES schedules (id),
      side TEXT NOT NULL CHECK (side IN ('initiator', 'responder')),
      mode TEXT NOT NULL CHECK (mode IN ('psi', 'psi-ca', 'aggregate')),
      role TEXT NOT NULL CHECK (role IN ('receiver', 'sender', 'both', 'cohorts', 'measures')),
      state TEXT NOT NULL CHECK (state IN
        ('draft', 'offered', 'accepted', 'running', 'done', 'failed', 'rejected', 'cancelled', 'expired')),
      purpose TEXT NOT NULL,
      terms TEXT NOT NULL CHECK (json_valid(terms)),
      terms_digest TEXT NOT NULL CHECK (length(terms_digest) = 64),
      protocol_session TEXT UNIQUE CHECK (length(protocol_session) = 64),
      request_digest TEXT CHECK (length(request_digest) = 64),
      own_consent_by TEXT,
      own_consent_at TEXT,
      peer_consent_at TEXT,
      own_receipt TEXT,
      peer_receipt TEXT,
      transcript_digest TEXT,
      own_items INTEGER CHECK (own_items >= 0),
      peer_items INTEGER CHECK (peer_items >= 0),
      error_code TEXT,
      error_field TEXT,
      error_reported_by TEXT CHECK (error_reported_by IN ('self', 'peer')),
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      expires_at TEXT,
      started_at TEXT,
      ended_at TEXT,
      CHECK (state <> 'failed' OR error_code IS NOT NULL),
      CHECK ((state IN ('done', 'failed', 'rejected', 'cancelled', 'expired')) = (ended_at IS NOT NULL))
    ) STRICT`,
    `CREATE INDEX sessions_by_state ON sessions (state, id)`,
    `CREATE INDEX sessions_by_partner ON sessions (partner_id, id)`,
    `CREATE INDEX sessions_by_version ON sessions (dataset_version_id) WHERE dataset_version_id IS NOT NULL`,

    `CREATE TABLE session_events (
      session_id TEXT NOT NULL REFERENCES sessions (id),
      number INTEGER NOT NULL CHECK (number >= 1),
      at TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('transition', 'progress', 'notice')),
      from_state TEXT,
      to_state TEXT,
      detail TEXT NOT NULL CHECK (json_valid(detail)),
      PRIMARY KEY (session_id, number),
      CHECK ((kind = 'transition') = (to_state IS NOT NULL))
    ) STRICT, WITHOUT ROWID`,

    `CREATE TABLE reports (
      id TEXT NOT NULL PRIMARY KEY,
      session_id TEXT NOT NULL UNIQUE REFERENCES sessions (id),
      schema_version TEXT NOT NULL,
      body TEXT CHECK (body IS NULL OR json_valid(body)),
      digest TEXT NOT NULL CHECK (length(digest) = 64),
      created_at TEXT NOT NULL,
      expires_at TEXT,
      deleted_at TEXT,
      CHECK ((body IS NULL) = (deleted_at IS NOT NULL))
    ) STRICT`,
    `CREATE INDEX reports_by_expiry ON reports (expires_at) WHERE deleted_at IS NULL`,

    `CREATE TABLE exports (
      id TEXT NOT NULL PRIMARY KEY,
      session_id TEXT NOT NULL REFERENCES sessions (id),
      kind TEXT NOT NULL CHECK (kind IN ('audience', 'suppression')),
      profile TEXT NOT NULL CHECK (profile IN ('own', 'meta', 'google', 'tiktok')),
      format TEXT NOT NULL CHECK (format IN ('csv', 'parquet')),
      state TEXT NOT NULL CHECK (state IN ('writing', 'ready', 'failed', 'deleted')),
      file TEXT,
      row_count INTEGER CHECK (row_count >= 0),
      byte_count INTEGER CHECK (byte_count >= 0),
      digest TEXT CHECK (length(digest) = 64),
      key_id TEXT,
      requested_by TEXT NOT NULL,
      error_code TEXT,
      created_at TEXT NOT NULL,
      expires_at TEXT,
      deleted_at TEXT,
      CHECK (state <> 'ready' OR (file IS NOT NULL AND row_count IS NOT NULL AND digest IS NOT NULL)),
      CHECK ((state = 'deleted') = (deleted_at IS NOT NULL)),
      CHECK (state <> 'deleted' OR file IS NULL)
    ) STRICT`,
    `CREATE INDEX exports_by_session ON exports (session_id)`,
    `CREATE INDEX exports_by_expiry ON exports (expires_at) WHERE deleted_at IS NULL`,

    `CREATE TABLE ledger_entries (
      id TEXT NOT NULL PRIMARY KEY,
      partner_id TEXT NOT NULL REFERENCES partners (id),
      lineage TEXT NOT NULL CHECK (lineage <> ''),
      session_id TEXT REFERENCES sessions (id),
      request_digest TEXT NOT NULL CHECK (length(request_digest) = 64),
      input_tag TEXT NOT NULL CHECK (length(input_tag) = 64),
      state TEXT NOT NULL CHECK (state IN ('reserved', 'spent')),
      run_id TEXT NOT NULL,
      rho TEXT NOT NULL,
      epsilon TEXT,
      delta TEXT NOT NULL,
      reserved_at TEXT NOT NULL,
      spent_at TEXT,
      CHECK ((state = 'spent') = (spent_at IS NOT NULL))
    ) STRICT`,
    `CREATE INDEX ledger_entries_by_account ON ledger_entries (partner_id, lineage, state, id)`,
    `CREATE INDEX ledger_entries_by_request ON ledger_entries (request_digest)`,
    `CREATE TRIGGER ledger_entries_keep BEFORE DELETE ON ledger_entries WHEN OLD.state = 'spent'
      BEGIN SELECT RAISE(ABORT, 'what is spent stays spent'); END`,
    `CREATE TRIGGER ledger_entries_stay BEFORE UPDATE ON ledger_entries WHEN OLD.state = 'spent'
      BEGIN SELECT RAISE(ABORT, 'what is spent stays spent'); END`,

    `CREATE TABLE ledger_answers (
      partner_id TEXT NOT NULL REFERENCES partners (id),
      lineage TEXT NOT NULL,
      request_digest TEXT NOT NULL CHECK (length(request_digest) = 64),
      entry_id TEXT NOT NULL REFERENCES ledger_entries (id),
      answer TEXT NOT NULL,
      answered_at TEXT NOT NULL,
      PRIMARY KEY (partner_id, lineage, request_digest)
    ) STRICT`,
    `CREATE INDEX ledger_answers_by_entry ON ledger_answers (entry_id)`,

    `CREATE TABLE input_sketches (
      entry_id TEXT NOT NULL PRIMARY KEY REFERENCES ledger_entries (id) ON DELETE CASCADE,
      partner_id TEXT NOT NULL REFERENCES partners (id),
      lineage TEXT NOT NULL,
      input_tag TEXT NOT NULL CHECK (length(input_tag) = 64),
      key_id TEXT NOT NULL,
      sealed BLOB NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT`,
    `CREATE INDEX input_sketches_by_account ON input_sketches (partner_id, lineage, input_tag)`,
  ],
};
