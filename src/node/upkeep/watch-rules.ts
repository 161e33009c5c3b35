import { divideRationals, rationalToNumber, type Rational } from '../../dp/index.js';
import type { BudgetStatement } from '../../ledger/index.js';
import type { NewAlarm } from './alarm.js';

/** The rules: each says whether what happened needs a person, and knows nothing but what it is given. */

/** A session that is done, as far as it is compared with others. */
export interface SessionFigures {
  /** Match keys of the own list. */
  readonly ownItems: number | null;
  /** Match keys of the partner's list. */
  readonly peerItems: number | null;
  /** Match rate as the report has it, in percent; `null` without one. */
  readonly matchPercent: number | null;
}

/** Which figure of a session is compared. */
export type Figure = keyof SessionFigures;

const FIGURES: Readonly<Record<Figure, Pick<NewAlarm, 'kind' | 'message'>>> = {
  ownItems: { kind: 'list-size', message: 'the own list was far from its usual size' },
  peerItems: { kind: 'list-size', message: "the partner's list was far from its usual size" },
  matchPercent: { kind: 'match-rate', message: 'the match rate was far from that of earlier sessions' },
};

/** The middle of `values`, the mean of the two middle ones when they are even in number; `undefined` without any. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? undefined : (lower + upper) / 2;
}

/** How far `value` is from `usual`, as a share of it: 0 for the same, 1 for nothing or twice as much. */
export function relativeChange(value: number, usual: number): number {
  return value === usual ? 0 : Math.abs(value - usual) / Math.abs(usual);
}

/** A figure of a session that is further than `change` from the median of earlier ones; nothing without earlier ones. */
export function unusualFigure(
  figure: Figure,
  { now, earlier, change }: { now: SessionFigures; earlier: readonly SessionFigures[]; change: number },
): NewAlarm | undefined {
  const value = now[figure];
  const known = earlier.map((one) => one[figure]).filter((one) => one !== null);
  const usual = median(known);
  if (value === null || usual === undefined || relativeChange(value, usual) <= change) return undefined;
  const detail = { figure, value, usual, sessions: known.length };
  return { ...FIGURES[figure], severity: 'warning', detail, distinctBy: 'figure' };
}

/**
 * A budget of which at least `share` is spent, in epsilon or in delta; critical when nothing is left.
 *
 * @param lineage Which people it is about.
 */
export function budgetNearEnd(
  lineage: string,
  { limit, spent }: Pick<BudgetStatement, 'limit' | 'spent'>,
  share: number,
): NewAlarm | undefined {
  // Releases without an epsilon at the limit's delta are over the limit.
  const epsilon = spent.epsilon === undefined ? 1 : shareOf(spent.epsilon, limit.epsilon);
  const taken = Math.max(epsilon, shareOf(spent.delta, limit.delta));
  if (taken < share) return undefined;
  const isSpent = taken >= 1;
  return {
    kind: 'budget-near-end',
    severity: isSpent ? 'critical' : 'warning',
    message: isSpent ? 'a privacy budget is spent' : 'a privacy budget is near its end',
    detail: { lineage, spentPercent: Math.floor(100 * taken), sessions: spent.sessions },
    distinctBy: 'lineage',
  };
}

function shareOf(part: Rational, whole: Rational): number {
  if (part.numerator === 0n) return 0;
  return whole.numerator === 0n ? 1 : rationalToNumber(divideRationals(part, whole), 'nearest');
}

/** At least `most` refusals within `windowMs` before `now`. `times` are in milliseconds since 1970. */
export function manyRefusals(
  times: readonly number[],
  { now, most, windowMs }: { now: number; most: number; windowMs: number },
): NewAlarm | undefined {
  const count = times.filter((at) => at > now - windowMs && at <= now).length;
  if (count < most) return undefined;
  const message = 'a partner was refused again and again';
  return {
    kind: 'refusals',
    severity: 'warning',
    message,
    detail: { refusals: count, withinHours: windowMs / 3_600_000 },
  };
}
