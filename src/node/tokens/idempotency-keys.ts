import { VesicaError } from '../../errors.js';
import type { NodeContext } from '../context.js';

/** How long a key is remembered. */
export const IDEMPOTENCY_HOURS = 24;

const LIFE_MS = IDEMPOTENCY_HOURS * 3_600_000;

/** A request that is to be done once. */
export interface IdempotentRequest {
  /** Id of the token that sent it: keys of different tokens have nothing to do with each other. */
  readonly token: string;
  /** Chosen by the client. */
  readonly key: string;
  /** Method and path. */
  readonly route: string;
  /** 64 hexadecimal digits over method, path and body. */
  readonly digest: string;
}

export interface IdempotentAnswer {
  readonly status: number;
  /** JSON. */
  readonly response: string;
}

/** The requests that clients marked with a key, and what was answered. */
export class IdempotencyKeys {
  readonly #context: NodeContext;

  constructor(context: NodeContext) {
    this.#context = context;
  }

  /**
   * Enters a request before it is done; resolves to the answer of an earlier one that was the same, if there is one.
   *
   * @throws VesicaError `api/idempotency-conflict` when the key came with another request, and while the earlier one is under
   * way. If the node ended while it was, that cannot be told from one under way: what it made must be looked for.
   */
  async begin({ token, key, route, digest }: IdempotentRequest): Promise<IdempotentAnswer | undefined> {
    const { store, now } = this.#context;
    const at = now();
    return store.transaction(async (trx) => {
      const rows = trx.selectFrom('idempotency_keys').selectAll();
      const earlier = await rows.where('token_id', '=', token).where('key', '=', key).executeTakeFirst();
      if (earlier !== undefined && earlier.expires_at > at.toISOString()) {
        if (earlier.request_digest !== digest) throw conflict('this key came with another request');
        if (earlier.status === null || earlier.response === null) {
          throw conflict('the request with this key is under way, or was when the node ended');
        }
        return { status: earlier.status, response: earlier.response };
      }
      await trx
        .replaceInto('idempotency_keys')
        .values({
          token_id: token,
          key,
          route,
          request_digest: digest,
          status: null,
          response: null,
          created_at: at.toISOString(),
          expires_at: new Date(at.getTime() + LIFE_MS).toISOString(),
        })
        .execute();
      return undefined;
    });
  }

  /** Keeps the answer of a request that was done. It must hold no secret. */
  async answered({ token, key }: IdempotentRequest, { status, response }: IdempotentAnswer): Promise<void> {
    await this.#context.store.db
      .updateTable('idempotency_keys')
      .set({ status, response })
      .where('token_id', '=', token)
      .where('key', '=', key)
      .execute();
  }

  /** Forgets a request that failed: nothing was made, so it may be sent again. */
  async failed({ token, key }: IdempotentRequest): Promise<void> {
    await this.#context.store.db
      .deleteFrom('idempotency_keys')
      .where('token_id', '=', token)
      .where('key', '=', key)
      .execute();
  }
}

function conflict(message: string): VesicaError {
  return new VesicaError('api/idempotency-conflict', message, { field: 'idempotency-key' });
}
