import type { Mode, Role, Side } from '../../protocol/index.js';
import type * as Vocabulary from './vocabulary.js';

/**
 * The tables as the newest migration leaves them. Ids are those of `idSource` unless said otherwise; times are UTC to the
 * millisecond, as `Date.toISOString` writes them; digests are 64 lower-case hexadecimal digits; what is told to be JSON
 * is the text of a JSON document; 0 and 1 stand for no and yes.
 */
export interface Database {
  readonly migrations: MigrationRow;
  readonly settings: SettingRow;
  readonly partners: PartnerRow;
  readonly agreements: AgreementRow;
  readonly datasets: DatasetRow;
  readonly dataset_versions: DatasetVersionRow;
  readonly schedules: ScheduleRow;
  readonly sessions: SessionRow;
  readonly session_events: SessionEventRow;
  readonly reports: ReportRow;
  readonly exports: ExportRow;
  readonly ledger_entries: LedgerEntryRow;
  readonly ledger_answers: LedgerAnswerRow;
  readonly input_sketches: InputSketchRow;
  readonly audit_entries: AuditEntryRow;
  readonly audit_checkpoints: AuditCheckpointRow;
  readonly tokens: TokenRow;
  readonly idempotency_keys: IdempotencyKeyRow;
  readonly alarms: AlarmRow;
}

export interface MigrationRow {
  number: number;
  name: string;
  checksum: string;
  applied_at: string;
}

/** Values of the node that change while it runs; what an operator sets once is in the configuration file. */
export interface SettingRow {
  name: string;
  /** JSON. */
  value: string;
  updated_at: string;
}

export interface PartnerRow {
  id: string;
  name: string;
  /** Of the partner's identity key: `sha256:` and 64 digits. A new key changes this, and never the id. */
  fingerprint: string;
  /** wss:// address; `null` for a partner who only connects to this node. */
  address: string | null;
  state: Vocabulary.PartnerState;
  note: string | null;
  created_at: string;
  updated_at: string;
  last_seen_at: string | null;
}

export interface AgreementRow {
  id: string;
  partner_id: string;
  name: string;
  state: Vocabulary.AgreementState;
  /** JSON of all that both sides agreed to; its digest is compared at the handshake. */
  terms: string;
  terms_digest: string;
  /** Budget of this partner for each lineage, decimal text. */
  epsilon_cap: string;
  delta_cap: string;
  /** JSON: ids of the datasets that may be used under it. */
  datasets: string;
  /** Whether sessions within the terms need no approval of their own. */
  auto_approve: number;
  valid_from: string;
  valid_until: string;
  /** The agreement that this one took the place of. */
  replaces_id: string | null;
  created_at: string;
  updated_at: string;
  ended_at: string | null;
}

export interface DatasetRow {
  id: string;
  name: string;
  /** Which people it is about, by a name of the operator's; datasets with the same people share one, and its budget. */
  lineage: string;
  role: Role;
  state: Vocabulary.DatasetState;
  /** JSON: source and mapping. */
  definition: string;
  definition_digest: string;
  /** JSON of the consent rules; `null` without one. */
  consent: string | null;
  created_at: string;
  updated_at: string;
}

export interface DatasetVersionRow {
  id: string;
  dataset_id: string;
  /** 1, 2, 3 and so on within the dataset. */
  number: number;
  state: Vocabulary.VersionState;
  definition_digest: string;
  /** Of the list that was loaded. */
  digest: string | null;
  row_count: number | null;
  key_count: number | null;
  rejected_count: number | null;
  duplicate_count: number | null;
  without_consent_count: number | null;
  /** JSON: rejects by reason, match keys by type. */
  quality: string | null;
  /** Name within the state folder of the encrypted list; `null` once it is deleted. */
  staged_file: string | null;
  staged_bytes: number | null;
  staged_key_id: string | null;
  error_code: string | null;
  created_at: string;
  loaded_at: string | null;
  expires_at: string | null;
  deleted_at: string | null;
}

export interface ScheduleRow {
  id: string;
  agreement_id: string;
  dataset_id: string;
  name: string;
  /** Cron expression. */
  pattern: string;
  /** IANA name. */
  time_zone: string;
  missed_run: Vocabulary.MissedRun;
  state: Vocabulary.ScheduleState;
  /** JSON: the session to start. */
  request: string;
  next_run_at: string | null;
  last_run_at: string | null;
  last_outcome: Vocabulary.ScheduleOutcome | null;
  created_at: string;
  updated_at: string;
}

export interface SessionRow {
  id: string;
  partner_id: string;
  agreement_id: string | null;
  dataset_id: string | null;
  dataset_version_id: string | null;
  schedule_id: string | null;
  side: Side;
  mode: Mode;
  role: Role;
  state: Vocabulary.StoredSessionState;
  purpose: string;
  /** JSON of the terms of this session. */
  terms: string;
  terms_digest: string;
  /** The protocol's session identifier, 32 bytes in hexadecimal; `null` before the handshake. */
  protocol_session: string | null;
  request_digest: string | null;
  /** What to do when this was paid for before and its answer was lost. */
  on_unanswered: Vocabulary.OnUnanswered;
  /** Name of the token, or `agreement` when the agreement approved it. */
  own_consent_by: string | null;
  own_consent_at: string | null;
  peer_consent_at: string | null;
  /** Signatures over the transcript, hexadecimal. */
  own_receipt: string | null;
  peer_receipt: string | null;
  transcript_digest: string | null;
  own_items: number | null;
  peer_items: number | null;
  error_code: string | null;
  error_field: string | null;
  /** What this side found, in a sentence; `null` for what the peer reported. */
  error_message: string | null;
  error_reported_by: 'self' | 'peer' | null;
  created_at: string;
  updated_at: string;
  /** When an offer that nobody answered lapses. */
  expires_at: string | null;
  started_at: string | null;
  ended_at: string | null;
}

export interface SessionEventRow {
  session_id: string;
  /** 1, 2, 3 and so on within the session. */
  number: number;
  at: string;
  kind: Vocabulary.EventKind;
  from_state: Vocabulary.StoredSessionState | null;
  to_state: Vocabulary.StoredSessionState | null;
  /** JSON. */
  detail: string;
}

export interface ReportRow {
  id: string;
  session_id: string;
  schema_version: string;
  /** JSON; `null` once it is deleted. */
  body: string | null;
  digest: string;
  created_at: string;
  expires_at: string | null;
  deleted_at: string | null;
}

export interface ExportRow {
  id: string;
  session_id: string;
  kind: Vocabulary.ExportKind;
  /** Which upload page's form the rows have; `own` keeps the columns of the source. */
  profile: Vocabulary.ExportProfile;
  format: Vocabulary.ExportFormat;
  state: Vocabulary.ExportState;
  /** Name within the state folder; `null` once it is deleted. */
  file: string | null;
  row_count: number | null;
  byte_count: number | null;
  digest: string | null;
  /** JSON: what was left out, and why; `null` while it is written and when that failed. */
  quality: string | null;
  /** Key that the file is encrypted with. */
  key_id: string | null;
  /** Name of the token. */
  requested_by: string;
  error_code: string | null;
  created_at: string;
  expires_at: string | null;
  deleted_at: string | null;
}

/** A cost set aside, or spent; spent rows are never changed or deleted. */
export interface LedgerEntryRow {
  id: string;
  partner_id: string;
  lineage: string;
  session_id: string | null;
  request_digest: string;
  input_tag: string;
  state: Vocabulary.LedgerState;
  /** `Store.runId` of whoever reserved it. */
  run_id: string;
  /** Fractions in lowest terms, `numerator/denominator`; `epsilon` is `null` for Gaussian releases. */
  rho: string;
  epsilon: string | null;
  delta: string;
  reserved_at: string;
  spent_at: string | null;
}

export interface LedgerAnswerRow {
  partner_id: string;
  lineage: string;
  request_digest: string;
  entry_id: string;
  answer: string;
  answered_at: string;
}

export interface InputSketchRow {
  entry_id: string;
  partner_id: string;
  lineage: string;
  input_tag: string;
  /** Which secret the sketch was made under; only sketches of one key can be compared. */
  key_id: string;
  /** The sketch of the rows and that of the match keys alone, one after the other, sealed. */
  sealed: Uint8Array;
  created_at: string;
}

export interface AuditEntryRow {
  /** 1, 2, 3 and so on. */
  sequence: number;
  at: string;
  actor_kind: Vocabulary.ActorKind;
  actor_name: string;
  action: string;
  subject_kind: string;
  subject_id: string;
  /** JSON. */
  detail: string;
  previous: string;
  digest: string;
}

export interface AuditCheckpointRow {
  /** There is one `head`, for the last entry; the `kept` ones stay. */
  kind: 'head' | 'kept';
  sequence: number;
  /** Of the entry with that sequence number. */
  digest: string;
  at: string;
  /** Public key, 32 bytes in hexadecimal. */
  key: string;
  signature: string;
}

export interface TokenRow {
  id: string;
  name: string;
  role: Vocabulary.TokenRole;
  /** Of the token's text; the text itself is nowhere. */
  hash: string;
  created_at: string;
  created_by: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
  /** Sealed secret of the second factor, which is in force once it is confirmed. */
  factor: Uint8Array | null;
  factor_confirmed_at: string | null;
  /** Time step of the last code that was accepted: no code of it, or of one before, is accepted again. */
  factor_step: number | null;
}

export interface IdempotencyKeyRow {
  token_id: string;
  key: string;
  route: string;
  request_digest: string;
  /** HTTP status and body of the answer; `null` while the first request is under way. */
  status: number | null;
  response: string | null;
  created_at: string;
  expires_at: string;
}

export interface AlarmRow {
  id: string;
  kind: Vocabulary.AlarmKind;
  severity: Vocabulary.AlarmSeverity;
  state: Vocabulary.AlarmState;
  partner_id: string | null;
  session_id: string | null;
  message: string;
  /** JSON. */
  detail: string;
  raised_at: string;
  acknowledged_by: string | null;
  acknowledged_at: string | null;
  delivery: Vocabulary.AlarmDelivery;
  delivery_attempts: number;
  next_delivery_at: string | null;
}
