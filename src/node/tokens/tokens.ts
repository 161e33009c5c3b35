import { timingSafeEqual } from 'node:crypto';
import { VesicaError } from '../../errors.js';
import {
  found,
  pageOf,
  rowsToAsk,
  type Actor,
  type NodeContext,
  type Page,
  type PageQuery,
} from '../context.js';
import type { StateTransaction, TokenRole, TokenRow } from '../store/index.js';
import { Refusals, type Refusal } from './refusals.js';
import {
  hashOf,
  isSecretForm,
  newSecret,
  requireToken,
  stateOf,
  tokenOf,
  type NewToken,
  type TokenView,
} from './token.js';

const USE_NOTED_EVERY_MS = 60_000;
const NO_HASH = Buffer.alloc(32);

export interface TokenQuery extends PageQuery {
  readonly role?: TokenRole | undefined;
}

/** A token and its secret, which is told this once. */
export interface CreatedToken {
  readonly token: TokenView;
  readonly secret: string;
}

/** The tokens of a node. None is ever deleted: the audit log speaks of them by name. */
export class Tokens {
  readonly #context: NodeContext;
  readonly #refusals: Refusals;

  constructor(context: NodeContext) {
    this.#context = context;
    this.#refusals = new Refusals(context);
  }

  /**
   * Makes a token.
   *
   * @throws VesicaError `config/invalid` with field `name`, also when there is or was one of this name, `role` or
   * `expiresAt`.
   */
  async create(token: NewToken, actor: Actor): Promise<CreatedToken> {
    const { store, audit, newId, now, random } = this.#context;
    requireToken(token, now());
    const secret = newSecret(random);
    const { name, role } = token;
    const row: TokenRow = {
      id: newId(),
      name,
      role,
      hash: hashOf(secret).toString('hex'),
      created_at: now().toISOString(),
      created_by: actor.name,
      expires_at: typeof token.expiresAt === 'string' ? new Date(token.expiresAt).toISOString() : null,
      revoked_at: null,
      last_used_at: null,
      factor: null,
      factor_confirmed_at: null,
      factor_step: null,
    };
    await store.transaction(async (trx) => {
      await requireFree(trx, name);
      await trx.insertInto('tokens').values(row).execute();
      const subject = { kind: 'token', id: row.id };
      const detail = { name, role, expiresAt: row.expires_at };
      await audit.append({ actor, action: 'token.created', subject, detail }, trx);
    });
    return { token: tokenOf(row, now()), secret };
  }

  /**
   * The token that has this secret, if it is valid. What is no valid token is entered in the audit log, a few times an hour
   * at most. The caller learns nothing of why.
   */
  async verify(secret: string): Promise<TokenView | undefined> {
    if (!isSecretForm(secret)) return this.#refuse({ reason: 'malformed' });
    const { store, now } = this.#context;
    const hash = hashOf(secret);
    const rows = store.db.selectFrom('tokens').selectAll().where('hash', '=', hash.toString('hex'));
    const row = await rows.executeTakeFirst();
    // The index finds by digest, so its timing tells of digests only, from which no secret follows; this comparison is there
    // so that nothing rests on how a database compares text.
    const isSame = timingSafeEqual(row === undefined ? NO_HASH : Buffer.from(row.hash, 'hex'), hash);
    if (row === undefined || !isSame) return this.#refuse({ reason: 'unknown' });
    const state = stateOf(row, now());
    if (state !== 'valid') return this.#refuse({ reason: state, token: row.id });
    return tokenOf(await this.#used(row), now());
  }

  /** The token of this id, if it is valid, for whoever showed its secret before; notes that it was used. */
  async current(id: string): Promise<TokenView | undefined> {
    const { store, now } = this.#context;
    const row = await store.db.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined || stateOf(row, now()) !== 'valid') return undefined;
    return tokenOf(await this.#used(row), now());
  }

  /** Enters that a valid token was used for what its role may not do, or without the code that it needs. */
  async refused(id: string, reason: 'forbidden' | 'code-missing'): Promise<void> {
    await this.#refusals.tell({ reason, token: id });
  }

  /**
   * Takes a token out of use, for ever.
   *
   * @throws VesicaError `api/not-found`; `state/conflict` with field `token` when it is revoked already, and when it is the
   * last valid one of role admin: then nobody could make another.
   */
  async revoke(id: string, actor: Actor): Promise<TokenView> {
    const { store, audit, now } = this.#context;
    return store.transaction(async (trx) => {
      const rows = trx.selectFrom('tokens').selectAll().where('id', '=', id);
      const before = found(await rows.executeTakeFirst(), 'token');
      if (before.revoked_at !== null) throw conflict('the token is revoked already');
      if (stateOf(before, now()) === 'valid' && before.role === 'admin') {
        await requireOtherAdmin(trx, { id, at: now() });
      }
      const row = { ...before, revoked_at: now().toISOString() };
      await trx.updateTable('tokens').set({ revoked_at: row.revoked_at }).where('id', '=', id).execute();
      const subject = { kind: 'token', id };
      await audit.append({ actor, action: 'token.revoked', subject, detail: { name: row.name } }, trx);
      return tokenOf(row, now());
    });
  }

  async find(id: string): Promise<TokenView | undefined> {
    const { store, now } = this.#context;
    const row = await store.db.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst();
    return row && tokenOf(row, now());
  }

  /** @throws VesicaError `api/not-found`. */
  async get(id: string): Promise<TokenView> {
    return found(await this.find(id), 'token');
  }

  /** Newest first. @throws VesicaError `config/invalid` with field `limit`. */
  async list(query: TokenQuery = {}): Promise<Page<TokenView>> {
    const { store, now } = this.#context;
    let rows = store.db.selectFrom('tokens').selectAll().orderBy('id', 'desc').limit(rowsToAsk(query));
    if (query.after !== undefined) rows = rows.where('id', '<', query.after);
    if (query.role !== undefined) rows = rows.where('role', '=', query.role);
    const at = now();
    return pageOf(await rows.execute(), query, (row) => tokenOf(row, at));
  }

  async #refuse(refusal: Refusal): Promise<undefined> {
    await this.#refusals.tell(refusal);
    return undefined;
  }

  /** Notes that a token was used, unless that was noted less than a minute ago: every write waits for the disk. */
  async #used(row: TokenRow): Promise<TokenRow> {
    const { store, now } = this.#context;
    const at = now();
    const last = row.last_used_at === null ? -Infinity : Date.parse(row.last_used_at);
    if (at.getTime() - last < USE_NOTED_EVERY_MS) return row;
    const changes = { last_used_at: at.toISOString() };
    // When a token was used is no reason to refuse it: with a full disk one must still be able to look.
    await store.db
      .updateTable('tokens')
      .set(changes)
      .where('id', '=', row.id)
      .execute()
      .catch(() => undefined);
    return { ...row, ...changes };
  }
}

/** @throws VesicaError `config/invalid` with field `name`. */
async function requireFree(trx: StateTransaction, name: string): Promise<void> {
  const named = trx.selectFrom('tokens').select('id').where('name', '=', name);
  if ((await named.executeTakeFirst()) !== undefined) {
    throw new VesicaError('config/invalid', 'there is a token of this name, or was one', { field: 'name' });
  }
}

/** @throws VesicaError `state/conflict`. */
async function requireOtherAdmin(trx: StateTransaction, { id, at }: { id: string; at: Date }): Promise<void> {
  const admins = await trx
    .selectFrom('tokens')
    .selectAll()
    .where('role', '=', 'admin')
    .where('id', '<>', id)
    .where('revoked_at', 'is', null)
    .execute();
  if (!admins.some((row) => stateOf(row, at) === 'valid')) {
    throw conflict('this is the last valid token of role admin; make another one first');
  }
}

function conflict(message: string): VesicaError {
  return new VesicaError('state/conflict', message, { field: 'token' });
}
