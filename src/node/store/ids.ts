import { VesicaError } from '../../errors.js';
import type { RandomSource } from '../../random.js';

/** Crockford's base 32: no I, L, O or U, and in the order of ASCII, so that ids sort as their numbers do. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BITS_PER_DIGIT = 5n;
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;
const RANDOM_BYTES = 10;
const MAX_TIME_MS = 2 ** 48 - 1;
const FORM = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** What ids are made of. */
export interface IdSources {
  readonly random: RandomSource;
  readonly now: () => Date;
}

/**
 * A source of ids in the form of a ULID (github.com/ulid/spec): 26 characters, 48 bits of milliseconds since 1970 and
 * 80 random bits. Ids of one source always rise, also within a millisecond and when the clock is set back.
 *
 * The function returned throws VesicaError `internal/defect` when the clock is outside the years 1970 to 10889.
 */
export function idSource({ random, now }: IdSources): () => string {
  const bytes = new Uint8Array(RANDOM_BYTES);
  let lastMs = -1;
  let tail = 0n;
  return () => {
    const clockMs = now().getTime();
    if (!(clockMs >= 0 && clockMs <= MAX_TIME_MS)) {
      throw new VesicaError('internal/defect', 'the clock is outside the range of ids');
    }
    tail += 1n;
    if (clockMs > lastMs || tail >> BigInt(8 * RANDOM_BYTES) > 0n) {
      lastMs = Math.max(clockMs, lastMs + 1);
      random.fill(bytes);
      tail = bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
    }
    return base32(BigInt(lastMs), TIME_DIGITS) + base32(tail, RANDOM_DIGITS);
  };
}

/** Whether `text` has the form of an id. */
export function isId(text: string): boolean {
  return FORM.test(text);
}

function base32(number: bigint, digits: number): string {
  let text = '';
  for (let left = number; text.length < digits; left >>= BITS_PER_DIGIT) {
    text = DIGITS.charAt(Number(left & 31n)) + text;
  }
  return text;
}
