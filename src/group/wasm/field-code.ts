/**
 * Field formulas as code: calls of the multiplication and square, additions written in place, with the magnitude of
 * every element followed while the module is generated. A formula that could overflow does not generate.
 */
import type { FunctionBuilder, FunctionReference, ModuleBuilder } from './assembler.js';
import {
  ELEMENT_BYTES,
  fixed,
  FOLD,
  HALF_RADIX,
  LIMB_BITS,
  MAX_PRODUCT,
  REDUCED,
  word,
  WORDS,
} from './field.js';
import { i32, i32x4, v128, type Address, type I32, type V128 } from './instructions.js';
import {
  addPair,
  BoundError,
  choose,
  magnitude,
  maskPair,
  multiplyPair,
  negateWhere,
  pair,
  pairConstant,
  shiftPairRight,
  straddle,
  subPair,
  symmetric,
  type Pair,
} from './intervals.js';

/** A field element of four lanes in memory. limit: the largest magnitude of its limbs, undefined until written. */
export interface Slot {
  readonly address: Address;
  limit: number | undefined;
}

export interface FieldRoutines {
  readonly multiply: FunctionReference;
  readonly square: FunctionReference;
  readonly freeze: FunctionReference;
  /** Where freeze leaves canonical digits. */
  readonly frozen: Address;
}

/** freeze accepts limbs up to this magnitude. */
export const FREEZE_LIMIT = 3 * REDUCED;

export const slot = (address: Address, limit?: number): Slot => ({ address, limit });

/** A fresh element of the module's temporary memory. */
export const work = (module: ModuleBuilder): Slot => slot(fixed(module.temporary(ELEMENT_BYTES)));

export function pointer(address: Address): I32 {
  return address.offset === 0 ? address.base : i32.add(address.base, i32.constant(address.offset));
}

function limitOf(element: Slot): number {
  if (element.limit === undefined) throw new BoundError('a field element is read before it is written');
  return element.limit;
}

/** Fails generation unless the element keeps within a limit: closes the induction over a loop or a call. */
export function requireLimit(element: Slot, limit: number): void {
  if (limitOf(element) > limit)
    throw new BoundError(`limit ${String(element.limit)} exceeds ${String(limit)}`);
}

export type Read = (element: Slot) => Pair;

/** Marks an output of FieldCode.linear that is to be carried once: for sums too large for what follows. */
export class Carried {
  constructor(readonly slot: Slot) {}
}

/** Takes the words of one output in order, then what comes round from the last to the first. */
interface WordWriter {
  readonly write: (j: number, result: Pair) => void;
  readonly finish: () => void;
}

export class FieldCode {
  constructor(
    readonly fn: FunctionBuilder,
    readonly field: FieldRoutines,
  ) {}

  /** out = a b. Needs |a| |b| <= MAX_PRODUCT; out <= REDUCED. */
  multiply(out: Slot, a: Slot, b: Slot): void {
    const product = limitOf(a) * limitOf(b);
    if (product > MAX_PRODUCT)
      throw new BoundError(`multiply: ${String(product)} exceeds ${String(MAX_PRODUCT)}`);
    this.fn.call(this.field.multiply, pointer(out.address), pointer(a.address), pointer(b.address));
    out.limit = REDUCED;
  }

  /** out = a^2. Needs |a|^2 <= MAX_PRODUCT; out <= REDUCED. */
  square(out: Slot, a: Slot): void {
    if (limitOf(a) ** 2 > MAX_PRODUCT)
      throw new BoundError(`square: limb magnitude ${String(a.limit)} is too large`);
    this.fn.call(this.field.square, pointer(out.address), pointer(a.address));
    out.limit = REDUCED;
  }

  /** Sums and differences of several elements in one pass over the words. Outputs may be inputs. */
  linear(outputs: readonly (Slot | Carried)[], compute: (read: Read) => readonly Pair[]): void {
    const writers = outputs.map((output) =>
      output instanceof Carried ? this.#carriedWriter(output.slot) : this.#plainWriter(output),
    );
    for (let j = 0; j < WORDS; j += 1) {
      const results = compute(this.#reader(j));
      writers.forEach((writer, index) => {
        const result = results[index];
        if (result === undefined) throw new RangeError('fewer results than outputs');
        writer.write(j, result);
      });
    }
    for (const writer of writers) writer.finish();
  }

  #plainWriter(output: Slot): WordWriter {
    let limit = 0;
    return {
      write: (j, result) => {
        limit = Math.max(limit, magnitude(result.even), magnitude(result.odd));
        this.fn.emit(v128.store(word(output.address, j), result.value));
      },
      finish: () => {
        output.limit = limit;
      },
    };
  }

  /** Balances every digit and passes its carry on once. Limb 0 gets FOLD times the carry out of limb 19. */
  #carriedWriter(output: Slot): WordWriter {
    const keep = (value: Pair): Pair => ({ ...value, value: this.fn.keep(value.value) });
    const half = pairConstant(HALF_RADIX, HALF_RADIX);
    const plain = this.#plainWriter(output);
    let first: { readonly digit: Pair; readonly carry: Pair } | undefined;
    let previous: Pair = pairConstant(0, 0);
    return {
      write: (j, result) => {
        const rounded = keep(addPair(result, half));
        const digit = subPair(maskPair(rounded, LIMB_BITS), half);
        const carry = keep(shiftPairRight(rounded, LIMB_BITS));
        if (j === 0) first = { digit: keep(digit), carry };
        else plain.write(j, addPair(digit, straddle(previous, carry)));
        previous = carry;
      },
      finish: () => {
        if (first === undefined) throw new RangeError('no words');
        const incoming = multiplyPair(straddle(previous, first.carry), pairConstant(FOLD, 1));
        plain.write(0, addPair(first.digit, incoming));
        plain.finish();
      },
    };
  }

  add(out: Slot, a: Slot, b: Slot): void {
    this.linear([out], (read) => [addPair(read(a), read(b))]);
  }

  sub(out: Slot, a: Slot, b: Slot): void {
    this.linear([out], (read) => [subPair(read(a), read(b))]);
  }

  copy(out: Slot, a: Slot): void {
    this.linear([out], (read) => [read(a)]);
  }

  /** out = a where the mask is set, b elsewhere. */
  choose(out: Slot, mask: V128, a: Slot, b: Slot): void {
    this.linear([out], (read) => [choose(mask, read(a), read(b))]);
  }

  /** out = -a where the mask is set, a elsewhere. */
  negateWhere(out: Slot, mask: V128, a: Slot): void {
    this.linear([out], (read) => [negateWhere(mask, read(a))]);
  }

  /** Makes the canonical digits of a at field.frozen. */
  freeze(a: Slot): void {
    requireLimit(a, FREEZE_LIMIT);
    this.fn.call(this.field.freeze, pointer(a.address));
  }

  /** Mask of the lanes where a is negative: its canonical form is odd (RFC 9496 section 3.1). */
  isNegative(a: Slot): V128 {
    this.freeze(a);
    const parity = v128.and(v128.load(word(this.field.frozen, 0)), i32x4.constant(1));
    return this.fn.keep(i32x4.sub(i32x4.constant(0), parity));
  }

  /** Mask of the lanes where a is zero. */
  isZero(a: Slot): V128 {
    this.freeze(a);
    let bits = v128.load(word(this.field.frozen, 0));
    for (let j = 1; j < WORDS; j += 1) bits = v128.or(bits, v128.load(word(this.field.frozen, j)));
    return this.fn.keep(i32x4.equal(bits, i32x4.constant(0)));
  }

  #reader(j: number): Read {
    const loaded = new Map<Slot, Pair>();
    return (element) => {
      const before = loaded.get(element);
      if (before !== undefined) return before;
      const range = symmetric(limitOf(element));
      const value = pair(this.fn.keep(v128.load(word(element.address, j))), range, range);
      loaded.set(element, value);
      return value;
    };
  }
}
