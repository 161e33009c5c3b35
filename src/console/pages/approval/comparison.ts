import type { SessionPreview } from '../../api/index.js';

export type Compared = SessionPreview['comparison'][number];
export type Verdict = 'same' | 'narrower' | 'stricter' | 'outside';

/** How a term that is offered differs from what was agreed. */
export function verdictOf({ limit, offered, agreed, isWithin }: Compared): Verdict {
  if (!isWithin) return 'outside';
  if (offered.length === agreed.length && offered.every((value) => agreed.includes(value))) return 'same';
  return limit === 'one-of' ? 'narrower' : 'stricter';
}

/** Terms of which an offer always names one: that it does is no difference. */
const ALWAYS_ONE: readonly string[] = ['mode', 'role', 'purpose', 'disclosure'];

/** The terms that differ in a way that somebody who decides should see. */
export function differences(comparison: readonly Compared[]): Compared[] {
  return comparison.filter((compared) => {
    const verdict = verdictOf(compared);
    return verdict !== 'same' && (verdict !== 'narrower' || !ALWAYS_ONE.includes(compared.term));
  });
}
