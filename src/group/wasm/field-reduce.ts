/**
 * From the 39 columns of a product to twenty limbs. Column k is worth 2^(13 k); 2^260 = 608 mod p.
 *
 * High columns are split at bit 16 instead of being carried one after another: column k = lo + 2^16 hi with both signed,
 * and 2^16 at column k is 8 at column k + 1. So column j receives 608 lo of column j + 20 and 8 * 608 hi of column
 * j + 19, one dot of a blended pair. The low columns then pass one chain of carries.
 */
import type { FunctionBuilder } from './assembler.js';
import { FOLD, HALF_RADIX, LIMB_BITS, LIMBS, mod, REDUCED, word } from './field.js';
import { COLUMNS, type ColumnStore } from './field-columns.js';
import { v128, type Address } from './instructions.js';
import {
  add,
  blend,
  BoundError,
  dot,
  highHalf,
  lowHalf,
  magnitude,
  mask,
  multiplyByConstant,
  pack,
  packDigits,
  pair,
  pairConstant,
  shiftRight,
  subPair,
  wideConstant,
  type Pair,
  type Wide,
} from './intervals.js';

/** 2^16 at a high column is worth this one column above the one it folds to. */
const FOLD_HIGH = FOLD * 2 ** (16 - LIMB_BITS);

/**
 * Digits come out balanced when about half the radix is added to every column before the carries and taken off every digit
 * after them. The addition costs nothing where it rides on the constant that highHalf adds anyway: 16 more high halves are
 * worth 16 FOLD_HIGH = 9 * 2^13 + 2^12, half the radix here and 9 one column above. So every digit is offset by 2^12 + 9,
 * and limb 0, which no high half reaches, makes up for the ends: for its own offset, for the 9 that limb 1 does not get
 * from below, and for the 9 that limb 19 sends round.
 */
const RIDING = 16;
const EXCESS = 9;
const OFFSET = HALF_RADIX + EXCESS;
const OFFSET_BOTTOM = OFFSET + EXCESS * 2 ** LIMB_BITS - EXCESS * FOLD;

/** What is added and what is taken off must be equal modulo p. */
function checkOffsets(): void {
  let difference = BigInt(OFFSET_BOTTOM - OFFSET);
  for (let j = 1n; j < BigInt(LIMBS); j += 1n) {
    difference += BigInt(RIDING * FOLD_HIGH - OFFSET) << (BigInt(LIMB_BITS) * j);
  }
  if (mod(difference) !== 0n) throw new BoundError('the offsets of the digits do not cancel');
}

const OFFSETS = pairConstant(OFFSET, OFFSET);

function storeDigits(fn: FunctionBuilder, out: Address, j: number, digits: Pair): void {
  const balanced = subPair(digits, OFFSETS);
  if (Math.max(magnitude(balanced.even), magnitude(balanced.odd)) > REDUCED) {
    throw new BoundError(`reduced word ${String(j)} exceeds REDUCED`);
  }
  fn.emit(v128.store(word(out, j), balanced.value));
}

/** Folds and carries stored columns 0..38 into out: limbs of magnitude at most REDUCED. */
export function reduceColumns(fn: FunctionBuilder, columns: ColumnStore, out: Address): void {
  checkOffsets();
  const keepWide = (value: Wide): Wide => ({ ...value, value: fn.keep(value.value) });
  const keepPair = (value: Pair): Pair => ({ ...value, value: fn.keep(value.value) });
  const load = (k: number): Wide => {
    const column = columns.load(k);
    if (column === undefined) throw new RangeError(`no column ${String(k)}`);
    return keepWide(column);
  };
  const zero = pairConstant(0, 0);
  const factors = pairConstant(FOLD, FOLD_HIGH);

  let below: Pair = zero; // the high half of column j + 19; column 19 itself is low
  let carry: Wide = wideConstant(0);
  let even: Wide = carry;
  const lowest: Wide[] = []; // limbs 0 to 3 wait for the carry that comes round
  for (let j = 0; j < LIMBS; j += 1) {
    const high = j + LIMBS < COLUMNS ? load(j + LIMBS) : undefined;
    let column = add(load(j), dot(blend(high ? lowHalf(high) : zero, below), factors));
    if (high) below = keepPair(highHalf(high, RIDING));
    column = add(column, j === 0 ? wideConstant(OFFSET_BOTTOM) : carry);
    column = keepWide(column);
    carry = keepWide(shiftRight(column, LIMB_BITS));
    if (j < 4) lowest.push(column);
    else if (j % 2 === 1) storeDigits(fn, out, (j - 1) / 2, packDigits(even, column, LIMB_BITS));
    even = column;
  }
  wrap(fn, lowest, carry, out);
}

/** The carry out of limb 19 returns times FOLD to limb 0, runs into limbs 1 and 2 and stops there. */
function wrap(fn: FunctionBuilder, lowest: readonly Wide[], carry: Wide, out: Address): void {
  const keep = (value: Wide): Wide => ({ ...value, value: fn.keep(value.value) });
  const [column0, column1, column2, column3] = lowest;
  if (!column0 || !column1 || !column2 || !column3) throw new RangeError('missing column');
  const first = keep(add(mask(column0, LIMB_BITS), multiplyByConstant(carry, FOLD)));
  const second = keep(add(mask(column1, LIMB_BITS), shiftRight(first, LIMB_BITS)));
  const third = add(mask(column2, LIMB_BITS), shiftRight(second, LIMB_BITS));
  storeDigits(fn, out, 0, packDigits(first, second, LIMB_BITS));
  storeDigits(fn, out, 1, pack(third, mask(column3, LIMB_BITS)));
}

/** Reads word j of an element whose limbs have at most the given magnitude. */
export function loadWord(address: Address, j: number, limit: number): Pair {
  const range = { min: -limit, max: limit };
  return pair(v128.load(word(address, j)), range, range);
}
