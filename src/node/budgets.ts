import type { Datasets } from './datasets/index.js';
import { decimalText } from './decimal-text.js';
import type { AccountKey, NodeLedger } from './ledger/index.js';
import type { Agreements } from './partners/index.js';

/** A budget as it is shown; figures are decimal texts, rounded against the partner. */
export interface BudgetAccount {
  readonly partnerId: string;
  readonly lineage: string;
  /** `null` when no agreement is active that states one. */
  readonly limit: { readonly epsilon: string; readonly delta: string } | null;
  /** `epsilon` at the limit's delta; `null` when the releases have none there. */
  readonly spent: { readonly epsilon: string | null; readonly delta: string };
  readonly left: { readonly epsilon: string; readonly delta: string } | null;
  readonly sessions: number;
}

/** A cost that was spent. */
export interface BudgetEntry {
  readonly id: string;
  readonly at: string;
  readonly sessionId: string | null;
  readonly requestDigest: string;
  readonly cost: { readonly rho: string; readonly epsilon: string | null; readonly delta: string };
  readonly isAnswered: boolean;
  /** Where the account stood after it. */
  readonly spentEpsilon: string | null;
}

interface Limit {
  readonly epsilon: string;
  readonly delta: string;
}

/** What accounts without an active agreement are counted at: the strictest delta that agreements may have. */
const NO_LIMIT: Limit = { epsilon: '20', delta: '0.000001' };

interface BudgetsOptions {
  readonly ledger: NodeLedger;
  readonly agreements: Agreements;
  readonly datasets: Datasets;
}

/** The budgets of a node, as its operators see them. */
export class Budgets {
  readonly #options: BudgetsOptions;

  constructor(options: BudgetsOptions) {
    this.#options = options;
  }

  /** The accounts that have spent anything, and those of active agreements that have not yet. */
  async accounts(): Promise<BudgetAccount[]> {
    const { ledger } = this.#options;
    const limits = await this.#limits();
    const keys = new Map([...limits.values()].map(({ key }) => [nameOf(key), key]));
    for (const key of await ledger.accounts()) keys.set(nameOf(key), key);
    const sorted = [...keys.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    return Promise.all(sorted.map(([name, key]) => this.#account(key, limits.get(name)?.limit)));
  }

  /** All that was spent for a lineage to a partner, in order. */
  async history(partnerId: string, lineage: string): Promise<BudgetEntry[]> {
    const key = { partner: partnerId, lineage };
    const limit = (await this.#limits()).get(nameOf(key))?.limit ?? NO_LIMIT;
    const entries = await this.#options.ledger.history({ ...key, limit });
    return entries.map(({ id, at, session, request, cost, isAnswered, spentEpsilon }) => ({
      id,
      at,
      sessionId: session ?? null,
      requestDigest: request,
      cost: {
        rho: decimalText(cost.rho),
        epsilon: cost.epsilon === undefined ? null : decimalText(cost.epsilon),
        delta: decimalText(cost.delta),
      },
      isAnswered,
      spentEpsilon: spentEpsilon === undefined ? null : decimalText(spentEpsilon),
    }));
  }

  async #account(key: AccountKey, limit: Limit | undefined): Promise<BudgetAccount> {
    const { spent, left } = await this.#options.ledger.statement({ ...key, limit: limit ?? NO_LIMIT });
    return {
      partnerId: key.partner,
      lineage: key.lineage,
      limit: limit ?? null,
      spent: {
        epsilon: spent.epsilon === undefined ? null : decimalText(spent.epsilon),
        delta: decimalText(spent.delta),
      },
      left:
        limit === undefined
          ? null
          : { epsilon: decimalText(left.epsilon, 'down'), delta: decimalText(left.delta, 'down') },
      sessions: spent.sessions,
    };
  }

  /** The limit of each partner and lineage: that of the newest active agreement. */
  async #limits(): Promise<Map<string, { key: AccountKey; limit: Limit }>> {
    const { agreements, datasets } = this.#options;
    const limits = new Map<string, { key: AccountKey; limit: Limit }>();
    for (let after: string | undefined; ;) {
      const page = await agreements.list({ state: 'active', limit: 200, after });
      for (const { partnerId, terms, datasets: ids } of page.items) {
        const limit = { epsilon: terms.privacy.epsilonTotal, delta: terms.privacy.deltaTotal };
        for (const id of ids) {
          const lineage = (await datasets.find(id))?.definition.lineage;
          if (lineage === undefined) continue;
          const key = { partner: partnerId, lineage };
          if (!limits.has(nameOf(key))) limits.set(nameOf(key), { key, limit });
        }
      }
      if (page.next === null) return limits;
      after = page.next;
    }
  }

  /** Where the budget stands that a session of this partner draws on; for alarms. */
  async statement(key: AccountKey): ReturnType<NodeLedger['statement']> {
    const limit = (await this.#limits()).get(nameOf(key))?.limit ?? NO_LIMIT;
    return this.#options.ledger.statement({ ...key, limit });
  }
}

function nameOf({ partner, lineage }: AccountKey): string {
  return `${partner} ${lineage}`;
}
