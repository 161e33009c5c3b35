/** Field elements from and to 32 little-endian bytes, four elements at a time (RFC 9496 section 3.1 on encodings). */
import { LIMB_BITS, LIMBS, word, WORDS } from './field.js';
import type { FieldCode, Slot } from './field-code.js';
import { carryChain } from './field-freeze.js';
import { i32, i32x4, v128, type Address, type V128 } from './instructions.js';
import { add, mask, pack, wide, wideConstant, type Wide } from './intervals.js';

const WORD32 = 8;

/** The eight 32-bit words of four encodings that stand stride bytes apart. */
function loadWords(code: FieldCode, input: Address, stride: number): V128[] {
  return Array.from({ length: WORD32 }, (_, k) => {
    let words = i32x4.constant(0);
    for (let lane = 0; lane < 4; lane += 1) {
      const offset = input.offset + stride * lane + 4 * k;
      words = i32x4.withLane(words, lane, i32.load({ base: input.base, offset }));
    }
    return code.fn.keep(words);
  });
}

/** Limb k of the words, unsigned; bits counts from the limb's lowest bit. */
function limb(words: readonly V128[], k: number, bits: number): Wide {
  const [start, shift] = [Math.floor((LIMB_BITS * k) / 32), (LIMB_BITS * k) % 32];
  const [low, high] = [words[start], words[start + 1]];
  if (low === undefined) throw new RangeError('limb beyond the words');
  let value = i32x4.shrUnsigned(low, i32.constant(shift));
  if (shift + bits > 32 && high !== undefined)
    value = v128.or(value, i32x4.shl(high, i32.constant(32 - shift)));
  return mask(wide(value, { min: -(2 ** 31), max: 2 ** 31 - 1 }), bits);
}

/** Reads 255 bits of each encoding, ignoring bit 255. out: limbs in [0, 2^13), so magnitude 8191. */
export function fromBytes(code: FieldCode, out: Slot, input: Address, stride: number): void {
  storeLimbs(code, out, loadWords(code, input, stride));
}

function storeLimbs(code: FieldCode, out: Slot, words: readonly V128[]): void {
  for (let j = 0; j < WORDS; j += 1) {
    const even = limb(words, 2 * j, LIMB_BITS);
    const odd = limb(words, 2 * j + 1, 2 * j + 1 === LIMBS - 1 ? 8 : LIMB_BITS);
    code.fn.emit(v128.store(word(out.address, j), pack(even, odd).value));
  }
  out.limit = 2 ** LIMB_BITS - 1;
}

/**
 * Reads encodings of group elements and returns the mask of lanes whose 256 bits are below p and even, as RFC 9496
 * section 4.3.1 step 1 requires. The check looks at all 256 bits, before any are dropped.
 */
export function fromCanonicalBytes(code: FieldCode, out: Slot, input: Address): V128 {
  const { fn } = code;
  const words = loadWords(code, input, 32);
  storeLimbs(code, out, words);
  const keep = (value: Wide): Wide => ({ ...value, value: fn.keep(value.value) });
  const limbs = Array.from({ length: LIMBS }, (_, k) => limb(words, k, k === LIMBS - 1 ? 9 : LIMB_BITS));
  const bottom = limbs[0] ?? wideConstant(0);
  const parity = mask(bottom, 1);
  limbs[0] = add(bottom, wideConstant(19)); // s + 19 reaches 2^255 exactly when s >= p
  const { overflow } = carryChain(limbs, keep);
  return fn.keep(i32x4.equal(v128.or(overflow.value, parity.value), i32x4.constant(0)));
}

/** Writes the canonical form of a, zeros in the lanes where the mask is not set, as four times 32 bytes. */
export function toBytes(code: FieldCode, output: Address, a: Slot, where: V128): void {
  const { fn } = code;
  code.freeze(a);
  const digits = Array.from({ length: LIMBS }, (_, k) => {
    const pairOf = v128.load(word(code.field.frozen, Math.floor(k / 2)));
    return fn.keep(
      k % 2 === 0 ? v128.and(pairOf, i32x4.constant(0xffff)) : i32x4.shrUnsigned(pairOf, i32.constant(16)),
    );
  });
  for (let k = 0; k < WORD32; k += 1) {
    let value = i32x4.constant(0);
    digits.forEach((digit, index) => {
      const shift = LIMB_BITS * index - 32 * k;
      if (shift <= -LIMB_BITS || shift >= 32) return;
      const shifted =
        shift >= 0 ? i32x4.shl(digit, i32.constant(shift)) : i32x4.shrUnsigned(digit, i32.constant(-shift));
      value = v128.or(value, shifted);
    });
    const kept = fn.keep(v128.and(value, where));
    for (let lane = 0; lane < 4; lane += 1) {
      fn.emit(
        i32.store({ base: output.base, offset: output.offset + 32 * lane + 4 * k }, i32x4.lane(kept, lane)),
      );
    }
  }
}
