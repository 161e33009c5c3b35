import { describe, expect, it } from 'vitest';
import { sql, type Database } from '../../../src/node/store/index.js';
import * as vocabulary from '../../../src/node/store/vocabulary.js';
import { openState } from '../support/states.js';

type Base<T> = T extends number
  ? 'INTEGER'
  : T extends string
    ? 'TEXT'
    : T extends Uint8Array
      ? 'BLOB'
      : never;
type Kind<T> = null extends T ? `${Base<NonNullable<T>>}?` : Base<T>;
/** The compiler holds this list to the types, in names, kinds and whether a value may be absent. */
const TABLES: {
  readonly [T in keyof Database]: { readonly [C in keyof Database[T]]: Kind<Database[T][C]> };
} = {
  migrations: { number: 'INTEGER', name: 'TEXT', checksum: 'TEXT', applied_at: 'TEXT' },
  settings: { name: 'TEXT', value: 'TEXT', updated_at: 'TEXT' },
  partners: {
    id: 'TEXT',
    name: 'TEXT',
    fingerprint: 'TEXT',
    address: 'TEXT?',
    state: 'TEXT',
    note: 'TEXT?',
    created_at: 'TEXT',
    updated_at: 'TEXT',
    last_seen_at: 'TEXT?',
  },
  agreements: {
    id: 'TEXT',
    partner_id: 'TEXT',
    name: 'TEXT',
    state: 'TEXT',
    terms: 'TEXT',
    terms_digest: 'TEXT',
    epsilon_cap: 'TEXT',
    delta_cap: 'TEXT',
    datasets: 'TEXT',
    auto_approve: 'INTEGER',
    valid_from: 'TEXT',
    valid_until: 'TEXT',
    replaces_id: 'TEXT?',
    created_at: 'TEXT',
    updated_at: 'TEXT',
    ended_at: 'TEXT?',
  },
  datasets: {
    id: 'TEXT',
    name: 'TEXT',
    lineage: 'TEXT',
    role: 'TEXT',
    state: 'TEXT',
    definition: 'TEXT',
    definition_digest: 'TEXT',
    consent: 'TEXT?',
    created_at: 'TEXT',
    updated_at: 'TEXT',
  },
  dataset_versions: {
    id: 'TEXT',
    dataset_id: 'TEXT',
    number: 'INTEGER',
    state: 'TEXT',
    definition_digest: 'TEXT',
    digest: 'TEXT?',
    row_count: 'INTEGER?',
    key_count: 'INTEGER?',
    rejected_count: 'INTEGER?',
    duplicate_count: 'INTEGER?',
    without_consent_count: 'INTEGER?',
    quality: 'TEXT?',
    staged_file: 'TEXT?',
    staged_bytes: 'INTEGER?',
    staged_key_id: 'TEXT?',
    error_code: 'TEXT?',
    created_at: 'TEXT',
    loaded_at: 'TEXT?',
    expires_at: 'TEXT?',
    deleted_at: 'TEXT?',
  },
  schedules: {
    id: 'TEXT',
    agreement_id: 'TEXT',
    dataset_id: 'TEXT',
    name: 'TEXT',
    pattern: 'TEXT',
    time_zone: 'TEXT',
    missed_run: 'TEXT',
    state: 'TEXT',
    request: 'TEXT',
    next_run_at: 'TEXT?',
    last_run_at: 'TEXT?',
    last_outcome: 'TEXT?',
    created_at: 'TEXT',
    updated_at: 'TEXT',
  },
  sessions: {
    id: 'TEXT',
    partner_id: 'TEXT',
    agreement_id: 'TEXT?',
    dataset_id: 'TEXT?',
    dataset_version_id: 'TEXT?',
    schedule_id: 'TEXT?',
    side: 'TEXT',
    mode: 'TEXT',
    role: 'TEXT',
    state: 'TEXT',
    purpose: 'TEXT',
    terms: 'TEXT',
    terms_digest: 'TEXT',
    protocol_session: 'TEXT?',
    request_digest: 'TEXT?',
    on_unanswered: 'TEXT',
    own_consent_by: 'TEXT?',
    own_consent_at: 'TEXT?',
    peer_consent_at: 'TEXT?',
    own_receipt: 'TEXT?',
    peer_receipt: 'TEXT?',
    transcript_digest: 'TEXT?',
    own_items: 'INTEGER?',
    peer_items: 'INTEGER?',
    error_code: 'TEXT?',
    error_field: 'TEXT?',
    error_message: 'TEXT?',
    error_reported_by: 'TEXT?',
    created_at: 'TEXT',
    updated_at: 'TEXT',
    expires_at: 'TEXT?',
    started_at: 'TEXT?',
    ended_at: 'TEXT?',
  },
  session_events: {
    session_id: 'TEXT',
    number: 'INTEGER',
    at: 'TEXT',
    kind: 'TEXT',
    from_state: 'TEXT?',
    to_state: 'TEXT?',
    detail: 'TEXT',
  },
  reports: {
    id: 'TEXT',
    session_id: 'TEXT',
    schema_version: 'TEXT',
    body: 'TEXT?',
    digest: 'TEXT',
    created_at: 'TEXT',
    expires_at: 'TEXT?',
    deleted_at: 'TEXT?',
  },
  exports: {
    id: 'TEXT',
    session_id: 'TEXT',
    kind: 'TEXT',
    profile: 'TEXT',
    format: 'TEXT',
    state: 'TEXT',
    file: 'TEXT?',
    row_count: 'INTEGER?',
    byte_count: 'INTEGER?',
    digest: 'TEXT?',
    quality: 'TEXT?',
    key_id: 'TEXT?',
    requested_by: 'TEXT',
    error_code: 'TEXT?',
    created_at: 'TEXT',
    expires_at: 'TEXT?',
    deleted_at: 'TEXT?',
  },
  ledger_entries: {
    id: 'TEXT',
    partner_id: 'TEXT',
    lineage: 'TEXT',
    session_id: 'TEXT?',
    request_digest: 'TEXT',
    input_tag: 'TEXT',
    state: 'TEXT',
    run_id: 'TEXT',
    rho: 'TEXT',
    epsilon: 'TEXT?',
    delta: 'TEXT',
    reserved_at: 'TEXT',
    spent_at: 'TEXT?',
  },
  ledger_answers: {
    partner_id: 'TEXT',
    lineage: 'TEXT',
    request_digest: 'TEXT',
    entry_id: 'TEXT',
    answer: 'TEXT',
    answered_at: 'TEXT',
  },
  input_sketches: {
    entry_id: 'TEXT',
    partner_id: 'TEXT',
    lineage: 'TEXT',
    input_tag: 'TEXT',
    key_id: 'TEXT',
    sealed: 'BLOB',
    created_at: 'TEXT',
  },
  audit_entries: {
    sequence: 'INTEGER',
    at: 'TEXT',
    actor_kind: 'TEXT',
    actor_name: 'TEXT',
    action: 'TEXT',
    subject_kind: 'TEXT',
    subject_id: 'TEXT',
    detail: 'TEXT',
    previous: 'TEXT',
    digest: 'TEXT',
  },
  audit_checkpoints: {
    kind: 'TEXT',
    sequence: 'INTEGER',
    digest: 'TEXT',
    at: 'TEXT',
    key: 'TEXT',
    signature: 'TEXT',
  },
  tokens: {
    id: 'TEXT',
    name: 'TEXT',
    role: 'TEXT',
    hash: 'TEXT',
    created_at: 'TEXT',
    created_by: 'TEXT',
    expires_at: 'TEXT?',
    revoked_at: 'TEXT?',
    last_used_at: 'TEXT?',
    factor: 'BLOB?',
    factor_step: 'INTEGER?',
    factor_confirmed_at: 'TEXT?',
  },
  idempotency_keys: {
    token_id: 'TEXT',
    key: 'TEXT',
    route: 'TEXT',
    request_digest: 'TEXT',
    status: 'INTEGER?',
    response: 'TEXT?',
    created_at: 'TEXT',
    expires_at: 'TEXT',
  },
  alarms: {
    id: 'TEXT',
    kind: 'TEXT',
    severity: 'TEXT',
    state: 'TEXT',
    partner_id: 'TEXT?',
    session_id: 'TEXT?',
    message: 'TEXT',
    detail: 'TEXT',
    raised_at: 'TEXT',
    acknowledged_by: 'TEXT?',
    acknowledged_at: 'TEXT?',
    delivery: 'TEXT',
    delivery_attempts: 'INTEGER',
    next_delivery_at: 'TEXT?',
  },
};

describe('the schema', () => {
  it('has exactly the tables and columns of the types', async () => {
    const { db } = await openState();
    const tables = await sql<{ name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`.execute(
      db,
    );
    expect(tables.rows.map(({ name }) => name).sort()).toEqual(Object.keys(TABLES).sort());
    for (const [table, columns] of Object.entries(TABLES)) {
      const { rows } = await sql<{
        name: string;
        type: string;
        notnull: number;
      }>`SELECT * FROM pragma_table_info(${table})`.execute(db);
      const found = rows.map(({ name, type, notnull }) => [name, notnull === 1 ? type : `${type}?`]);
      expect(Object.fromEntries(found), table).toEqual(columns);
    }
  });

  it('checks exactly the closed sets of the vocabulary', async () => {
    const { db } = await openState();
    const { rows } = await sql<{ sql: string }>`SELECT sql FROM sqlite_master WHERE type = 'table'`.execute(
      db,
    );
    const checked = rows.flatMap((row) =>
      [...row.sql.matchAll(/(?:^ *|, )(\w+) TEXT[^,]*? CHECK \(\1 IN\s*\(([^)]*)\)/gm)].map(([, , values]) =>
        values!.replaceAll(/['\s]/g, ''),
      ),
    );
    const own = Object.values(vocabulary).map((values) => values.join());
    const ofProtocol = [
      'receiver,sender,both,cohorts,measures',
      'initiator,responder',
      'psi,psi-ca,aggregate',
    ];
    const ofStore = ['self,peer', 'head,kept'];
    expect(new Set(checked)).toEqual(new Set([...own, ...ofProtocol, ...ofStore]));
  });

  it('keeps types, sets and references', async () => {
    const { db } = await openState();
    const refused = (text: string): Promise<unknown> =>
      expect(sql.raw(text).execute(db), text).rejects.toMatchObject({ code: 'internal/defect' });
    const token = (role: string, id = `'a'`): string =>
      `INSERT INTO tokens (id, name, role, hash, created_at, created_by) VALUES (${id}, 'a', '${role}', '${'0'.repeat(64)}', '', '')`;
    await refused(token('root'));
    await refused(token('admin', 'NULL'));
    await refused(`INSERT INTO reports (id, session_id, schema_version, body, digest, created_at)
      VALUES ('a', 'nowhere', '1', '{}', '${'0'.repeat(64)}', '')`);
    await refused(`INSERT INTO settings VALUES ('a', 'no JSON', '')`);
    await sql.raw(token('admin')).execute(db);
  });

  it('hands blobs out as bytes', async () => {
    const { db } = await openState();
    const { rows } = await sql<{ blob: unknown }>`SELECT ${Uint8Array.of(1, 2)} AS blob`.execute(db);
    expect(rows).toEqual([{ blob: Uint8Array.of(1, 2) }]);
  });
});
