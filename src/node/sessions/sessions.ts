import { toHex } from '../../bytes.js';
import { VesicaError, asVesicaError } from '../../errors.js';
import { randomBytes } from '../../random.js';
import type { ListenAddress } from '../../transport/index.js';
import { found, NODE_ACTOR, type Actor, type Page } from '../context.js';
import { dataFor, type Dataset } from '../datasets/index.js';
import { sessionTerms, type Agreement, type SessionAsk } from '../partners/index.js';
import type { OnUnanswered, SessionRow } from '../store/index.js';
import { Consents } from './consents.js';
import { failureColumns, failureDetail } from './failure.js';
import type { SessionMeans } from './means.js';
import { SessionMemory } from './memory.js';
import { newSession } from './new-session.js';
import { Offers } from './offers.js';
import { PartnerEndpoint } from './partner-endpoint.js';
import { previewOf, type SessionPreview } from './preview.js';
import { SessionRecords, type SessionListener, type SessionQuery } from './session-records.js';
import type { SessionTotals } from './session-run.js';
import { termsOfRow, type SessionEvent, type SessionView } from './session-view.js';
import { keepFailure } from './settle.js';

const HOUR_MS = 3_600_000;

/** A session to start. */
export interface SessionRequest {
  /** Id. */
  readonly agreement: string;
  /** Id of one of the agreement's datasets. */
  readonly dataset: string;
  readonly ask: SessionAsk;
  /** `refuse` unless told. */
  readonly onUnanswered?: OnUnanswered | undefined;
  /** Id, when a schedule starts it. */
  readonly schedule?: string | undefined;
}

/** What this side brings to a session that a partner offers. */
export interface Approval {
  /** Id of one of the agreement's datasets. */
  readonly dataset: string;
  readonly onUnanswered?: OnUnanswered | undefined;
}

/** The sessions of a node, from either side. */
export class Sessions {
  readonly #means: SessionMeans;
  readonly #records: SessionRecords;
  readonly totals: SessionTotals = { sentBytes: 0, receivedBytes: 0, elements: 0, sessionSeconds: 0 };
  readonly #consents = new Consents();
  readonly #offers: Offers;
  readonly #endpoint: PartnerEndpoint;
  readonly #memory: SessionMemory;

  constructor(means: SessionMeans) {
    this.#memory = new SessionMemory(means.limits);
    this.#means = means;
    this.#records = new SessionRecords(means.context);
    const shared = { means, records: this.#records, totals: this.totals, memory: this.#memory };
    this.#offers = new Offers(shared);
    this.#endpoint = new PartnerEndpoint({ ...shared, consents: this.#consents });
  }

  /** Where partners connect, once started. */
  get partnerUrl(): string {
    return this.#endpoint.url;
  }

  /** Sessions that hold a place now, and those that wait for one. */
  get load(): { readonly running: number; readonly waiting: number } {
    return this.#memory.load;
  }

  /** Ends what the run before left under way. To be called before staged lists are recovered. */
  async settle(): Promise<number> {
    let settled = 0;
    for (const { id, state } of await this.#records.open()) {
      if (state === 'draft' || state === 'offered') continue;
      const error = new VesicaError('session/interrupted', 'the node ended while the session ran');
      await keepFailure(this.#means, this.#records, { id, error });
      settled += 1;
    }
    return settled;
  }

  /** Listens for partners, and offers again what was being offered. */
  async start(listen: ListenAddress): Promise<void> {
    await this.#endpoint.open(listen);
    for (const { id, side } of await this.#records.open()) if (side === 'initiator') this.#offers.make(id);
  }

  /** Takes no more partners, lets running sessions finish until `deadline` fires, and ends the others. */
  async stop(deadline: AbortSignal): Promise<void> {
    await this.#endpoint.shut();
    const running = (await this.#records.open()).filter(({ state }) => state === 'running');
    const ids = running.map(({ id }) => id);
    const late = new Promise<void>((resolve) => {
      if (deadline.aborted) resolve();
      deadline.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([Promise.all([this.#offers.settled(ids), this.#endpoint.settled(ids)]), late]);
    const why = new VesicaError('session/interrupted', 'the node is stopping');
    await Promise.all([this.#offers.stopAll(why), this.#endpoint.stopAll(why)]);
  }

  /**
   * Starts a session: kept as a draft, and offered to the partner from now on.
   *
   * @throws VesicaError `api/not-found`; `agreement/not-active`; as `sessionTerms`; `config/invalid` with field `dataset`
   * or `partner`; `state/conflict` when the partner is suspended; `limit/sessions`.
   */
  async create(request: SessionRequest, actor: Actor): Promise<SessionView> {
    const { context, limits, timeouts } = this.#means;
    const { agreement, dataset, terms } = await this.#checked(request);
    const now = context.now();
    const row: SessionRow = {
      ...newSession({ id: context.newId(), side: 'initiator', terms, at: now }),
      partner_id: agreement.partnerId,
      agreement_id: agreement.id,
      dataset_id: dataset.id,
      schedule_id: request.schedule ?? null,
      protocol_session: toHex(randomBytes(context.random, 32)),
      on_unanswered: request.onUnanswered ?? 'refuse',
      own_consent_by: actor.name,
      own_consent_at: now.toISOString(),
      expires_at: new Date(now.getTime() + timeouts.offerHours * HOUR_MS).toISOString(),
    };
    await this.#records.insert(row, actor, limits.openSessions);
    this.#offers.make(row.id);
    return this.get(row.id);
  }

  /** What a session would tell and cost, before it is started. Errors of `create`. */
  async preview(request: SessionRequest): Promise<SessionPreview> {
    const { agreement, dataset, terms } = await this.#checked(request);
    return previewOf(this.#means, { agreement, dataset, terms, side: 'initiator' });
  }

  /** The same for a session that a partner offers, with one of this node's datasets. */
  async previewApproval(
    id: string,
    { dataset: datasetId }: Pick<Approval, 'dataset'>,
  ): Promise<SessionPreview> {
    const row = await this.#records.row(id);
    const { agreement, dataset } = await this.#fitting(row, datasetId);
    return previewOf(this.#means, { agreement, dataset, terms: termsOfRow(row), side: row.side });
  }

  /**
   * Agrees to a session that a partner offers. It runs as soon as the partner is connected.
   *
   * @throws VesicaError `api/not-found`; `state/conflict` when it is not offered by a partner (any more); `config/invalid`
   * with field `dataset`; `agreement/not-active`.
   */
  async approve(
    id: string,
    { dataset: datasetId, onUnanswered }: Approval,
    actor: Actor,
  ): Promise<SessionView> {
    const row = await this.#offeredByPartner(id);
    const { agreement, dataset } = await this.#fitting(row, datasetId);
    this.#means.agreements.requireUsable(agreement);
    const { audit, now, store } = this.#means.context;
    const consent: Partial<SessionRow> = {
      dataset_id: dataset.id,
      own_consent_by: actor.name,
      own_consent_at: now().toISOString(),
      on_unanswered: onUnanswered ?? 'refuse',
    };
    const subject = { kind: 'session', id };
    const detail = { dataset: dataset.id, termsDigest: row.terms_digest };
    await store.transaction(async (trx) => {
      await this.#records.change(id, ['offered'], consent, trx);
      await audit.append({ actor, action: 'session.approved', subject, detail }, trx);
    });
    this.#consents.approve(id);
    return this.get(id);
  }

  /** Declines a session that a partner offers; the partner is told. Errors of `approve`. */
  async reject(id: string, actor: Actor): Promise<SessionView> {
    await this.#offeredByPartner(id);
    await this.#endWith(id, 'rejected', actor);
    return this.get(id);
  }

  /**
   * Ends a session that has not ended; the partner is told if it is connected.
   *
   * @throws VesicaError `api/not-found`; `state/conflict` when it has ended.
   */
  async cancel(id: string, actor: Actor): Promise<SessionView> {
    await this.#endWith(id, 'cancelled', actor);
    return this.get(id);
  }

  /** Ends the offers that nobody answered in time; how many. */
  async expireDue(): Promise<number> {
    const now = this.#means.context.now().toISOString();
    let expired = 0;
    for (const { id, state, expires_at: at } of await this.#records.open()) {
      if ((state !== 'draft' && state !== 'offered') || at === null || at > now) continue;
      const isEnded = await this.#endWith(id, 'expired', NODE_ACTOR).then(
        () => true,
        () => false,
      );
      if (isEnded) expired += 1;
    }
    return expired;
  }

  /**
   * Ends the sessions, also running ones, whose agreement or partner may not have them any more, and the connections of
   * who is no active partner; how many sessions. For whoever changes agreements and partners, and for the clock.
   */
  async endUnusable(): Promise<number> {
    const { agreements } = this.#means;
    this.#endpoint.dropStrangers();
    let ended = 0;
    for (const { id, agreement_id: agreement } of await this.#records.open()) {
      try {
        agreements.requireUsable(await agreements.get(agreement ?? ''));
      } catch (error) {
        const failure = asVesicaError(error);
        if (failure.code !== 'agreement/not-active') throw error;
        await this.#stop(id, failure);
        if (await keepFailure(this.#means, this.#records, { id, error: failure })) ended += 1;
      }
    }
    return ended;
  }

  find(id: string): Promise<SessionView | undefined> {
    return this.#records.find(id);
  }

  /** @throws VesicaError `api/not-found`. */
  async get(id: string): Promise<SessionView> {
    return found(await this.find(id), 'session');
  }

  list(query: SessionQuery = {}): Promise<Page<SessionView>> {
    return this.#records.list(query);
  }

  /** The kept events of a session with a number above `after`, in order. @throws VesicaError `api/not-found`. */
  events(id: string, after?: number): Promise<SessionEvent[]> {
    return this.#records.events(id, after);
  }

  /** Calls `listener` with every event from now on, progress included, until what this returns is called. */
  subscribe(id: string, listener: SessionListener): () => void {
    return this.#records.subscribe(id, listener);
  }

  async #checked({ agreement: agreementId, dataset: datasetId, ask }: SessionRequest): Promise<{
    agreement: Agreement;
    dataset: Dataset;
    terms: ReturnType<typeof sessionTerms>;
  }> {
    const { agreements, partners } = this.#means;
    const agreement = await agreements.get(agreementId);
    agreements.requireUsable(agreement);
    const partner = await partners.get(agreement.partnerId);
    if (partner.state !== 'active') {
      throw new VesicaError('state/conflict', `partner ${partner.name} is ${partner.state}`, {
        field: 'partner',
      });
    }
    if (partner.address === null) {
      const why = `partner ${partner.name} has no address: only it can start sessions`;
      throw new VesicaError('config/invalid', why, { field: 'partner' });
    }
    const terms = sessionTerms(agreement, ask, 'initiator');
    const dataset = await this.#dataset(agreement, datasetId);
    dataFor(dataset, terms, 'initiator');
    return { agreement, dataset, terms };
  }

  async #fitting(row: SessionRow, datasetId: string): Promise<{ agreement: Agreement; dataset: Dataset }> {
    const agreement = await this.#means.agreements.get(row.agreement_id ?? '');
    const dataset = await this.#dataset(agreement, datasetId);
    dataFor(dataset, termsOfRow(row), row.side);
    return { agreement, dataset };
  }

  async #dataset(agreement: Agreement, id: string): Promise<Dataset> {
    const dataset = await this.#means.datasets.get(id);
    const why = agreement.datasets.includes(id)
      ? dataset.state === 'active'
        ? undefined
        : 'the dataset is archived'
      : 'the dataset is not one of the agreement’s';
    if (why !== undefined) throw new VesicaError('config/invalid', why, { field: 'dataset' });
    return dataset;
  }

  async #offeredByPartner(id: string): Promise<SessionRow> {
    const row = await this.#records.row(id);
    if (row.side === 'responder' && row.state === 'offered') return row;
    const why = row.side === 'responder' ? `the session is ${row.state}` : 'this node started the session';
    throw new VesicaError('state/conflict', `${why}: there is nothing to decide`, { field: 'state' });
  }

  async #endWith(id: string, to: 'rejected' | 'cancelled' | 'expired', actor: Actor): Promise<void> {
    const error = new VesicaError(`session/${to}`, ENDS[to]);
    await this.#records.move(id, { to, actor, changes: failureColumns(error), detail: failureDetail(error) });
    await this.#stop(id, error);
  }

  /** Ends what is under way of a session. */
  async #stop(id: string, error: VesicaError): Promise<void> {
    this.#consents.refuse(id, error);
    this.#endpoint.stop(id, error);
    await this.#offers.stop(id, error);
  }
}

const ENDS = {
  rejected: 'this side declined the session',
  cancelled: 'this side ended the session',
  expired: 'nobody answered the offer in time',
} as const;
