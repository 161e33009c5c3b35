import { rationalToNumber, type Rational } from '../dp/index.js';

const DIGITS = 4;

/**
 * A fraction as decimal text with four significant digits, for people: never less than it is (`up`, for what was spent)
 * or never more (`down`, for what is left).
 */
export function decimalText(value: Rational, rounding: 'up' | 'down' = 'up'): string {
  const number = rationalToNumber(value, 'up');
  const short = Number(number.toPrecision(DIGITS));
  if (rounding === 'up' ? short >= number : short <= number) return String(short);
  const step = 10 ** (Math.floor(Math.log10(number)) - DIGITS + 1);
  const steps = Math.round(short / step) + (rounding === 'up' ? 1 : -1);
  return String(Number((steps * step).toPrecision(DIGITS)));
}
