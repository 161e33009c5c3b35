/**
 * Columns of products kept in scratch memory, and the pass that adds to them.
 *
 * A pass holds five words of one operand in registers while the words of the other stream past, each feeding five sums
 * of which one is finished and stored at every step. The optimising compiler keeps the order of loads and stores only
 * and moves everything else, so this order is what keeps it from spilling: the code it makes of a product spills nothing.
 */
import type { FunctionBuilder } from './assembler.js';
import { LIMBS, word, WORDS } from './field.js';
import { v128, type Address } from './instructions.js';
import { add, wide, type Interval, type Pair, type Wide } from './intervals.js';

/** Words 0..4 first, then words 5..9: what fits the registers. */
export const HALF = WORDS / 2;

export const COLUMNS = 2 * LIMBS - 1;

export interface Stream {
  readonly length: number;
  readonly load: (j: number) => Pair;
  /** The column that word i of the one operand and word j of the other feed, given i + j. */
  readonly columnOf: (sum: number) => number;
  /** The product of word i of the one operand and word j of the other; undefined where a square needs none by symmetry. */
  readonly product: (digits: Pair, i: number, other: Pair, j: number) => Wide | undefined;
  /** The first word that has a product with word `first` of the operand. */
  readonly start: (first: number) => number;
}

export class ColumnStore {
  readonly #ranges = new Map<number, Interval>();

  constructor(
    private readonly fn: FunctionBuilder,
    private readonly base: Address,
  ) {}

  /** Column k as stored so far; undefined when nothing has been added to it yet. */
  load(k: number): Wide | undefined {
    const range = this.#ranges.get(k);
    return range && wide(v128.load(word(this.base, k)), range);
  }

  store(k: number, value: Wide): void {
    this.fn.emit(v128.store(word(this.base, k), value.value));
    this.#ranges.set(k, value.range);
  }

  /** Adds the products of words first, first + 1, ... (already in locals) with the words of the stream. */
  addProducts(words: readonly Pair[], first: number, stream: Stream): void {
    const loaded = new Map<number, Pair>();
    for (
      let total = first + stream.start(first);
      total < first + words.length - 1 + stream.length;
      total += 1
    ) {
      const entering = total - first;
      if (entering < stream.length) {
        const pair = stream.load(entering);
        loaded.set(entering, { ...pair, value: this.fn.keep(pair.value) });
      }
      const products = words.flatMap((digits, i) => {
        const j = total - first - i;
        const other = loaded.get(j);
        const product = other && stream.product(digits, first + i, other, j);
        return product === undefined ? [] : [product];
      });
      const k = stream.columnOf(total);
      if (products.length === 0 || k >= COLUMNS) continue; // the word past the last has no even digit: no column 40
      const before = this.load(k);
      this.store(k, (before === undefined ? products : [before, ...products]).reduce(add));
    }
  }
}
