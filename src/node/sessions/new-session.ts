import { createHash } from 'node:crypto';
import { roleOf, type Side, type Terms } from '../../protocol/index.js';
import type { SessionRow } from '../store/index.js';

/** 64 hexadecimal digits: SHA-256 of the terms with their keys in order. */
export function termsDigest(terms: Terms): string {
  const ordered = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(ordered);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, item]) => [key, ordered(item)]));
  };
  return createHash('sha256')
    .update(JSON.stringify(ordered(terms)))
    .digest('hex');
}

type Unset = Omit<SessionRow, 'partner_id'>;

/** A session as it begins: what follows from its terms, and nothing of what comes later. */
export function newSession({
  id,
  side,
  terms,
  at,
}: {
  readonly id: string;
  readonly side: Side;
  readonly terms: Terms;
  readonly at: Date;
}): Unset {
  return {
    id,
    side,
    mode: terms.mode,
    role: roleOf(terms, side),
    purpose: terms.purpose,
    terms: JSON.stringify(terms),
    terms_digest: termsDigest(terms),
    created_at: at.toISOString(),
    updated_at: at.toISOString(),
    state: 'draft',
    agreement_id: null,
    dataset_id: null,
    dataset_version_id: null,
    schedule_id: null,
    protocol_session: null,
    request_digest: null,
    on_unanswered: 'refuse',
    own_consent_by: null,
    own_consent_at: null,
    peer_consent_at: null,
    own_receipt: null,
    peer_receipt: null,
    transcript_digest: null,
    own_items: null,
    peer_items: null,
    error_code: null,
    error_field: null,
    error_message: null,
    error_reported_by: null,
    expires_at: null,
    started_at: null,
    ended_at: null,
  };
}
