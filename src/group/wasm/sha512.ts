/** The compression function of SHA-512, FIPS 180-4 section 6.4.2, on 64-bit scalars. */
import type { FunctionReference, Local, ModuleBuilder } from './assembler.js';
import { at } from './field.js';
import { i32, i64, i64x2, v128, type Address, type I64, type Statement, type V128 } from './instructions.js';
import { ROUND_CONSTANTS } from './layout.js';

export const BLOCK_BYTES = 128;
export const DIGEST_BYTES = 64;

/** The first 64 fractional bits of the square (or cube) roots of the first primes, section 4.2.3 and 5.3.5. */
function rootBits(degree: 2n | 3n, count: number): BigUint64Array {
  const result = new BigUint64Array(count);
  const primes: bigint[] = [];
  for (let n = 2n; primes.length < count; n += 1n)
    if (primes.every((prime) => n % prime !== 0n)) primes.push(n);
  primes.forEach((prime, index) => {
    const scaled = prime << (64n * degree);
    let root = 1n << 70n; // Newton's iteration from above: the first value that does not decrease is the integer root
    for (;;) {
      const next = ((degree - 1n) * root + scaled / root ** (degree - 1n)) / degree;
      if (next >= root) break;
      root = next;
    }
    result[index] = BigInt.asUintN(64, root);
  });
  return result;
}

const ROUNDS = 80;
const SCHEDULE = 16;

/** The data segments at ROUND_CONSTANTS and INITIAL_STATE. */
export const roundConstants = (): Uint8Array => new Uint8Array(rootBits(3n, ROUNDS).buffer);
export const initialState = (): Uint8Array => new Uint8Array(rootBits(2n, 8).buffer);

const SWAP_BYTES = [7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8] as const;
const swapBytes = (value: V128): V128 => v128.shuffle(value, value, SWAP_BYTES);

const rotations = (x: I64, a: number, b: number, last: I64): I64 =>
  i64.xor(
    i64.xor(i64.rotateRight(x, i64.constant(BigInt(a))), i64.rotateRight(x, i64.constant(BigInt(b)))),
    last,
  );
const rotated = (x: I64, bits: number): I64 => i64.rotateRight(x, i64.constant(BigInt(bits)));
const shifted = (x: I64, bits: number): I64 => i64.shrUnsigned(x, i64.constant(BigInt(bits)));

/** compress(state, block): replaces the eight words of the state. */
export function defineCompress(module: ModuleBuilder): FunctionReference {
  return module.define(2, (fn) => {
    const [state, block] = [fn.parameter(0), fn.parameter(1)];
    const w = Array.from({ length: SCHEDULE }, () => fn.local('i64'));
    const variables = Array.from({ length: 8 }, () => fn.local('i64'));
    const pick = (locals: readonly Local<'i64'>[], index: number): Local<'i64'> => {
      const local = locals[index];
      if (local === undefined) throw new RangeError('missing word');
      return local;
    };
    for (let i = 0; i < SCHEDULE; i += 2) {
      const words = fn.keep(swapBytes(v128.load(at(block, 8 * i))));
      fn.set(pick(w, i), i64x2.lane(words, 0));
      fn.set(pick(w, i + 1), i64x2.lane(words, 1));
    }
    variables.forEach((variable, i) => {
      fn.set(variable, i64.load(at(state, 8 * i)));
    });

    /** Round number `round` of a group of sixteen: names move by one each round and return after eight. */
    const writeRound = (round: number, constant: I64): void => {
      const name = (index: number): Local<'i64'> => pick(variables, (index + 16 - round) % 8);
      const [a, b, c, d] = [name(0).get, name(1).get, name(2).get, name(3)];
      const [e, f, g, h] = [name(4).get, name(5).get, name(6).get, name(7)];
      const choice = i64.xor(g, i64.and(e, i64.xor(f, g)));
      const majority = i64.xor(i64.and(a, i64.xor(b, c)), i64.and(b, c));
      const schedule = i64.add(pick(w, round).get, constant);
      const t1 = fn.keep(
        i64.add(i64.add(i64.add(h.get, schedule), choice), rotations(e, 14, 18, rotated(e, 41))),
      );
      fn.set(d, i64.add(d.get, t1));
      fn.set(h, i64.add(t1, i64.add(majority, rotations(a, 28, 34, rotated(a, 39)))));
    };
    const extend = (round: number): void => {
      const [two, fifteen] = [pick(w, (round + 14) % 16).get, pick(w, (round + 1) % 16).get];
      const low = rotations(fifteen, 1, 8, shifted(fifteen, 7));
      const high = rotations(two, 19, 61, shifted(two, 6));
      const seven = pick(w, (round + 9) % 16).get;
      fn.set(pick(w, round), i64.add(i64.add(pick(w, round).get, low), i64.add(seven, high)));
    };
    for (let round = 0; round < SCHEDULE; round += 1)
      writeRound(round, i64.load(at(i32.constant(0), ROUND_CONSTANTS + 8 * round)));
    fn.repeat(i32.constant(ROUNDS / SCHEDULE - 1), (group) => {
      const constants = fn.keep(i32.mul(group.get, i32.constant(8 * SCHEDULE)));
      for (let round = 0; round < SCHEDULE; round += 1) {
        extend(round);
        writeRound(round, i64.load(at(constants, ROUND_CONSTANTS + 8 * (SCHEDULE + round))));
      }
    });
    variables.forEach((variable, i) => {
      fn.emit(i64.store(at(state, 8 * i), i64.add(i64.load(at(state, 8 * i)), variable.get)));
    });
  });
}

/** The digest of a state: its words in big-endian order, section 6.4.2. */
export function writeDigest(emit: (statement: Statement) => void, out: Address, state: Address): void {
  for (let offset = 0; offset < DIGEST_BYTES; offset += 16) {
    const words = v128.load({ base: state.base, offset: state.offset + offset });
    emit(v128.store({ base: out.base, offset: out.offset + offset }, swapBytes(words)));
  }
}
