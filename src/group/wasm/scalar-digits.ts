/**
 * Scalars as digits. Encoding by double-and-compress gives the encoding of 2P from P, so the multiplication is by half
 * the scalar: k/2 mod l is k/2 when k is even and -((l - k)/2) when k is odd. The magnitude is below 2^251 + 2^124
 * either way, one window less than k itself takes.
 *
 * It is recoded in signed digits of four bits, d_i in [-8, 8), the top one in [0, 8]. All arithmetic is on words of fixed
 * width, without branch or index on the scalar.
 */
import type { FunctionBuilder, ModuleBuilder } from './assembler.js';
import { i32, i64, type I32, type I64 } from './instructions.js';
import { at } from './field.js';
import { INPUT, SHARED_SCALAR } from './layout.js';

/** The order of the group, RFC 9496 section 4.1. */
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;

export const DIGIT_COUNT = 63;

const WORDS32 = 8;
const word32 = (value: bigint, index: number): bigint => (value >> BigInt(32 * index)) & 0xffffffffn;

/** Writes the digits of half the scalar at input, each stride bytes after the one before. */
function writeDigits(fn: FunctionBuilder, input: I32, output: I32, stride: number): void {
  const k = Array.from({ length: WORDS32 }, (_, i) => fn.keep(i64.load32Unsigned(at(input, 4 * i))));
  const [lowest] = k;
  if (lowest === undefined) throw new RangeError('no words');
  const odd = fn.keep(i64.sub(i64.constant(0n), i64.and(lowest, i64.constant(1n)))); // all ones when k is odd

  let borrow: I64 = i64.constant(0n);
  const chosen = k.map((value, i) => {
    const difference = fn.keep(i64.add(i64.sub(i64.constant(word32(L, i)), value), borrow)); // in (-2^32 - 1, 2^32)
    borrow = fn.keep(i64.shrSigned(difference, i64.constant(32n)));
    const low = i64.and(difference, i64.constant(0xffffffffn));
    return fn.keep(i64.xor(value, i64.and(i64.xor(value, low), odd)));
  });
  const half = chosen.map((value, i) => {
    const above = chosen[i + 1];
    const shifted = i64.shrUnsigned(value, i64.constant(1n));
    const joined =
      above === undefined
        ? shifted
        : i64.or(shifted, i64.shl(i64.and(above, i64.constant(1n)), i64.constant(31n)));
    return fn.keep(i32.wrap(joined));
  });

  const sign = fn.keep(i32.wrap(odd));
  let carry: I32 = i32.constant(0);
  for (let i = 0; i < DIGIT_COUNT; i += 1) {
    const source = half[Math.floor(i / 8)];
    if (source === undefined) throw new RangeError('digit beyond the scalar');
    const nibble = i32.and(i32.shrUnsigned(source, i32.constant(4 * (i % 8))), i32.constant(15));
    let digit = fn.keep(i32.add(nibble, carry)); // 0..16
    if (i < DIGIT_COUNT - 1) {
      carry = fn.keep(i32.shrUnsigned(i32.add(digit, i32.constant(8)), i32.constant(4)));
      digit = fn.keep(i32.sub(digit, i32.shl(carry, i32.constant(4))));
    }
    const signed = i32.sub(i32.xor(digit, sign), sign);
    fn.emit(i32.store(at(output, stride * (DIGIT_COUNT - 1 - i)), signed));
  }
}

export interface DigitRoutines {
  /** The digits of the shared scalar as i32, the most significant first. */
  readonly sharedDigits: number;
  /** The digits of four scalars, lane by lane: 16 bytes a digit, the most significant first. */
  readonly laneDigits: number;
  /** recodeLane(scalar address, address of the lane's first digit). */
  readonly recodeLane: ReturnType<ModuleBuilder['define']>;
}

export function defineDigits(module: ModuleBuilder): DigitRoutines {
  const sharedDigits = module.temporary(4 * DIGIT_COUNT);
  const laneDigits = module.temporary(16 * DIGIT_COUNT);
  module.define(
    0,
    (fn) => {
      writeDigits(fn, i32.constant(SHARED_SCALAR), i32.constant(sharedDigits), 4);
    },
    'recode',
  );
  return {
    sharedDigits,
    laneDigits,
    recodeLane: module.define(2, (fn) => {
      writeDigits(fn, fn.parameter(0), fn.parameter(1), 16);
    }),
  };
}

/** The address of scalar number index of the input. */
export const scalarAt = (index: I32): I32 => i32.add(i32.constant(INPUT), i32.shl(index, i32.constant(5)));
