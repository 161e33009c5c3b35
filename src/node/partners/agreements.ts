import Type, { type Static } from 'typebox';
import { VesicaError } from '../../errors.js';
import {
  found,
  NODE_ACTOR,
  pageOf,
  rowsToAsk,
  type Actor,
  type NodeContext,
  type Page,
  type PageQuery,
} from '../context.js';
import type { AgreementRow, AgreementState, StateTransaction } from '../store/index.js';
import { agreementDigest, canonicalJson } from './agreement-digest.js';
import { isOver, moveAgreement } from './agreement-states.js';
import { agreementOf, APPROVALS, type Agreement } from './agreement.js';
import { checkedAgreementTerms } from './checked-agreement.js';
import { checkedAt, conflict, inputCheck, invalid, strict } from './checked-input.js';
import type { Partners } from './partners.js';

/** Each is named in the audit log, which takes 32 values in an entry. */
const MAX_DATASETS = 20;

const id = Type.String({ minLength: 1, maxLength: 64 });
const approval = Type.Enum(APPROVALS);
const datasets = Type.Array(id, { maxItems: MAX_DATASETS, uniqueItems: true });

export const NEW_AGREEMENT_SCHEMA = Type.Object(
  { partner: id, terms: Type.Unknown(), approval, datasets },
  strict,
);
export const AGREEMENT_CHANGE_SCHEMA = Type.Object(
  { approval: Type.Optional(approval), datasets: Type.Optional(datasets) },
  strict,
);
export type NewAgreement = Static<typeof NEW_AGREEMENT_SCHEMA>;
export type AgreementChange = Static<typeof AGREEMENT_CHANGE_SCHEMA>;

const checkedNew = inputCheck(NEW_AGREEMENT_SCHEMA, 'the agreement');
const checkedChange = inputCheck(AGREEMENT_CHANGE_SCHEMA, 'the change of the agreement');

export interface AgreementsOptions {
  /** Fingerprint of the node's own key. */
  readonly ownFingerprint: string;
  readonly partners: Partners;
}

/**
 * The agreements of a node. The terms of one never change: other terms are another agreement, with another digest. Of those
 * that are not over, each has a name of its own among those with the same partner, so there is one for each digest.
 */
export class Agreements {
  readonly listeners = new Set<() => void>(); // called after each change
  readonly #context: NodeContext;
  readonly #options: AgreementsOptions;

  constructor(context: NodeContext, options: AgreementsOptions) {
    this.#context = context;
    this.#options = options;
  }

  /**
   * Enters an agreement as a draft.
   *
   * @throws VesicaError `config/invalid` or `dp/invalid-parameter` as `checkedAgreementTerms`, with `terms.` before the
   * key; `config/invalid` with field `terms.parties` unless these are the keys of this node and of the partner, or with
   * field `datasets` when one does not exist; `api/not-found`; `state/conflict` with field `partner` when it was removed,
   * or `terms.name` when another agreement with it, not over, has this name.
   */
  async create(input: NewAgreement, actor: Actor): Promise<Agreement> {
    const { partner: partnerId, approval, datasets, ...given } = checkedNew(input);
    const terms = checkedAt('terms', () => checkedAgreementTerms(given.terms));
    return this.#write(async (trx) => {
      const partner = found(
        await trx.selectFrom('partners').selectAll().where('id', '=', partnerId).executeTakeFirst(),
        'partner',
      );
      if (partner.state === 'removed') throw conflict('partner', 'this partner was removed');
      const keys = new Set(Object.values(terms.parties));
      if (!keys.has(this.#options.ownFingerprint) || !keys.has(partner.fingerprint)) {
        throw invalid('terms.parties', 'the parties must be the keys of this node and of the partner');
      }
      await this.#requireFreeName(trx, partnerId, terms.name);
      await requireDatasets(trx, datasets);
      const at = this.#context.now().toISOString();
      const row: AgreementRow = {
        id: this.#context.newId(),
        partner_id: partnerId,
        name: terms.name,
        state: 'draft',
        terms: canonicalJson(terms),
        terms_digest: agreementDigest(terms),
        epsilon_cap: terms.privacy.epsilonTotal,
        delta_cap: terms.privacy.deltaTotal,
        datasets: JSON.stringify(datasets),
        auto_approve: approval === 'automatic' ? 1 : 0,
        valid_from: terms.validFrom,
        valid_until: terms.validUntil,
        replaces_id: null,
        created_at: at,
        updated_at: at,
        ended_at: null,
      };
      await trx.insertInto('agreements').values(row).execute();
      await this.#context.audit.append(
        {
          actor,
          action: 'agreement.created',
          subject: { kind: 'agreement', id: row.id },
          detail: { partner: partnerId, termsDigest: row.terms_digest, ...localDetail(row) },
        },
        trx,
      );
      return row;
    });
  }

  /**
   * Changes what this node alone decides: whether sessions need an approval, and which datasets may be used.
   *
   * @throws VesicaError `config/invalid` naming the key; `api/not-found`; `state/conflict` when it is over.
   */
  change(agreementId: string, input: AgreementChange, actor: Actor): Promise<Agreement> {
    return this.#write(async (trx) => {
      const { approval, datasets } = checkedChange(input);
      const row = await rowOf(trx, agreementId);
      requireOpen(row);
      const changes = { updated_at: this.#context.now().toISOString() };
      const after: AgreementRow = { ...row, ...changes };
      if (approval !== undefined) after.auto_approve = approval === 'automatic' ? 1 : 0;
      if (datasets !== undefined) {
        await requireDatasets(trx, datasets);
        after.datasets = JSON.stringify(datasets);
      }
      if (after.auto_approve === row.auto_approve && after.datasets === row.datasets) return row;
      const { auto_approve, datasets: ids, updated_at } = after;
      await trx
        .updateTable('agreements')
        .set({ auto_approve, datasets: ids, updated_at })
        .where('id', '=', agreementId)
        .execute();
      const subject = { kind: 'agreement', id: agreementId };
      const detail = localDetail(after);
      await this.#context.audit.append({ actor, action: 'agreement.changed', subject, detail }, trx);
      return after;
    });
  }

  /**
   * Makes a draft active; it can be used from then on, within its dates.
   *
   * @throws VesicaError `api/not-found`; `state/conflict` with field `agreement` when it is no draft, `validUntil` when its
   * time has passed, `partner` when the partner is not active with the key that the terms name, or `parties` when this
   * node has another key.
   */
  activate(agreementId: string, actor: Actor): Promise<Agreement> {
    return this.#write(async (trx) => {
      const row = await rowOf(trx, agreementId);
      if (row.state !== 'draft') throw conflict('agreement', `the agreement is ${row.state}, not a draft`);
      const obstacle = this.#obstacle(this.#viewOf(row));
      if (obstacle !== undefined && obstacle.field !== 'validFrom') {
        throw conflict(obstacle.field, obstacle.message);
      }
      return moveAgreement(trx, this.#context, { row, state: 'active', actor });
    });
  }

  /** Ends an agreement, in order. @throws VesicaError `api/not-found`; `state/conflict` when it is over. */
  end(agreementId: string, actor: Actor): Promise<Agreement> {
    return this.#finish(agreementId, 'ended', actor);
  }

  /** Withdraws from an agreement. @throws VesicaError `api/not-found`; `state/conflict` when it is over. */
  revoke(agreementId: string, actor: Actor): Promise<Agreement> {
    return this.#finish(agreementId, 'revoked', actor);
  }

  /** Ends the agreements whose time has passed; how many. */
  expireDue(): Promise<number> {
    return this.#context.store.transaction(async (trx) => {
      const rows = await trx
        .selectFrom('agreements')
        .selectAll()
        .where('state', 'in', ['draft', 'active'])
        .where('valid_until', '<=', this.#context.now().toISOString())
        .orderBy('id')
        .execute();
      const detail = { reason: 'expired' };
      for (const row of rows) {
        await moveAgreement(trx, this.#context, { row, state: 'ended', actor: NODE_ACTOR, detail });
      }
      return rows.length;
    });
  }

  async find(agreementId: string): Promise<Agreement | undefined> {
    const { db } = this.#context.store;
    const row = await db
      .selectFrom('agreements')
      .selectAll()
      .where('id', '=', agreementId)
      .executeTakeFirst();
    return row && this.#viewOf(row);
  }

  /** @throws VesicaError `api/not-found`. */
  async get(agreementId: string): Promise<Agreement> {
    return found(await this.find(agreementId), 'agreement');
  }

  /** A page of agreements, newest first. @throws VesicaError `config/invalid` with field `limit`. */
  async list(query: AgreementQuery = {}): Promise<Page<Agreement>> {
    let rows = this.#context.store.db
      .selectFrom('agreements')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(rowsToAsk(query));
    if (query.after !== undefined) rows = rows.where('id', '<', query.after);
    if (query.partner !== undefined) rows = rows.where('partner_id', '=', query.partner);
    if (query.state !== undefined) rows = rows.where('state', '=', query.state);
    return pageOf(await rows.execute(), query, (row) => this.#viewOf(row));
  }

  /**
   * The agreement that a partner's offer names by its digest, when it can be used now.
   *
   * @throws VesicaError `agreement/mismatch` with field `agreement` when there is none; `agreement/not-active` as
   * `requireUsable`.
   */
  async named(partnerId: string, digest: string): Promise<Agreement> {
    const rows = await this.#context.store.db
      .selectFrom('agreements')
      .selectAll()
      .where('partner_id', '=', partnerId)
      .where('terms_digest', '=', digest)
      .orderBy('id', 'desc')
      .execute();
    // The same terms may have been agreed on before; at most one of them is not over.
    const row = rows.find(({ state }) => !isOver(state)) ?? rows[0];
    if (row === undefined) {
      throw new VesicaError('agreement/mismatch', 'there is no agreement with these terms', {
        field: 'agreement',
      });
    }
    const agreement = this.#viewOf(row);
    this.requireUsable(agreement);
    return agreement;
  }

  /**
   * Checks that sessions may be held under an agreement now, as far as it is known to its view.
   *
   * @throws VesicaError `agreement/not-active`: with field `agreement` unless it is active; `validFrom` or `validUntil`
   * outside of its time; `partner` unless the partner is active with the key that the terms name; `parties` when this node
   * has another key than the terms name.
   */
  requireUsable(agreement: Agreement): void {
    const { state } = agreement;
    const obstacle =
      state === 'active'
        ? this.#obstacle(agreement)
        : { field: 'agreement', message: `the agreement is ${state}, not active` };
    if (obstacle === undefined) return;
    throw new VesicaError('agreement/not-active', obstacle.message, { field: obstacle.field });
  }

  #obstacle({ terms, partnerId, ownParty, partnerParty }: Agreement): Obstacle | undefined {
    const { partners, ownFingerprint } = this.#options;
    const now = this.#context.now().toISOString();
    if (now >= terms.validUntil)
      return { field: 'validUntil', message: 'the time of the agreement has passed' };
    if (!partners.isActive(partnerId, terms.parties[partnerParty] ?? '')) {
      const message = 'the partner is not active with the key that the agreement names';
      return { field: 'partner', message };
    }
    if (terms.parties[ownParty] !== ownFingerprint) {
      return { field: 'parties', message: 'the agreement names another key of this node' };
    }
    if (now < terms.validFrom) return { field: 'validFrom', message: 'the agreement does not hold yet' };
    return undefined;
  }

  #finish(agreementId: string, state: 'ended' | 'revoked', actor: Actor): Promise<Agreement> {
    return this.#write(async (trx) => {
      const row = await rowOf(trx, agreementId);
      requireOpen(row);
      return moveAgreement(trx, this.#context, { row, state, actor });
    });
  }

  async #write(work: (trx: StateTransaction) => Promise<AgreementRow>): Promise<Agreement> {
    const row = await this.#context.store.transaction(work);
    for (const listener of this.listeners) listener();
    return this.#viewOf(row);
  }

  async #requireFreeName(trx: StateTransaction, partnerId: string, name: string): Promise<void> {
    const taken = await trx
      .selectFrom('agreements')
      .select('id')
      .where('partner_id', '=', partnerId)
      .where('name', '=', name)
      .executeTakeFirst();
    if (taken !== undefined) {
      throw conflict('terms.name', 'an agreement of this name with the partner is not over yet');
    }
  }

  #viewOf(row: AgreementRow): Agreement {
    return agreementOf(row, (key) => this.#options.partners.ownerOf(key) === row.partner_id);
  }
}

export interface AgreementQuery extends PageQuery {
  /** Id of the partner. */
  readonly partner?: string | undefined;
  readonly state?: AgreementState | undefined;
}

interface Obstacle {
  readonly field: string;
  readonly message: string;
}

/** What this node alone decided, for the audit log. */
function localDetail(row: AgreementRow): Record<string, string | number> {
  const ids = JSON.parse(row.datasets) as string[];
  return {
    approval: row.auto_approve === 1 ? 'automatic' : 'manual',
    datasets: ids.length,
    ...Object.fromEntries(ids.map((one, i) => [`dataset${i + 1}`, one])),
  };
}

async function requireDatasets(trx: StateTransaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await trx.selectFrom('datasets').select('id').where('id', 'in', ids).execute();
  if (rows.length !== ids.length) throw invalid('datasets', 'datasets names one that does not exist');
}

function requireOpen({ state }: AgreementRow): void {
  if (isOver(state)) throw conflict('agreement', `the agreement is ${state}`);
}

async function rowOf(trx: StateTransaction, agreementId: string): Promise<AgreementRow> {
  return found(
    await trx.selectFrom('agreements').selectAll().where('id', '=', agreementId).executeTakeFirst(),
    'agreement',
  );
}
