/**
 * Vectors whose range is known while the module is generated. Overflow of a lane is silent when the module runs and
 * random tests rarely reach it, so every instruction here computes the interval of its result from the intervals of its
 * operands, and generation fails when a result does not fit its lane.
 *
 * A 32-bit lane belongs to one group element. It holds either one signed 32-bit column (Wide) or two signed 16-bit
 * digits, the even one in its low half (Pair).
 */
import { i16x8, i32, i32x4, v128, type V128 } from './instructions.js';

export interface Interval {
  readonly min: number;
  readonly max: number;
}

export interface Wide {
  readonly value: V128;
  readonly range: Interval;
}

export interface Pair {
  readonly value: V128;
  readonly even: Interval;
  readonly odd: Interval;
}

export class BoundError extends Error {
  override readonly name = 'BoundError';
}

const INT16: Interval = { min: -(2 ** 15), max: 2 ** 15 - 1 };
const INT32: Interval = { min: -(2 ** 31), max: 2 ** 31 - 1 };

function within(range: Interval, lane: Interval, operation: string): Interval {
  if (range.min >= lane.min && range.max <= lane.max) return range;
  throw new BoundError(
    `${operation}: [${String(range.min)}, ${String(range.max)}] leaves [${String(lane.min)}, ${String(lane.max)}]`,
  );
}

export const symmetric = (magnitude: number): Interval => ({ min: -magnitude, max: magnitude });
export const exactly = (value: number): Interval => ({ min: value, max: value });
export const magnitude = (range: Interval): number => Math.max(-range.min, range.max);
const plus = (a: Interval, b: Interval): Interval => ({ min: a.min + b.min, max: a.max + b.max });
const minus = (a: Interval, b: Interval): Interval => ({ min: a.min - b.max, max: a.max - b.min });

function times(a: Interval, b: Interval): Interval {
  const corners = [a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max];
  return { min: Math.min(...corners), max: Math.max(...corners) };
}

// ---- pairs of 16-bit digits

/** A pair read from somewhere: the caller vouches for the magnitudes. */
export function pair(value: V128, even: Interval, odd: Interval): Pair {
  return { value, even: within(even, INT16, 'pair'), odd: within(odd, INT16, 'pair') };
}

export const pairConstant = (even: number, odd: number): Pair =>
  pair(i16x8.pairConstant(even, odd), exactly(even), exactly(odd));

export const addPair = (a: Pair, b: Pair): Pair => ({
  value: i16x8.add(a.value, b.value),
  even: within(plus(a.even, b.even), INT16, 'addPair'),
  odd: within(plus(a.odd, b.odd), INT16, 'addPair'),
});

export const subPair = (a: Pair, b: Pair): Pair => ({
  value: i16x8.sub(a.value, b.value),
  even: within(minus(a.even, b.even), INT16, 'subPair'),
  odd: within(minus(a.odd, b.odd), INT16, 'subPair'),
});

export const shiftPairRight = (a: Pair, bits: number): Pair => ({
  value: i16x8.shrSigned(a.value, i32.constant(bits)),
  even: shifted(a.even, bits),
  odd: shifted(a.odd, bits),
});

/** Keeps the low bits of both digits: the digit modulo 2^bits, never negative. */
export const maskPair = (a: Pair, bits: number): Pair => ({
  value: v128.and(a.value, i16x8.pairConstant(2 ** bits - 1, 2 ** bits - 1)),
  even: { min: 0, max: 2 ** bits - 1 },
  odd: { min: 0, max: 2 ** bits - 1 },
});

const SWAP_HALVES = Uint8Array.of(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
const EVEN_THEN_ODD = [0, 1, 18, 19, 4, 5, 22, 23, 8, 9, 26, 27, 12, 13, 30, 31] as const;

/** (even, odd) becomes (odd, even). V8 makes one instruction of a swizzle by a constant, two of this shuffle. */
export const swapPair = (a: Pair): Pair => ({
  value: v128.swizzle(a.value, v128.constant(SWAP_HALVES)),
  even: a.odd,
  odd: a.even,
});

/** The even digit of one pair with the odd digit of another: one blend instruction. */
export const blend = (even: Pair, odd: Pair): Pair => ({
  value: v128.shuffle(even.value, odd.value, EVEN_THEN_ODD),
  even: even.even,
  odd: odd.odd,
});

/** The odd digit of one pair followed by the even digit of the next: the pair that starts one digit later. */
export const straddle = (a: Pair, next: Pair): Pair => ({
  value: v128.or(i32x4.shrUnsigned(a.value, i32.constant(16)), i32x4.shl(next.value, i32.constant(16))),
  even: a.odd,
  odd: next.even,
});

export const multiplyPair = (a: Pair, b: Pair): Pair => ({
  value: i16x8.mul(a.value, b.value),
  even: within(times(a.even, b.even), INT16, 'multiplyPair'),
  odd: within(times(a.odd, b.odd), INT16, 'multiplyPair'),
});

const union = (a: Interval, b: Interval): Interval => ({
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
});

/** a where the mask is set, b elsewhere. Masks are all ones or all zeros in each lane: no branch, no index. */
export const choose = (mask: V128, a: Pair, b: Pair): Pair => ({
  value: v128.bitselect(a.value, b.value, mask),
  even: union(a.even, b.even),
  odd: union(a.odd, b.odd),
});

/** -a where the mask is set. */
export const negateWhere = (mask: V128, a: Pair): Pair => ({
  value: i16x8.sub(v128.xor(a.value, mask), mask),
  even: within(symmetric(magnitude(a.even)), INT16, 'negateWhere'),
  odd: within(symmetric(magnitude(a.odd)), INT16, 'negateWhere'),
});

// ---- 32-bit columns

/** i32x4.dot_i16x8_s: even * even + odd * odd. Only (-2^15)^2 * 2 would overflow; the check covers it. */
export const dot = (a: Pair, b: Pair): Wide => ({
  value: i32x4.dot(a.value, b.value),
  range: within(plus(times(a.even, b.even), times(a.odd, b.odd)), INT32, 'dot'),
});

export const wide = (value: V128, range: Interval): Wide => ({ value, range: within(range, INT32, 'wide') });

export const wideConstant = (value: number): Wide => wide(i32x4.constant(value), exactly(value));

export const add = (a: Wide, b: Wide): Wide => ({
  value: i32x4.add(a.value, b.value),
  range: within(plus(a.range, b.range), INT32, 'add'),
});

export const sub = (a: Wide, b: Wide): Wide => ({
  value: i32x4.sub(a.value, b.value),
  range: within(minus(a.range, b.range), INT32, 'sub'),
});

export const multiplyByConstant = (a: Wide, factor: number): Wide => ({
  value: i32x4.mul(a.value, i32x4.constant(factor)),
  range: within(times(a.range, exactly(factor)), INT32, 'multiplyByConstant'),
});

function shifted(range: Interval, bits: number): Interval {
  return { min: Math.floor(range.min / 2 ** bits), max: Math.floor(range.max / 2 ** bits) };
}

/** Arithmetic shift: floor(a / 2^bits). */
export const shiftRight = (a: Wide, bits: number): Wide => ({
  value: i32x4.shrSigned(a.value, i32.constant(bits)),
  range: shifted(a.range, bits),
});

/** a modulo 2^bits. */
export const mask = (a: Wide, bits: number): Wide => ({
  value: v128.and(a.value, i32x4.constant(2 ** bits - 1)),
  range: { min: 0, max: 2 ** bits - 1 },
});

/** The low half of a column read as a signed digit, in the even place; the odd place holds something that is not meant. */
export const lowHalf = (a: Wide): Pair => ({ value: a.value, even: INT16, odd: INT16 });

/**
 * What is left of a column after lowHalf, in units of 2^16, plus a constant, in the odd place. Since lowHalf is signed, the
 * rest is a / 2^16 rounded to the nearest: one addition.
 */
export function highHalf(a: Wide, constant: number): Pair {
  const rounded = add(a, wideConstant(2 ** 15 + constant * 2 ** 16));
  return { value: rounded.value, even: INT16, odd: within(shifted(rounded.range, 16), INT16, 'highHalf') };
}

/** The low halves of two columns as a pair, unchecked halves: each must be masked (maskPair) before any other use. */
function lowHalves(even: Wide, odd: Wide): Pair {
  const high = i32x4.shl(odd.value, i32.constant(16));
  return { value: v128.shuffle(even.value, high, EVEN_THEN_ODD), even: INT16, odd: INT16 };
}

/** Two columns, each modulo 2^bits, as a pair. */
export const packDigits = (even: Wide, odd: Wide, bits: number): Pair => maskPair(lowHalves(even, odd), bits);

/** Two columns that already fit 16 bits, as a pair. */
export const pack = (even: Wide, odd: Wide): Pair => ({
  value: lowHalves(even, odd).value,
  even: within(even.range, INT16, 'pack'),
  odd: within(odd.range, INT16, 'pack'),
});

/** The two digits of a pair as sign-extended columns. */
export const unpackEven = (a: Pair): Wide => ({
  value: i32x4.shrSigned(i32x4.shl(a.value, i32.constant(16)), i32.constant(16)),
  range: a.even,
});

export const unpackOdd = (a: Pair): Wide => ({
  value: i32x4.shrSigned(a.value, i32.constant(16)),
  range: a.odd,
});
