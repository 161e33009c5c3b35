import { epsilonAt, parseLimit } from '../../ledger/index.js';
import { ownCost, type Side, type Terms } from '../../protocol/index.js';
import { decimalText } from '../decimal-text.js';
import type { Dataset } from '../datasets/index.js';
import { compareWithAgreement, type Agreement, type TermComparison } from '../partners/index.js';
import { detectableOf, type Detectable } from './detectable.js';
import { learntBy, sentenceOf, type LearntFact } from './learnt.js';
import type { SessionMeans } from './means.js';

/** What a session would tell and cost. Epsilons and deltas are decimal text. */
export interface SessionPreview extends Detectable {
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
  /** The same as facts. */
  readonly learns: { readonly own: readonly LearntFact[]; readonly partner: readonly LearntFact[] };
  /** The terms beside what was agreed. */
  readonly comparison: readonly TermComparison[];
}

interface Previewed {
  readonly agreement: Agreement;
  readonly dataset: Dataset;
  readonly terms: Terms;
  readonly side: Side;
}

/** What a session with these terms would tell each side, and what it would cost this one. */
export async function previewOf(
  { datasets, ledger }: SessionMeans,
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
  const learns = { own: learntBy(terms, side), partner: learntBy(terms, other) };
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
    ownLearns: learns.own.map(sentenceOf),
    partnerLearns: learns.partner.map(sentenceOf),
    learns,
    ...detectableOf({
      terms,
      side,
      definition: dataset.definition,
      definitionDigest: dataset.definitionDigest,
      versions: await datasets.versions.list(dataset.id),
    }),
    comparison: compareWithAgreement(agreement, terms, side),
  };
}
