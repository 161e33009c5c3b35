/**
 * The canonical form of a field element: digits of the unique representative in [0, p). Signs, zero tests and encodings
 * are defined on it, and nothing else in the engine needs it.
 */
import type { FunctionBuilder } from './assembler.js';
import { at, LIMB_BITS, LIMBS, P, word, WORDS } from './field.js';
import { FREEZE_LIMIT } from './field-code.js';
import { loadWord } from './field-reduce.js';
import { v128, type Address } from './instructions.js';
import {
  add,
  BoundError,
  mask,
  multiplyByConstant,
  pack,
  shiftRight,
  unpackEven,
  unpackOdd,
  wideConstant,
  type Wide,
} from './intervals.js';

/** 2^255 = 2^(13 * 19 + 8): limb 19 keeps eight bits. */
const TOP_BITS = 255 - LIMB_BITS * (LIMBS - 1);

/** A multiple of p larger than any input in magnitude: 64 p = 2^14 at limb 19 less 64 * 19 at limb 0. */
const OFFSET = { multiple: 64n, bottom: -64 * 19, top: 2 ** 14 } as const;

/** The body of freeze(a): canonical digits, as pairs, at the given address. Bound: |a| <= FREEZE_LIMIT. */
export function writeFreeze(fn: FunctionBuilder, frozen: Address): void {
  const widest =
    BigInt(FREEZE_LIMIT) * ((2n ** BigInt(LIMB_BITS * LIMBS) - 1n) / (2n ** BigInt(LIMB_BITS) - 1n));
  if (widest >= OFFSET.multiple * P)
    throw new BoundError('freeze: the offset does not make every input positive');

  const a = at(fn.parameter(0));
  const keep = (value: Wide): Wide => ({ ...value, value: fn.keep(value.value) });
  let digits: Wide[] = [];
  for (let j = 0; j < WORDS; j += 1) {
    const loaded = loadWord(a, j, FREEZE_LIMIT);
    const kept = { ...loaded, value: fn.keep(loaded.value) };
    digits.push(unpackEven(kept), unpackOdd(kept));
  }
  const adjust = (k: number, change: Wide): void => {
    const digit = digits[k];
    if (digit !== undefined) digits[k] = add(digit, change);
  };
  adjust(0, wideConstant(OFFSET.bottom));
  adjust(LIMBS - 1, wideConstant(OFFSET.top));

  // a + 64 p = w + 2^255 q with 0 <= w < 2^255, so w + 19 q is a modulo p, not negative and below 2 p.
  const first = carryChain(digits, keep);
  digits = first.digits;
  adjust(0, multiplyByConstant(first.overflow, 19));
  // It is at least p exactly when adding 19 reaches 2^255; then p is taken off by adding 19 and dropping 2^255.
  const atLeastP = carryChain(
    digits.map((digit, k) => (k === 0 ? add(digit, wideConstant(19)) : digit)),
    keep,
  ).overflow;
  if (atLeastP.range.min < 0 || atLeastP.range.max > 1)
    throw new BoundError('freeze: the quotient is not a bit');
  adjust(0, multiplyByConstant(atLeastP, 19));
  digits = carryChain(digits, keep).digits;

  for (let j = 0; j < WORDS; j += 1) {
    const [even, odd] = [digits[2 * j], digits[2 * j + 1]];
    if (even === undefined || odd === undefined) throw new RangeError('missing digit');
    fn.emit(v128.store(word(frozen, j), pack(even, odd).value));
  }
}

/** Digits in [0, 2^13), the top one in [0, 2^8), and what is left above bit 255. */
export function carryChain(
  columns: readonly Wide[],
  keep: (value: Wide) => Wide,
): { digits: Wide[]; overflow: Wide } {
  const digits: Wide[] = [];
  let carry: Wide = wideConstant(0);
  columns.forEach((column, k) => {
    const bits = k === LIMBS - 1 ? TOP_BITS : LIMB_BITS;
    const total = k === 0 ? keep(column) : keep(add(column, carry));
    digits.push(keep(mask(total, bits)));
    carry = keep(shiftRight(total, bits));
  });
  return { digits, overflow: carry };
}
