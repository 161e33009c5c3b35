/** Which rows of a dataset may be used: those whose consent column says so. */

/**
 * What a consent column holds when consent was given. `true` and `false` are for columns that hold a truth value in any
 * of its usual spellings; a text is for columns that hold one exact word, like `granted`.
 */
export interface ConsentRule {
  readonly equals: string | boolean;
}

const SPELLINGS: Readonly<Record<'true' | 'false', readonly string[]>> = {
  true: ['true', 't', 'yes', 'y', '1'],
  false: ['false', 'f', 'no', 'n', '0'],
};

/**
 * Whether `value` gives consent under `rule`. Whatever is missing or not understood gives none: consent is never
 * guessed.
 *
 * - `equals: true`: `value` is true, t, yes, y or 1, in any case and with any white space around it.
 * - `equals: false`: `value` is false, f, no, n or 0 likewise. For a column that records an objection, where an explicit
 *   no gives consent and an empty cell does not.
 * - `equals: 'text'`: `value` is that text, character by character; case and white space count. The empty text is a
 *   missing value, so `equals: ''` never gives consent.
 */
export function consentGiven(value: string | null | undefined, rule: ConsentRule): boolean {
  if (value === null || value === undefined || value === '') return false;
  if (typeof rule.equals === 'string') return value === rule.equals;
  return SPELLINGS[rule.equals ? 'true' : 'false'].includes(value.trim().toLowerCase());
}
