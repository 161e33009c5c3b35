/**
 * Reading a table at a secret digit. Every entry is read, whatever the digit: a mask made by comparison keeps one of them.
 * No address and no branch depends on the digit.
 */
import type { FieldConstant } from './constants.js';
import { word, WORDS } from './field.js';
import { requireLimit, type FieldCode, type Slot } from './field-code.js';
import { i32, i32x4, v128, type V128 } from './instructions.js';
import { choose, magnitude, negateWhere, pair, symmetric, type Pair } from './intervals.js';

/** Multiples in a table: digits run from -8 to 8, zero is the identity and signs are applied after the selection. */
export const MULTIPLES = 8;

/** One field of the table's entries. */
export interface Column {
  /** Where the chosen value goes. */
  readonly out: Slot;
  /** The value in the entry that stands for digit zero. */
  readonly identity: FieldConstant;
  /** Word j of the multiple (1..8). */
  readonly load: (multiple: number, j: number) => V128;
  /** The magnitude of the values in the table. */
  readonly limit: number;
}

export interface Table {
  readonly plus: Column;
  readonly minus: Column;
  readonly others: readonly Column[];
  /** The field that changes sign with the point. */
  readonly signed: Column;
}

/** Writes the entry for the digits (one per lane, -8..8) to the columns' outputs, negated where a digit is negative. */
export function selectEntry(code: FieldCode, digits: V128, table: Table): void {
  const { fn } = code;
  const sign = fn.keep(i32x4.shrSigned(digits, i32.constant(31)));
  const absolute = fn.keep(i32x4.sub(v128.xor(digits, sign), sign));
  const masks = Array.from({ length: MULTIPLES + 1 }, (_, value) =>
    fn.keep(i32x4.equal(absolute, i32x4.constant(value))),
  );

  const limits = new Map<Slot, number>();
  const scan = (column: Column, j: number): Pair => {
    let value: V128 | undefined;
    masks.forEach((mask, multiple) => {
      const isZero = multiple === 0;
      if (isZero && column.identity.bytes.subarray(16 * j, 16 * j + 16).every((byte) => byte === 0)) return;
      const entry = isZero ? v128.load(word(column.identity.address, j)) : column.load(multiple, j);
      const masked = v128.and(entry, mask);
      value = value === undefined ? masked : v128.or(value, masked);
    });
    if (value === undefined) throw new RangeError('an empty table');
    // Exactly one mask is set in a lane, so the result is one of the entries and keeps their magnitude.
    const range = symmetric(Math.max(column.limit, column.identity.limit ?? 0));
    return pair(fn.keep(value), range, range);
  };
  const store = (column: Column, j: number, value: Pair): void => {
    limits.set(
      column.out,
      Math.max(limits.get(column.out) ?? 0, magnitude(value.even), magnitude(value.odd)),
    );
    fn.emit(v128.store(word(column.out.address, j), value.value));
  };

  for (let j = 0; j < WORDS; j += 1) {
    const [plus, minus] = [scan(table.plus, j), scan(table.minus, j)];
    store(table.plus, j, choose(sign, minus, plus)); // the negative of a point has Y + X and Y - X exchanged
    store(table.minus, j, choose(sign, plus, minus));
    for (const column of table.others) store(column, j, scan(column, j));
    store(table.signed, j, negateWhere(sign, scan(table.signed, j)));
  }
  for (const [out, limit] of limits) out.limit = limit;
  for (const { out, limit } of [table.plus, table.minus, ...table.others, table.signed])
    requireLimit(out, limit);
}
