import { roleOf, type Side, type Terms } from '../../protocol/index.js';

export const LEARNT_THINGS = [
  'rows',
  'overlap',
  'overlap-by-cell',
  'sum',
  'cells',
  'cell-sizes',
  'list-size',
  'timing',
] as const;
export type LearntThing = (typeof LEARNT_THINGS)[number];

/** Something that a side learns from a session, for whoever tells it in a language. */
export interface LearntFact {
  readonly what: LearntThing;
  /** Of a sum. */
  readonly measure: string | null;
  /** How figures are told; `null` for what is none. */
  readonly noise: 'dp' | 'exact' | null;
  /** Decimal text, of all figures of the session together. */
  readonly epsilon: string | null;
}

/** What `side` learns from a session with these terms: `protocol-spec/leakage.md` in short. */
export function learntBy(terms: Terms, side: Side): LearntFact[] {
  const role = roleOf(terms, side);
  const plain = (what: LearntThing): LearntFact => ({ what, measure: null, noise: null, epsilon: null });
  const figure = (what: LearntThing, measure: string | null = null): LearntFact =>
    terms.disclosure === 'dp'
      ? { what, measure, noise: 'dp', epsilon: terms.epsilon }
      : { what, measure, noise: 'exact', epsilon: null };
  const always = [plain('list-size'), plain('timing')];
  switch (terms.mode) {
    case 'psi':
      return role === 'sender' ? always : [plain('rows'), ...always];
    case 'psi-ca':
      return role === 'receiver' || terms.shareResults ? [figure('overlap'), ...always] : always;
    case 'aggregate': {
      const sums = terms.measures.map(({ name }) => figure('sum', name));
      if (role === 'cohorts') return [figure('overlap-by-cell'), ...sums, ...always];
      const counts = terms.shareResults ? [figure('overlap-by-cell')] : [];
      return [...counts, ...sums, plain(terms.shareLabels ? 'cells' : 'cell-sizes'), ...always];
    }
  }
}

/** A fact as a sentence, for terminals and logs. */
export function sentenceOf({ what, measure, noise, epsilon }: LearntFact): string {
  const how = noise === 'dp' ? `with noise (epsilon ${epsilon} in all)` : 'exactly';
  const sentences: Readonly<Record<LearntThing, string>> = {
    rows: 'which of its own rows the other side has',
    overlap: `how many people both lists have, ${how}`,
    'overlap-by-cell': `how many people both lists have by cell, ${how}`,
    sum: `the sum of ${measure} by cell, ${how}`,
    cells: 'the cells, their labels and sizes',
    'cell-sizes': 'the number and sizes of the cells',
    'list-size': 'the size of the other list',
    timing: 'when messages were sent',
  };
  return sentences[what];
}
