import { VesicaError } from '../errors.js';

/**
 * The boundary of this room: every public function checks what it is given here, so the arithmetic behind it never
 * meets NaN. Messages name the field and never the figure, which may be one that noise has not yet protected.
 */

/** A noisy count or sum: a double, or an exact integer as the ledger and the decryption hand it over. */
export type Count = number | bigint;

function invalid(field: string, expected: string): VesicaError {
  return new VesicaError('measurement/invalid-input', `${field} must be ${expected}`, { field });
}

/** `value` as a double. Above 2^53 a bigint is rounded, which is far below the noise it carries. */
export function finite(field: string, value: Count): number {
  const number = Number(value);
  if (!Number.isFinite(number)) throw invalid(field, 'a finite number');
  return number;
}

export function nonNegative(field: string, value: Count): number {
  const number = finite(field, value);
  if (number < 0) throw invalid(field, 'zero or more');
  return number;
}

export function positive(field: string, value: Count): number {
  const number = finite(field, value);
  if (number <= 0) throw invalid(field, 'more than zero');
  return number;
}

/** A public, exact count: a whole number from 0 to 2^53 - 1. */
export function exactCount(field: string, value: Count): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw invalid(field, 'a whole number, zero or more');
  return number;
}

/** A probability strictly between 0 and 1, such as a confidence level. */
export function openProbability(field: string, value: number): number {
  if (!(value > 0 && value < 1)) throw invalid(field, 'a number between 0 and 1, both excluded');
  return value;
}

export function ensure(condition: boolean, field: string, expected: string): asserts condition {
  if (!condition) throw invalid(field, expected);
}
