import { toHex } from '../../bytes.js';
import { VesicaError } from '../../errors.js';
import type { SessionOffer, Terms } from '../../protocol/index.js';
import { dataFor } from '../datasets/index.js';
import { requireWithinAgreement, type Agreement, type Partner } from '../partners/index.js';
import type { SessionRow } from '../store/index.js';
import { failureDetail } from './failure.js';
import type { SessionMeans } from './means.js';
import { newSession, termsDigest } from './new-session.js';
import type { SessionRecords } from './session-records.js';
import { isEnd } from './states.js';

const HOUR_MS = 3_600_000;

/** How an ended session answers to the same offer. */
const ANSWERS = {
  done: 'session/interrupted',
  failed: 'session/interrupted',
  rejected: 'session/rejected',
  cancelled: 'session/cancelled',
  expired: 'session/expired',
} as const;

/** Decides whether an offer of a partner may become a session of this node, and keeps it when it may. */
export class Admission {
  readonly #means: SessionMeans;
  readonly #records: SessionRecords;

  constructor(means: SessionMeans, records: SessionRecords) {
    this.#means = means;
    this.#records = records;
  }

  /**
   * The session of an offer: a new one, or the one that waits since it was made before.
   *
   * @throws VesicaError `agreement/mismatch`, `agreement/not-active`; as `requireWithinAgreement`; `limit/sessions`;
   * `session/...` when the session ended before; `peer/unexpected-message` when it is under way, or another partner's.
   */
  async admit({ session, terms }: SessionOffer, partner: Partner): Promise<SessionRow> {
    const id = toHex(session);
    const known = await this.#records.byProtocolSession(id);
    if (known !== undefined) return this.#again(known, terms, partner);
    const { agreements, context, limits, timeouts } = this.#means;
    const agreement = await agreements.named(partner.id, terms.agreement);
    requireWithinAgreement(agreement, terms, 'responder');
    const now = context.now();
    const consent = await this.#consentOf(agreement, terms);
    const row: SessionRow = {
      ...newSession({ id: context.newId(), side: 'responder', terms, at: now }),
      partner_id: partner.id,
      agreement_id: agreement.id,
      state: 'offered',
      protocol_session: id,
      expires_at: new Date(now.getTime() + timeouts.offerHours * HOUR_MS).toISOString(),
      peer_consent_at: now.toISOString(),
      ...consent,
    };
    await this.#records.insert(row, { kind: 'partner', name: partner.id }, limits.openSessions);
    return row;
  }

  #again(known: SessionRow, terms: Terms, partner: Partner): SessionRow {
    if (known.partner_id !== partner.id || known.terms_digest !== termsDigest(terms)) {
      throw new VesicaError('peer/unexpected-message', 'a session id was used for another offer', {
        field: 'offer',
      });
    }
    if (known.state === 'offered') return known;
    if (!isEnd(known.state)) {
      throw new VesicaError('peer/unexpected-message', 'a session that is under way was offered again', {
        field: 'offer',
      });
    }
    const code = ANSWERS[known.state as keyof typeof ANSWERS];
    throw new VesicaError(code, `the session has ended before: it is ${known.state}`, { field: 'offer' });
  }

  /** The consent of the agreement, when it needs no other and one of its datasets fits. */
  async #consentOf(agreement: Agreement, terms: Terms): Promise<Partial<SessionRow>> {
    if (agreement.approval === 'manual') return {};
    for (const id of agreement.datasets) {
      const dataset = await this.#means.datasets.find(id);
      if (dataset?.state !== 'active') continue;
      try {
        dataFor(dataset, terms, 'responder');
      } catch {
        continue;
      }
      const at = this.#means.context.now().toISOString();
      return { dataset_id: id, own_consent_by: 'agreement', own_consent_at: at };
    }
    return {};
  }

  /** Audits why a connection of a partner became no session; one that was only lost, or left, is no refusal. */
  async refused(partner: Partner, error: VesicaError): Promise<void> {
    if (error.reportedBy === 'peer' || error.definition.retryable) return;
    const { context, observer } = this.#means;
    await context.audit.append({
      actor: { kind: 'partner', name: partner.id },
      action: 'session.refused',
      subject: { kind: 'partner', id: partner.id },
      detail: failureDetail(error),
    });
    await observer
      .refused(partner.id, undefined, error)
      .catch((failure: unknown) => observer.failed('watching', failure));
  }
}
