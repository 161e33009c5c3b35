/**
 * Field multiplication: 210 dot products for four elements.
 *
 * Column k of a product is the sum of a_i b_(k-i). With words A_i = (a_2i, a_2i+1) an odd column 2m + 1 is the sum of
 * A_i . (b_2j+1, b_2j) and an even column 2m the sum of A_i . (b_2j, b_2j-1), where i + j = m. So b is staged once in
 * scratch memory as ten rotated and eleven straddling words, and both streams pass along the words of a.
 */
import type { FunctionBuilder } from './assembler.js';
import { at, fixed, MAX_PRODUCT, word, WORD_BYTES, WORDS } from './field.js';
import { COLUMNS, ColumnStore, HALF, type Stream } from './field-columns.js';
import { loadWord, reduceColumns } from './field-reduce.js';
import { v128, type Address } from './instructions.js';
import { blend, dot, pair, pairConstant, swapPair, symmetric, type Pair } from './intervals.js';

/** Scratch: ten rotated words, eleven straddling words, the columns. */
export const PRODUCT_SCRATCH_BYTES = (WORDS + WORDS + 1 + COLUMNS) * WORD_BYTES;

/** The body of multiply(out, a, b). Bounds: |a| |b| <= MAX_PRODUCT; out <= REDUCED. out may be a or b. */
export function writeMultiply(fn: FunctionBuilder, scratch: number): void {
  const [out, a, b] = [at(fn.parameter(0)), at(fn.parameter(1)), at(fn.parameter(2))];
  // Only the product of the two magnitudes matters to the columns, so sharing it evenly proves every other split too.
  const limit = Math.sqrt(MAX_PRODUCT);
  const { rotated, straddling, columns } = productScratch(fn, scratch, limit);
  const every = { product: (digits: Pair, _i: number, other: Pair) => dot(digits, other), start: () => 0 };
  stageWords(fn, scratch, b, limit);
  for (const first of [0, HALF]) {
    const words = Array.from({ length: HALF }, (_, i) => keepPair(fn, loadWord(a, first + i, limit)));
    columns.addProducts(words, first, { ...rotated, ...every });
    columns.addProducts(words, first, { ...straddling, ...every });
  }
  reduceColumns(fn, columns, out);
}

export function keepPair(fn: FunctionBuilder, value: Pair): Pair {
  return { ...value, value: fn.keep(value.value) };
}

type StagedWords = Pick<Stream, 'length' | 'load' | 'columnOf'>;

interface ProductScratch {
  readonly rotated: StagedWords;
  readonly straddling: StagedWords;
  readonly columns: ColumnStore;
}

/** The staged words of an operand and the columns, in scratch memory. */
export function productScratch(fn: FunctionBuilder, scratch: number, limit: number): ProductScratch {
  const load = (address: Address, even: number, odd: number): Pair =>
    pair(v128.load(address), symmetric(even), symmetric(odd));
  return {
    rotated: {
      length: WORDS,
      load: (j) => load(word(fixed(scratch), j), limit, limit),
      columnOf: (sum) => 2 * sum + 1,
    },
    straddling: {
      length: WORDS + 1,
      load: (j) => load(word(fixed(scratch), WORDS + j), j < WORDS ? limit : 0, j > 0 ? limit : 0),
      columnOf: (sum) => 2 * sum,
    },
    columns: new ColumnStore(fn, fixed(scratch + (2 * WORDS + 1) * WORD_BYTES)),
  };
}

/** Stages the operand at an address: its rotated and its straddling words. */
export function stageWords(fn: FunctionBuilder, scratch: number, operand: Address, limit: number): void {
  const zero = pairConstant(0, 0);
  let previous: Pair = zero;
  for (let j = 0; j <= WORDS; j += 1) {
    const current = j < WORDS ? keepPair(fn, loadWord(operand, j, limit)) : zero;
    if (j < WORDS) fn.emit(v128.store(word(fixed(scratch), j), swapPair(current).value));
    fn.emit(v128.store(word(fixed(scratch), WORDS + j), blend(current, previous).value));
    previous = current;
  }
}
