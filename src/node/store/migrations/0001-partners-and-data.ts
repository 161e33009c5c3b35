import type { Migration } from '../migrate.js';

/** Who the node deals with, on what terms, and what data it has. */
export const partnersAndData: Migration = {
  name: 'partners-and-data',
  statements: [
    `CREATE TABLE settings (
      name TEXT NOT NULL PRIMARY KEY,
      value TEXT NOT NULL CHECK (json_valid(value)),
      updated_at TEXT NOT NULL
    ) STRICT`,

    `CREATE TABLE partners (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      fingerprint TEXT NOT NULL UNIQUE CHECK (fingerprint GLOB 'sha256:*' AND length(fingerprint) = 71),
      address TEXT,
      state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'removed')),
      note TEXT,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      last_seen_at TEXT
    ) STRICT`,

    `CREATE TABLE agreements (
      id TEXT NOT NULL PRIMARY KEY,
      partner_id TEXT NOT NULL REFERENCES partners (id),
      name TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('draft', 'active', 'ended', 'revoked')),
      terms TEXT NOT NULL CHECK (json_valid(terms)),
      terms_digest TEXT NOT NULL CHECK (length(terms_digest) = 64),
      epsilon_cap TEXT NOT NULL,
      delta_cap TEXT NOT NULL,
      auto_approve INTEGER NOT NULL CHECK (auto_approve IN (0, 1)),
      valid_from TEXT NOT NULL,
      valid_until TEXT NOT NULL,
      replaces_id TEXT REFERENCES agreements (id),
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      ended_at TEXT,
      UNIQUE (partner_id, name),
      CHECK (valid_from < valid_until),
      CHECK ((state IN ('ended', 'revoked')) = (ended_at IS NOT NULL))
    ) STRICT`,
    `CREATE INDEX agreements_by_partner ON agreements (partner_id, state)`,

    `CREATE TABLE datasets (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      lineage TEXT NOT NULL CHECK (lineage <> ''),
      role TEXT NOT NULL CHECK (role IN ('receiver', 'sender', 'both', 'cohorts', 'measures')),
      state TEXT NOT NULL CHECK (state IN ('active', 'archived')),
      definition TEXT NOT NULL CHECK (json_valid(definition)),
      definition_digest TEXT NOT NULL CHECK (length(definition_digest) = 64),
      consent TEXT CHECK (consent IS NULL OR json_valid(consent)),
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL
    ) STRICT`,
    `CREATE INDEX datasets_by_lineage ON datasets (lineage)`,

    `CREATE TABLE dataset_versions (
      id TEXT NOT NULL PRIMARY KEY,
      dataset_id TEXT NOT NULL REFERENCES datasets (id),
      number INTEGER NOT NULL CHECK (number >= 1),
      state TEXT NOT NULL CHECK (state IN ('loading', 'ready', 'failed', 'deleted')),
      definition_digest TEXT NOT NULL CHECK (length(definition_digest) = 64),
      digest TEXT CHECK (digest IS NULL OR length(digest) = 64),
      row_count INTEGER CHECK (row_count >= 0),
      key_count INTEGER CHECK (key_count >= 0),
      rejected_count INTEGER CHECK (rejected_count >= 0),
      duplicate_count INTEGER CHECK (duplicate_count >= 0),
      without_consent_count INTEGER CHECK (without_consent_count >= 0),
      quality TEXT CHECK (quality IS NULL OR json_valid(quality)),
      staged_file TEXT,
      staged_bytes INTEGER CHECK (staged_bytes >= 0),
      staged_key_id TEXT,
      error_code TEXT,
      created_at TEXT NOT NULL,
      loaded_at TEXT,
      expires_at TEXT,
      deleted_at TEXT,
      UNIQUE (dataset_id, number),
      CHECK (state <> 'ready' OR (digest IS NOT NULL AND key_count IS NOT NULL AND loaded_at IS NOT NULL)),
      CHECK (state <> 'failed' OR error_code IS NOT NULL),
      CHECK ((state = 'deleted') = (deleted_at IS NOT NULL)),
      CHECK (state <> 'deleted' OR staged_file IS NULL)
    ) STRICT`,
    `CREATE INDEX dataset_versions_by_expiry ON dataset_versions (expires_at) WHERE deleted_at IS NULL`,
  ],
};
