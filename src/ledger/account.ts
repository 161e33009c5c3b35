import {
  NO_COST,
  composeSequentially,
  type PrivacyCost,
  type PrivacyLoss,
  type Rational,
} from '../dp/index.js';
import { difference, epsilonAt, fits } from './budget.js';
import { refusal } from './refusal.js';

/** Where a budget stands. Exact fractions; only the conversion from zCDP rounds, and it rounds up. */
export interface BudgetStatement {
  readonly limit: PrivacyLoss;
  /** What committed sessions spent. */
  readonly spent: {
    /** Epsilon at the limit's delta; `undefined` when the releases have no epsilon at a delta so small. */
    readonly epsilon: Rational | undefined;
    /** The part of the limit's delta that the releases' own deltas take. */
    readonly delta: Rational;
    /** How many sessions were committed. */
    readonly sessions: number;
  };
  /** The limit less what is spent or set aside, at least 0. */
  readonly left: { readonly epsilon: Rational; readonly delta: Rational };
}

/** A cost set aside in an account; an object of its own, so that two equal costs are two holds. */
export interface Hold {
  readonly cost: PrivacyCost;
}

/**
 * One partner's account: what is spent, what is set aside, what was answered. It knows nothing of files, so the ledger
 * in memory and the ledger in a file count alike.
 */
export class Account {
  readonly #name: string;
  #limit: PrivacyLoss;
  readonly #answers = new Map<string, string>();
  readonly #holds = new Set<Hold>();
  #spent: PrivacyCost = NO_COST;
  #sessions = 0;

  /** @param name what the budget is called in a refusal. */
  constructor(name: string, limit: PrivacyLoss) {
    this.#name = name;
    this.#limit = limit;
  }

  /**
   * Sets `cost` aside if all that is spent and set aside stays within the limit with it.
   *
   * @throws VesicaError `budget/exceeded`, with field `epsilon` or `delta`.
   */
  hold(cost: PrivacyCost): Hold {
    const taken = this.#taken();
    if (!fits(composeSequentially([taken, cost]), this.#limit)) {
      throw refusal({ name: this.#name, limit: this.#limit, taken, cost });
    }
    const hold = { cost };
    this.#holds.add(hold);
    return hold;
  }

  /** Changes the limit for whatever is held from now on; what is spent or set aside stays. */
  limitTo(limit: PrivacyLoss): void {
    this.#limit = limit;
  }

  /** Gives a hold back. */
  release(hold: Hold): void {
    this.#holds.delete(hold);
  }

  /** Turns a hold into a cost that is spent. */
  settle(hold: Hold): void {
    this.#holds.delete(hold);
    this.spend(hold.cost);
  }

  /** Adds a cost that was spent, whatever the limit says of it: what is disclosed is disclosed. */
  spend(cost: PrivacyCost): void {
    this.#spent = composeSequentially([this.#spent, cost]);
    this.#sessions += 1;
  }

  /** Keeps the answer to a request; the last one counts, as that is the one the partner has from the latest session. */
  answer(request: string, answer: string): void {
    this.#answers.set(request, answer);
  }

  /** The answer to a request, if it has one. */
  recall(request: string): string | undefined {
    return this.#answers.get(request);
  }

  statement(): BudgetStatement {
    const taken = this.#taken();
    return {
      limit: this.#limit,
      spent: {
        epsilon: epsilonAt(this.#spent, this.#limit.delta),
        delta: this.#spent.delta,
        sessions: this.#sessions,
      },
      left: {
        epsilon: difference(this.#limit.epsilon, epsilonAt(taken, this.#limit.delta)),
        delta: difference(this.#limit.delta, taken.delta),
      },
    };
  }

  #taken(): PrivacyCost {
    return composeSequentially([this.#spent, ...[...this.#holds].map(({ cost }) => cost)]);
  }
}
