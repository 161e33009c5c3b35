/**
 * a_i b + c_i modulo the group order l, for additively homomorphic encryption. Words of 32 bits in i64, Montgomery products
 * with R = 2^256 (Montgomery 1985; the interleaved form of Koc, Acar and Kaliski 1996). Constant time: the number of steps
 * is fixed, the final subtractions choose by mask, and nothing is indexed by a value.
 */
import type { FunctionBuilder, FunctionReference, ModuleBuilder } from './assembler.js';
import { at } from './field.js';
import { i32, i64, type I32, type I64 } from './instructions.js';
import { INPUT, OUTPUT, SECOND_INPUT, SHARED_SCALAR } from './layout.js';
import { L } from './scalar-digits.js';

const WORDS32 = 8;
const LOW = i64.constant(0xffffffffn);
const THIRTY_TWO = i64.constant(32n);
const word32 = (value: bigint, index: number): I64 =>
  i64.constant((value >> BigInt(32 * index)) & 0xffffffffn);

/** -1/l modulo 2^32, by Newton's iteration, each doubling the number of correct bits. */
function negativeInverse(): bigint {
  let inverse = 1n;
  for (let bits = 1; bits < 32; bits *= 2) inverse = BigInt.asUintN(32, inverse * (2n - L * inverse));
  return BigInt.asUintN(32, -inverse);
}

/** Words less than 2 l become words less than l: l is subtracted, and kept off by mask when that borrows. */
function subtractOrder(fn: FunctionBuilder, words: readonly I64[]): I64[] {
  let borrow: I64 = i64.constant(0n);
  const reduced = words.map((value, i) => {
    const difference = fn.keep(i64.add(i64.sub(value, word32(L, i)), borrow));
    borrow = fn.keep(i64.shrSigned(difference, THIRTY_TWO));
    return fn.keep(i64.and(difference, LOW));
  });
  return words.map((value, i) => {
    const low = reduced[i];
    if (low === undefined) throw new RangeError('missing word');
    return fn.keep(i64.xor(low, i64.and(i64.xor(low, value), borrow))); // borrow is -1 exactly when value < l
  });
}

const store = (fn: FunctionBuilder, out: I32, words: readonly I64[]): void => {
  words.forEach((value, i) => {
    fn.emit(i64.store32(at(out, 4 * i), value));
  });
};

/**
 * montgomery(out, a, b): a b / 2^256 mod l for a < 2^256 and b < l. Every sum t + a b + carry is at most
 * 2 (2^32 - 1) + (2^32 - 1)^2 = 2^64 - 1, so no word is lost.
 */
function defineMontgomery(module: ModuleBuilder): FunctionReference {
  return module.define(3, (fn) => {
    const [out, a, b] = [fn.parameter(0), fn.parameter(1), fn.parameter(2)];
    const t = Array.from({ length: WORDS32 + 1 }, () => fn.local('i64'));
    const [carry, factor, total] = [fn.local('i64'), fn.local('i64'), fn.local('i64')];
    const word = (index: number): (typeof t)[number] => {
      const local = t[index];
      if (local === undefined) throw new RangeError('missing word');
      return local;
    };
    const step = (source: number, multiplicand: I64, target: number | undefined): void => {
      fn.set(total, i64.add(i64.add(word(source).get, i64.mul(factor.get, multiplicand)), carry.get));
      if (target !== undefined) fn.set(word(target), i64.and(total.get, LOW));
      fn.set(carry, i64.shrUnsigned(total.get, THIRTY_TWO));
    };
    for (const local of t) fn.set(local, i64.constant(0n));
    fn.repeat(i32.constant(WORDS32), (index) => {
      fn.set(factor, i64.load32Unsigned(at(i32.add(a, i32.shl(index.get, i32.constant(2))))));
      fn.set(carry, i64.constant(0n));
      for (let j = 0; j < WORDS32; j += 1) step(j, i64.load32Unsigned(at(b, 4 * j)), j);
      fn.set(word(WORDS32), i64.add(word(WORDS32).get, carry.get));
      fn.set(factor, i64.and(i64.mul(word(0).get, i64.constant(negativeInverse())), LOW));
      fn.set(carry, i64.constant(0n));
      for (let j = 0; j < WORDS32; j += 1) step(j, word32(L, j), j === 0 ? undefined : j - 1);
      fn.set(total, i64.add(word(WORDS32).get, carry.get));
      fn.set(word(WORDS32 - 1), i64.and(total.get, LOW));
      fn.set(word(WORDS32), i64.shrUnsigned(total.get, THIRTY_TWO));
    });
    // The result is below (2^256 l + 2^256 l) / 2^256 = 2 l < 2^254: the ninth word is zero.
    store(
      fn,
      out,
      subtractOrder(
        fn,
        t.slice(0, WORDS32).map((local) => local.get),
      ),
    );
  });
}

/** multiplyAdd(count): a_i from the input, b the shared scalar, c_i from the second input, results to the output. */
export function defineMultiplyAdd(module: ModuleBuilder): void {
  const montgomery = defineMontgomery(module);
  const factor = module.temporary(32);
  const square = module.temporary(32);
  module.define(
    1,
    (fn) => {
      const rSquared = (1n << 512n) % L;
      store(
        fn,
        i32.constant(square),
        Array.from({ length: WORDS32 }, (_, i) => word32(rSquared, i)),
      );
      fn.call(montgomery, i32.constant(factor), i32.constant(SHARED_SCALAR), i32.constant(square)); // b 2^256 mod l
      fn.repeat(fn.parameter(0), (index) => {
        const offset = fn.keep(i32.shl(index.get, i32.constant(5)));
        const out = fn.keep(i32.add(offset, i32.constant(OUTPUT)));
        fn.call(montgomery, out, i32.add(offset, i32.constant(INPUT)), i32.constant(factor));
        let carry: I64 = i64.constant(0n);
        const sum = Array.from({ length: WORDS32 }, (_, i) => {
          const addend = i64.load32Unsigned(at(offset, SECOND_INPUT + 4 * i));
          const total = fn.keep(i64.add(i64.add(i64.load32Unsigned(at(out, 4 * i)), addend), carry));
          carry = fn.keep(i64.shrUnsigned(total, THIRTY_TWO));
          return fn.keep(i64.and(total, LOW));
        });
        store(fn, out, subtractOrder(fn, sum));
      });
    },
    'multiplyAdd',
  );
}
