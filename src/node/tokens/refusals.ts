import { NODE_ACTOR, type NodeContext } from '../context.js';

/** Why a token opened nothing. */
export type RefusalReason = 'malformed' | 'unknown' | 'expired' | 'revoked' | 'forbidden' | 'code-missing';

export interface Refusal {
  readonly reason: RefusalReason;
  /** Id of the token, when it is one of this node. */
  readonly token?: string | undefined;
}

const QUIET_MS = 600_000;

/**
 * Enters refused tokens in the audit log: the first of each kind at once, those that follow within ten minutes as a number
 * with the next one. So somebody who knocks all day long adds 144 entries of each of two kinds, however fast.
 */
export class Refusals {
  readonly #context: NodeContext;
  /** As many as there are reasons, and four for each token. */
  readonly #seen = new Map<string, { until: number; suppressed: number }>();

  constructor(context: NodeContext) {
    this.#context = context;
  }

  /** @throws VesicaError `state/...`. */
  async tell({ reason, token }: Refusal): Promise<void> {
    const { audit, now } = this.#context;
    const at = now().getTime();
    const key = `${reason} ${token ?? ''}`;
    const seen = this.#seen.get(key);
    if (seen !== undefined && at < seen.until) {
      seen.suppressed += 1;
      return;
    }
    this.#seen.set(key, { until: at + QUIET_MS, suppressed: 0 });
    await audit.append({
      actor: NODE_ACTOR,
      action: 'token.refused',
      subject: { kind: 'token', id: token ?? 'unknown' },
      detail: { reason, suppressed: seen?.suppressed ?? 0 },
    });
  }
}
