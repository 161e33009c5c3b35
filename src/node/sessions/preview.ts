import { epsilonAt, parseLimit } from '../../ledger/index.js';
import { ownCost, roleOf, type Role, type Side, type Terms } from '../../protocol/index.js';
import { decimalText } from '../decimal-text.js';
import type { Dataset } from '../datasets/index.js';
import type { Agreement } from '../partners/index.js';
import type { SessionMeans } from './means.js';

/** What a session would tell and cost. Epsilons and deltas are decimal text. */
export interface SessionPreview {
  readonly terms: Terms;
  /** What it would cost this node's budget; `null` when it tells nothing that an epsilon bounds. */
  readonly cost: { readonly epsilon: string; readonly delta: string } | null;
  /** The budget of this partner for the people of the dataset, before the session. */
  readonly budget: {
    readonly lineage: string;
    readonly limitEpsilon: string;
    readonly spentEpsilon: string | null;
    readonly leftEpsilon: string;
    readonly delta: string;
  } | null;
  readonly ownLearns: readonly string[];
  readonly partnerLearns: readonly string[];
}

interface Previewed {
  readonly agreement: Agreement;
  readonly dataset: Dataset;
  readonly terms: Terms;
  readonly side: Side;
}

/** What a session with these terms would tell each side, and what it would cost this one. */
export async function previewOf(
  { ledger }: SessionMeans,
  { agreement, dataset, terms, side }: Previewed,
): Promise<SessionPreview> {
  const { epsilonTotal, deltaTotal } = agreement.terms.privacy;
  const limit = { epsilon: epsilonTotal, delta: deltaTotal };
  const cost = ownCost(terms, side);
  const { lineage } = dataset.definition;
  const statement =
    cost === undefined ? undefined : await ledger.statement({ partner: agreement.partnerId, lineage, limit });
  const epsilon = cost === undefined ? undefined : epsilonAt(cost, parseLimit(limit).delta);
  const other: Side = side === 'initiator' ? 'responder' : 'initiator';
  return {
    terms,
    cost:
      cost === undefined
        ? null
        : {
            epsilon: epsilon === undefined ? terms.epsilon : decimalText(epsilon),
            delta: decimalText(cost.delta),
          },
    budget:
      statement === undefined
        ? null
        : {
            lineage,
            limitEpsilon: epsilonTotal,
            spentEpsilon: statement.spent.epsilon === undefined ? null : decimalText(statement.spent.epsilon),
            leftEpsilon: decimalText(statement.left.epsilon, 'down'),
            delta: deltaTotal,
          },
    ownLearns: learned(terms, roleOf(terms, side)),
    partnerLearns: learned(terms, roleOf(terms, other)),
  };
}

/** What the party with `role` learns, in sentences: `protocol-spec/leakage.md` in short. */
function learned(terms: Terms, role: Role): string[] {
  const noise = terms.disclosure === 'dp' ? `with noise (epsilon ${terms.epsilon} in all)` : 'exactly';
  const always = ['the size of the other list', 'when messages were sent'];
  switch (terms.mode) {
    case 'psi':
      return role === 'sender' ? always : ['which of its own rows the other side has', ...always];
    case 'psi-ca':
      return role === 'receiver' || terms.shareResults
        ? [`how many people both lists have, ${noise}`, ...always]
        : always;
    case 'aggregate': {
      const sums = terms.measures.map(({ name }) => `the sum of ${name} by cell, ${noise}`);
      const counts = `how many people both lists have by cell, ${noise}`;
      const cells = terms.shareLabels
        ? 'the cells, their labels and sizes'
        : 'the number and sizes of the cells';
      if (role === 'cohorts') return [counts, ...sums, ...always];
      return [...(terms.shareResults ? [counts] : []), ...sums, cells, ...always];
    }
  }
}
