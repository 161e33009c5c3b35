/**
 * The field GF(2^255 - 19) as the engine stores it: radix 2^13, twenty signed digits ("limbs"), four field elements side
 * by side. Word j of an element is one v128 whose lane e holds limbs 2j and 2j + 1 of element e, so an element of four
 * lanes takes ten words, 160 bytes.
 *
 * Why this radix: i32x4.dot_i16x8_s multiplies two 16-bit pairs and adds them in one instruction, the only cheap
 * multiply-accumulate of WebAssembly SIMD. Twenty products of two 13-bit digits fit 31 bits with room for a few additions.
 */
import { i32, type Address, type I32 } from './instructions.js';

export const P = 2n ** 255n - 19n;

export const LIMBS = 20;
export const LIMB_BITS = 13;
export const WORDS = LIMBS / 2;
export const WORD_BYTES = 16;
export const ELEMENT_BYTES = WORDS * WORD_BYTES;
export const LANES = 4;

/** Digits are balanced: a freshly reduced limb lies in about [-HALF_RADIX, HALF_RADIX). */
export const HALF_RADIX = 2 ** (LIMB_BITS - 1);

/** 2^260 = 608 mod p: what limb 20 is worth at limb 0. */
export const FOLD = 608;

/** The magnitude of every limb after a multiplication, a square or a carry (see field-reduce.ts, which proves it). */
export const REDUCED = HALF_RADIX + 12;

/**
 * The largest product |a| |b| of limb magnitudes that a multiplication accepts. E H of the doubling needs all of it,
 * (3 REDUCED) (2 REDUCED); seven would overflow. The generator proves that the columns stay inside 32 bits.
 */
export const MAX_PRODUCT = 6 * REDUCED * REDUCED;

export const mod = (a: bigint, m: bigint = P): bigint => ((a % m) + m) % m;

export function power(base: bigint, exponent: bigint, m: bigint = P): bigint {
  let result = 1n;
  let square = mod(base, m);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % m;
    square = (square * square) % m;
  }
  return result;
}

/** Constants of RFC 9496 section 4.1. */
export const D = mod(-121665n * power(121666n, P - 2n));
export const SQRT_M1 = power(2n, (P - 1n) / 4n);

/** The balanced digits of a field constant: every digit in [-4096, 4096), the top one in [-256, 256]. */
export function balancedLimbs(value: bigint): number[] {
  let rest = mod(value);
  if (rest > P / 2n) rest -= P;
  return Array.from({ length: LIMBS }, (_, index) => {
    if (index === LIMBS - 1) return Number(rest);
    const digit = BigInt.asIntN(LIMB_BITS, rest);
    rest = (rest - digit) >> BigInt(LIMB_BITS);
    return Number(digit);
  });
}

/** The words of one element's limbs, as 32-bit pairs in memory order. */
export function pairWords(limbs: readonly number[]): number[] {
  return Array.from(
    { length: WORDS },
    (_, j) => ((limbs[2 * j] ?? 0) & 0xffff) | ((limbs[2 * j + 1] ?? 0) << 16),
  );
}

export const at = (base: I32, offset = 0): Address => ({ base, offset });
export const fixed = (address: number): Address => ({ base: i32.constant(0), offset: address });
export const word = (address: Address, j: number): Address => ({
  base: address.base,
  offset: address.offset + WORD_BYTES * j,
});
