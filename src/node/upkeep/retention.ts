import { asVesicaError } from '../../errors.js';
import { NODE_ACTOR, type NodeContext } from '../context.js';
import type { Alarms } from './alarms.js';
import type { Retained } from './collaborators.js';

export interface RetentionOptions {
  /** All that is kept for a time, each by its owner; deleted in this order. */
  readonly owners: readonly Retained[];
  readonly alarms: Pick<Alarms, 'raise' | 'closeLapsed'>;
}

/** What a sweep did. */
export interface Swept {
  /** By the owner's name: what was deleted, and what is still there although its time has come. */
  readonly deleted: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
  readonly idempotencyKeys: number;
  readonly alarmsClosed: number;
}

/**
 * Deletes what was kept as long as it may be. It decides nothing: what is due, and what of it must stay for the ledger and
 * the audit trail, its owner knows.
 */
export class Retention {
  readonly #context: NodeContext;
  readonly #options: RetentionOptions;

  constructor(context: NodeContext, options: RetentionOptions) {
    this.#context = context;
    this.#options = options;
  }

  /**
   * Deletes all that is due. What cannot be deleted keeps nothing else back; it raises an alarm, and the next sweep tries
   * again.
   *
   * @throws VesicaError `state/...` when the state itself cannot be written.
   */
  async sweep(): Promise<Swept> {
    const deleted: Record<string, number> = {};
    const failed: Record<string, number> = {};
    for (const owner of this.#options.owners) {
      const { done, errors } = await sweepOne(owner);
      deleted[owner.name] = done;
      failed[owner.name] = errors.length;
      if (errors.length > 0) await this.#alarm(owner.name, errors);
    }
    const idempotencyKeys = await this.#deleteIdempotencyKeys();
    // What was deleted would stay in the write-ahead log until others overwrite it.
    await this.#context.store.checkpoint();
    return { deleted, failed, idempotencyKeys, alarmsClosed: await this.#options.alarms.closeLapsed() };
  }

  async #alarm(owner: string, errors: readonly unknown[]): Promise<void> {
    const [code] = errors.map((error) => asVesicaError(error).code);
    await this.#options.alarms.raise({
      // Something that was to be done at a time and was not, as a run that was missed.
      kind: 'retention-failed',
      severity: 'critical',
      message: 'what should be deleted by now could not be',
      detail: { what: owner, items: errors.length, code: code ?? null },
      distinctBy: 'what',
    });
  }

  async #deleteIdempotencyKeys(): Promise<number> {
    const { store, now } = this.#context;
    const lapsed = store.db.deleteFrom('idempotency_keys').where('expires_at', '<=', now().toISOString());
    return Number((await lapsed.executeTakeFirst()).numDeletedRows);
  }
}

async function sweepOne(owner: Retained): Promise<{ done: number; errors: readonly unknown[] }> {
  const errors: unknown[] = [];
  let done = 0;
  try {
    for (const { id } of await owner.due()) {
      try {
        await owner.delete(id, NODE_ACTOR);
        done += 1;
      } catch (error) {
        errors.push(error);
      }
    }
  } catch (error) {
    errors.push(error);
  }
  return { done, errors };
}
