import type { Mode, Role, Side, Terms } from '../../protocol/index.js';
import type { SessionProgress } from './live.js';
import type { SessionEventRow, SessionRow, StoredSessionState } from '../store/index.js';

/** A session as the API shows it. Times are UTC, to the millisecond; digests and signatures hexadecimal. */
export interface SessionView {
  readonly id: string;
  readonly partner: { readonly id: string; readonly name: string };
  readonly agreementId: string | null;
  readonly agreementName: string | null;
  readonly datasetId: string | null;
  readonly datasetName: string | null;
  readonly datasetVersionId: string | null;
  readonly scheduleId: string | null;
  readonly side: Side;
  readonly mode: Mode;
  readonly role: Role;
  readonly state: StoredSessionState;
  readonly purpose: string;
  readonly terms: Terms;
  /** By which both sides know it; 64 digits. */
  readonly protocolSession: string | null;
  /** Who agreed on this side: a token's name, or `agreement`. */
  readonly ownConsent: { readonly by: string; readonly at: string } | null;
  readonly peerConsentAt: string | null;
  readonly ownItems: number | null;
  readonly peerItems: number | null;
  readonly error: SessionFailure | null;
  readonly receipts: {
    readonly transcriptDigest: string;
    readonly own: string;
    readonly peer: string;
  } | null;
  readonly reportId: string | null;
  /** `null` when nothing of it is under way on this node. */
  readonly progress: SessionProgress | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

export interface SessionFailure {
  readonly code: string;
  readonly field: string | null;
  readonly reportedBy: 'self' | 'peer';
  /** What this side found; `null` for what the peer reported. */
  readonly message: string | null;
}

/** What happened to a session. */
export interface SessionEvent {
  /** 1, 2, 3 and so on; 0 for progress, which is not kept. */
  readonly number: number;
  readonly at: string;
  readonly kind: SessionEventRow['kind'];
  readonly from: StoredSessionState | null;
  readonly to: StoredSessionState | null;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** A row with what the view takes from other tables. */
export interface JoinedSessionRow extends SessionRow {
  readonly partner_name: string;
  readonly agreement_name: string | null;
  readonly dataset_name: string | null;
  readonly report_id: string | null;
}

export function viewOf(row: JoinedSessionRow, progress: SessionProgress | null): SessionView {
  const { own_consent_by: by, own_consent_at: at, error_code: code, error_reported_by: reportedBy } = row;
  const { transcript_digest: transcriptDigest, own_receipt: own, peer_receipt: peer } = row;
  return {
    id: row.id,
    partner: { id: row.partner_id, name: row.partner_name },
    agreementId: row.agreement_id,
    agreementName: row.agreement_name,
    datasetId: row.dataset_id,
    datasetName: row.dataset_name,
    datasetVersionId: row.dataset_version_id,
    scheduleId: row.schedule_id,
    side: row.side,
    mode: row.mode,
    role: row.role,
    state: row.state,
    purpose: row.purpose,
    terms: termsOfRow(row),
    protocolSession: row.protocol_session,
    ownConsent: by === null || at === null ? null : { by, at },
    peerConsentAt: row.peer_consent_at,
    ownItems: row.own_items,
    peerItems: row.peer_items,
    error:
      code === null
        ? null
        : { code, field: row.error_field, reportedBy: reportedBy ?? 'self', message: row.error_message },
    receipts:
      transcriptDigest === null || own === null || peer === null ? null : { transcriptDigest, own, peer },
    reportId: row.report_id,
    progress,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}

export function eventOf(row: SessionEventRow): SessionEvent {
  return {
    number: row.number,
    at: row.at,
    kind: row.kind,
    from: row.from_state,
    to: row.to_state,
    detail: JSON.parse(row.detail) as SessionEvent['detail'],
  };
}

export function termsOfRow({ terms }: Pick<SessionRow, 'terms'>): Terms {
  return JSON.parse(terms) as Terms;
}
