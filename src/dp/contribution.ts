import { VesicaError } from '../errors.js';
import { invalid } from './parameters.js';
import { divideRationals, parseDecimal, type Rational } from './rational.js';

/**
 * What one person may add to a sum. Every value is turned into a whole number of quanta between 0 and the bound, exactly
 * and from its decimal text, because the sensitivity that the noise is made for is a promise about each single row.
 */
export interface ContributionRule {
  /** The measure's column, for errors. */
  readonly column: string;
  /** Decimal text of the unit that is counted, e.g. `0.01` for cents of a euro amount. */
  readonly quantum: string;
  /** Decimal text of the largest value one person may add, a whole number of quanta. */
  readonly bound: string;
  /** What a value above the bound becomes: the bound, or an error. */
  readonly aboveBound: 'clamp' | 'refuse';
  /** What a value between two quanta becomes: the lower one, the nearer one (upper when halfway), or an error. */
  readonly betweenQuanta: 'round-down' | 'round-nearest' | 'refuse';
  /** What an absent value becomes: 0, or an error. */
  readonly missing: 'zero' | 'refuse';
}

/** A value as a data source gives it: decimal text, a number (its shortest decimal form), or nothing. */
export type MeasureValue = string | number | bigint | null | undefined;

/** A checked rule, ready for many rows. */
export interface Contribution {
  /** The bound in quanta: what one row changes the sum by at most, so the sensitivity of the sum. */
  readonly boundQuanta: number;
  /**
   * The row's whole number of quanta, in [0, boundQuanta].
   *
   * @throws VesicaError `data/invalid-measure` with the column as field, when the value is missing, not a decimal
   * number, negative, between two quanta or above the bound, as far as the rule refuses it. Never the value itself.
   */
  toQuanta(value: MeasureValue): number;
}

/** The largest bound in quanta; a sum of that size can still be decrypted. */
export const MAX_BOUND_QUANTA = 2 ** 36;

/**
 * Checks a rule once and returns what applies it.
 *
 * @throws VesicaError `dp/invalid-parameter` with field `quantum` or `bound`.
 */
export function contribution(rule: ContributionRule): Contribution {
  const quantum = positive(rule.quantum, 'quantum');
  const bound = divideRationals(positive(rule.bound, 'bound'), quantum);
  if (bound.denominator !== 1n) throw invalid('bound', 'must be a whole number of quanta');
  if (bound.numerator > BigInt(MAX_BOUND_QUANTA)) {
    throw invalid('bound', `must be at most ${MAX_BOUND_QUANTA} quanta`);
  }
  const boundQuanta = bound.numerator;
  return {
    boundQuanta: Number(boundQuanta),
    toQuanta: (value) => Number(quantise(value, quantum, { rule, boundQuanta })),
  };
}

interface Limits {
  readonly rule: ContributionRule;
  readonly boundQuanta: bigint;
}

function quantise(value: MeasureValue, quantum: Rational, { rule, boundQuanta }: Limits): bigint {
  if (value === null || value === undefined || value === '') {
    if (rule.missing === 'zero') return 0n;
    throw refused(rule, 'is missing');
  }
  const exact = nonNegative(value, rule);
  const scaled = exact.numerator * quantum.denominator;
  const unit = exact.denominator * quantum.numerator;
  const whole = scaled / unit;
  const remainder = scaled % unit;
  // Compared before rounding, so that a value just above the bound counts as above it.
  if (whole > boundQuanta || (whole === boundQuanta && remainder > 0n)) {
    if (rule.aboveBound === 'clamp') return boundQuanta;
    throw refused(rule, 'is above the bound');
  }
  if (remainder === 0n || rule.betweenQuanta === 'round-down') return whole;
  if (rule.betweenQuanta === 'round-nearest') return 2n * remainder >= unit ? whole + 1n : whole;
  throw refused(rule, 'is not a whole number of quanta');
}

function nonNegative(value: string | number | bigint, rule: ContributionRule): Rational {
  const text = String(value);
  const negative = text.startsWith('-');
  const exact = parseDecimal(negative ? text.slice(1) : text);
  if (exact === undefined) throw refused(rule, 'is not a decimal number');
  if (negative && exact.numerator > 0n) throw refused(rule, 'is negative');
  return exact;
}

function positive(text: string, field: 'quantum' | 'bound'): Rational {
  const exact = parseDecimal(text);
  if (exact === undefined || exact.numerator === 0n) throw invalid(field, 'must be a decimal number above 0');
  return exact;
}

function refused({ column }: ContributionRule, fault: string): VesicaError {
  return new VesicaError('data/invalid-measure', `a value of the measure "${column}" ${fault}`, {
    field: column,
  });
}
