import {
  found,
  pageOf,
  rowsToAsk,
  type Actor,
  type NodeContext,
  type Page,
  type PageQuery,
} from '../context.js';
import { fingerprint as fingerprintOf } from '../../transport/index.js';
import type { AuditAction, AuditEntry } from '../audit/index.js';
import type { PartnerRow, PartnerState, StateTransaction } from '../store/index.js';
import { revokeAgreementsOf } from './agreement-states.js';
import { conflict } from './checked-input.js';
import { EARLIER_KEY, KnownKeys } from './known-keys.js';
import {
  checkedNewPartner,
  checkedPartnerChange,
  partnerOf,
  type NewPartner,
  type Partner,
  type PartnerChange,
} from './partner.js';

const PUBLIC_KEY_BYTES = 32;

/** Which states follow on each. A removed partner comes back as itself, with the budget that it has spent. */
const NEXT_STATES: Readonly<Record<PartnerState, readonly PartnerState[]>> = {
  active: ['suspended', 'removed'],
  suspended: ['active', 'removed'],
  removed: ['active'],
};

const ACTION_OF_STATE: Readonly<Record<PartnerState, AuditAction>> = {
  active: 'partner.changed',
  suspended: 'partner.suspended',
  removed: 'partner.removed',
};

/**
 * The partners of a node. None is ever deleted: what a partner has learnt of a dataset is counted under its id, so a key
 * that a partner has, or had at any time, cannot be entered again under another id. A removed partner is made active
 * again instead.
 */
export class Partners {
  /** Called after each change: what was allowed before may not be now. */
  readonly listeners = new Set<() => void>();
  readonly #context: NodeContext;
  readonly #known: KnownKeys;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(context: NodeContext, known: KnownKeys) {
    this.#context = context;
    this.#known = known;
  }

  /** The partners in the store, with their keys in memory. Once for each store. */
  static async open(context: NodeContext): Promise<Partners> {
    return new Partners(context, await KnownKeys.load(context.store.db, context.audit));
  }

  /**
   * Enters a partner, who may connect at once.
   *
   * @throws VesicaError `config/invalid` naming the key; `state/conflict` with field `name` or `fingerprint` when another
   * partner has it. A removed partner keeps its key and its name: make it active again.
   */
  add(input: NewPartner, actor: Actor): Promise<Partner> {
    return this.#write(async (trx) => {
      const { name, fingerprint, address = null, note = null } = checkedNewPartner(input);
      const id = this.#context.newId();
      await this.#requireFree(trx, id, { name, fingerprint });
      const at = this.#context.now().toISOString();
      const row: PartnerRow = {
        id,
        name,
        fingerprint,
        address,
        state: 'active',
        note,
        created_at: at,
        updated_at: at,
        last_seen_at: null,
      };
      await trx.insertInto('partners').values(row).execute();
      await this.#tell(trx, actor, { action: 'partner.added', id, detail: { newFingerprint: fingerprint } });
      return row;
    });
  }

  /**
   * Gives a partner another name, key, address or note. Agreements name the keys that they are between, so those made with
   * the key before cannot be used any more.
   *
   * @throws VesicaError as `add`; `api/not-found`; `state/conflict` with field `partner` when it was removed.
   */
  change(id: string, input: PartnerChange, actor: Actor): Promise<Partner> {
    return this.#write(async (trx) => {
      const { name, fingerprint, address, note } = checkedPartnerChange(input);
      const row = await rowOf(trx, id);
      if (row.state === 'removed') throw conflict('partner', 'a removed partner is not changed');
      const wanted = { ...row };
      if (name !== undefined) wanted.name = name;
      if (fingerprint !== undefined) wanted.fingerprint = fingerprint;
      if (address !== undefined) wanted.address = address;
      if (note !== undefined) wanted.note = note;
      const changed = FIELDS.filter((field) => wanted[field] !== row[field]);
      if (changed.length === 0) return row;
      await this.#requireFree(trx, id, wanted);
      const after = await this.#update(trx, wanted);
      const keys = changed.includes('fingerprint')
        ? { [EARLIER_KEY]: row.fingerprint, newFingerprint: after.fingerprint }
        : {};
      const detail = { changed: changed.join(' '), ...keys };
      await this.#tell(trx, actor, { action: 'partner.changed', id, detail });
      return after;
    });
  }

  /**
   * Suspends a partner, removes it, or makes it active again. Removing revokes its agreements, which do not come back with
   * it. The state that it has already changes nothing.
   *
   * @throws VesicaError `api/not-found`; `state/conflict` with field `partner` when a removed one is to be suspended.
   */
  setState(id: string, state: PartnerState, actor: Actor): Promise<Partner> {
    return this.#write(async (trx) => {
      const row = await rowOf(trx, id);
      if (row.state === state) return row;
      if (!NEXT_STATES[row.state].includes(state)) {
        throw conflict('partner', `a ${row.state} partner cannot become ${state}`);
      }
      const after = await this.#update(trx, { ...row, state });
      const detail = { from: row.state, to: state };
      await this.#tell(trx, actor, { action: ACTION_OF_STATE[state], id, detail });
      if (state === 'removed') await revokeAgreementsOf(trx, this.#context, { partner: id, actor });
      return after;
    });
  }

  async find(id: string): Promise<Partner | undefined> {
    const { db } = this.#context.store;
    const row = await db.selectFrom('partners').selectAll().where('id', '=', id).executeTakeFirst();
    return row && partnerOf(row);
  }

  /** @throws VesicaError `api/not-found`. */
  async get(id: string): Promise<Partner> {
    return found(await this.find(id), 'partner');
  }

  /** A page of partners, newest first. @throws VesicaError `config/invalid` with field `limit`. */
  async list(query: PageQuery & { readonly state?: PartnerState | undefined } = {}): Promise<Page<Partner>> {
    let rows = this.#context.store.db
      .selectFrom('partners')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(rowsToAsk(query));
    if (query.after !== undefined) rows = rows.where('id', '<', query.after);
    if (query.state !== undefined) rows = rows.where('state', '=', query.state);
    return pageOf(await rows.execute(), query, partnerOf);
  }

  /**
   * Whether this is the key of an active partner, 32 bytes of Ed25519. From memory, for use inside a TLS handshake; it
   * follows every change as soon as that is on the disk.
   */
  accepts(publicKey: Uint8Array): boolean {
    return publicKey.length === PUBLIC_KEY_BYTES && this.#known.isActive(fingerprintOf(publicKey));
  }

  /** Whether this partner is active with this key, from memory. */
  isActive(id: string, fingerprint: string): boolean {
    return this.#known.ownerOf(fingerprint) === id && this.#known.isActive(fingerprint);
  }

  /** Id of the partner that has this key or had it once, from memory. */
  ownerOf(fingerprint: string): string | undefined {
    return this.#known.ownerOf(fingerprint);
  }

  /** The partner that has this key now, whatever its state. */
  async byKey(publicKey: Uint8Array): Promise<Partner | undefined> {
    if (publicKey.length !== PUBLIC_KEY_BYTES) return undefined;
    const { db } = this.#context.store;
    const key = fingerprintOf(publicKey);
    const row = await db.selectFrom('partners').selectAll().where('fingerprint', '=', key).executeTakeFirst();
    return row && partnerOf(row);
  }

  /** Notes that a partner was there just now. Not in the audit log: connections are not changes. */
  async seen(id: string): Promise<void> {
    const { store, now } = this.#context;
    await store.db
      .updateTable('partners')
      .set({ last_seen_at: now().toISOString() })
      .where('id', '=', id)
      .execute();
  }

  /** Runs `work` in a transaction and then takes its partner into memory; one at a time, so that memory has the last. */
  #write(work: (trx: StateTransaction) => Promise<PartnerRow>): Promise<Partner> {
    const written = this.#writing.then(async () => {
      const row = await this.#context.store.transaction(work);
      this.#known.set(row);
      for (const listener of this.listeners) listener();
      return partnerOf(row);
    });
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #update(trx: StateTransaction, { id, ...columns }: PartnerRow): Promise<PartnerRow> {
    const row = { ...columns, updated_at: this.#context.now().toISOString() };
    await trx.updateTable('partners').set(row).where('id', '=', id).execute();
    return { id, ...row };
  }

  async #requireFree(
    trx: StateTransaction,
    id: string,
    { name, fingerprint }: Pick<PartnerRow, 'name' | 'fingerprint'>,
  ): Promise<void> {
    const owner = this.#known.ownerOf(fingerprint);
    if (owner !== undefined && owner !== id) {
      throw conflict(
        'fingerprint',
        this.#known.standing(owner)?.state === 'removed'
          ? 'this key belongs to a partner who was removed; make that one active again'
          : 'this key belongs to another partner, or did',
      );
    }
    const named = await trx.selectFrom('partners').select('id').where('name', '=', name).executeTakeFirst();
    if (named !== undefined && named.id !== id) throw conflict('name', 'there is a partner of this name');
  }

  async #tell(
    trx: StateTransaction,
    actor: Actor,
    { action, id, detail }: Pick<AuditEntry, 'action' | 'detail'> & { readonly id: string },
  ): Promise<void> {
    await this.#context.audit.append({ actor, action, subject: { kind: 'partner', id }, detail }, trx);
  }
}

const FIELDS = ['name', 'fingerprint', 'address', 'note'] as const;

async function rowOf(trx: StateTransaction, id: string): Promise<PartnerRow> {
  return found(
    await trx.selectFrom('partners').selectAll().where('id', '=', id).executeTakeFirst(),
    'partner',
  );
}
