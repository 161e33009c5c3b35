import { compareRationals, parseDecimal, rationalToNumber, type Rational } from '../../dp/index.js';
import { parseFingerprint } from '../../transport/index.js';
import { invalid } from './checked-input.js';

/** The one text for each value of which there are several ways to write it. */

/**
 * The shortest decimal text of `value`, as the protocol compares it: `0.1` for 0.10, `0.000001` for 1e-6.
 *
 * @throws VesicaError `config/invalid` with `field` when it has more digits than a double holds.
 */
export function shortestDecimal(value: Rational, field: string): string {
  const text = String(rationalToNumber(value, 'nearest'));
  const exact = parseDecimal(text);
  if (exact === undefined || compareRationals(exact, value) !== 0) {
    throw invalid(field, `${field} has more digits than a number can hold`);
  }
  return text;
}

/** Whether `text` is what `shortestDecimal` writes for its value. */
export function isShortestDecimal(text: string): boolean {
  const exact = parseDecimal(text);
  return exact !== undefined && String(rationalToNumber(exact, 'nearest')) === text;
}

/**
 * `text` as `Date.toISOString` writes it, to the millisecond.
 *
 * @throws VesicaError `config/invalid` with `field` when there is no such day or hour.
 */
export function isoTime(text: string, field: string): string {
  const time = new Date(text);
  const iso = Number.isNaN(time.getTime()) ? '' : time.toISOString();
  // The 30th of February would otherwise be read as a day in March.
  if (iso.slice(0, 19) !== text.slice(0, 19)) throw invalid(field, `${field} is no moment of the calendar`);
  return iso;
}

/**
 * `sha256:` and 64 lower-case digits.
 *
 * @throws VesicaError `config/invalid` with `field`.
 */
export function fingerprintText(text: string, field: string): string {
  try {
    return parseFingerprint(text);
  } catch {
    throw invalid(field, `${field} is "sha256:" and 64 hexadecimal digits`);
  }
}

/**
 * The members of a set in their one order: that of `order`, or of UTF-16 code units.
 *
 * @throws VesicaError `config/invalid` with `field` when a member is there twice.
 */
export function setOf<Member extends string>(
  members: readonly Member[],
  field: string,
  order?: readonly Member[],
): Member[] {
  const set = new Set(members);
  if (set.size !== members.length) throw invalid(field, `${field} names something twice`);
  return order?.filter((member) => set.has(member)) ?? [...set].sort();
}
