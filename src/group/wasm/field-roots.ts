/** Fixed powers and square roots. The exponents are public constants, so the chains are the same for every input. */
import { i32, v128, type Address, type V128 } from './instructions.js';
import { FieldCode, pointer, requireLimit, slot, work, type FieldRoutines, type Slot } from './field-code.js';
import { CONSTANTS } from './constants.js';
import { fixed, REDUCED, WORD_BYTES } from './field.js';
import type { FunctionReference, ModuleBuilder } from './assembler.js';
import { subPair } from './intervals.js';

export interface RootRoutines extends FieldRoutines {
  /** invert(out, a): 1/a, and 0 for 0. |a| <= REDUCED. */
  readonly invert: FunctionReference;
  /** squareRootRatio(u, v): results at root and wasSquare. |u|, |v| <= REDUCED. */
  readonly squareRootRatio: FunctionReference;
  /** The root that is not negative. */
  readonly root: Address;
  /** The mask of lanes where u/v is a square. */
  readonly wasSquare: Address;
}

/** Raises to 2^count by squaring in place. */
function squareTimes(code: FieldCode, out: Slot, a: Slot, count: number): void {
  code.square(out, a);
  if (count > 1)
    code.fn.repeat(i32.constant(count - 1), () => {
      code.square(out, out);
    });
}

/** a^(2^250 - 1) into power, a^11 into eleventh: the part shared by both exponents. 254 squares or so, 11 products. */
function commonPower(code: FieldCode, a: Slot, power: Slot, eleventh: Slot, t: readonly [Slot, Slot]): void {
  const [t0, t1] = t;
  code.square(t0, a); //                    2
  squareTimes(code, t1, t0, 2); //          8
  code.multiply(t1, a, t1); //              9
  code.multiply(eleventh, t0, t1); //       11
  code.square(t0, eleventh); //             22
  code.multiply(power, t1, t0); //          2^5 - 1
  const extend = (to: Slot, from: Slot, count: number, times: Slot): void => {
    squareTimes(code, t0, from, count);
    code.multiply(to, t0, times);
  };
  extend(power, power, 5, power); //        2^10 - 1
  extend(t1, power, 10, power); //          2^20 - 1
  extend(t1, t1, 20, t1); //                2^40 - 1
  extend(power, t1, 10, power); //          2^50 - 1
  extend(t1, power, 50, power); //          2^100 - 1
  extend(t1, t1, 100, t1); //               2^200 - 1
  extend(power, t1, 50, power); //          2^250 - 1
}

export function defineRoots(module: ModuleBuilder, field: FieldRoutines): RootRoutines {
  const root = work(module).address;
  const wasSquare = fixed(module.temporary(WORD_BYTES));
  const [power, eleventh, t0, t1] = [work(module), work(module), work(module), work(module)];

  const invert = module.define(2, (fn) => {
    const code = new FieldCode(fn, field);
    const out = slot({ base: fn.parameter(0), offset: 0 });
    const a = slot({ base: fn.parameter(1), offset: 0 }, REDUCED);
    commonPower(code, a, power, eleventh, [t0, t1]);
    squareTimes(code, power, power, 5);
    code.multiply(out, power, eleventh); // 2^255 - 21 = p - 2
  });

  // SQRT_RATIO_M1, RFC 9496 section 4.2.
  const squareRootRatio = module.define(2, (fn) => {
    const code = new FieldCode(fn, field);
    const u = slot({ base: fn.parameter(0), offset: 0 }, REDUCED);
    const v = slot({ base: fn.parameter(1), offset: 0 }, REDUCED);
    const [v3, uv3, base, r, check, difference] = [
      work(module),
      work(module),
      work(module),
      slot(root),
      work(module),
      work(module),
    ];
    code.square(v3, v);
    code.multiply(v3, v3, v);
    code.multiply(uv3, u, v3);
    code.square(base, v3);
    code.multiply(base, base, v); // v^7
    code.multiply(base, base, u);
    commonPower(code, base, power, eleventh, [t0, t1]);
    squareTimes(code, power, power, 2);
    code.multiply(power, power, base); // (u v^7)^((p - 5) / 8), whose exponent is 2^252 - 3
    code.multiply(r, uv3, power);

    code.square(check, r);
    code.multiply(check, check, v);
    const equals = (a: Slot, b: Slot): V128 => {
      code.sub(difference, a, b);
      return code.isZero(difference);
    };
    const minusU = work(module);
    code.linear([minusU], (read) => [subPair(read(CONSTANTS.zero), read(u))]);
    const correct = equals(check, u);
    const flipped = equals(check, minusU);
    code.multiply(minusU, minusU, CONSTANTS.sqrtM1);
    const flippedByI = equals(check, minusU);
    const other = check;
    code.multiply(other, r, CONSTANTS.sqrtM1);
    code.choose(r, v128.or(flipped, flippedByI), other, r);
    code.negateWhere(r, code.isNegative(r), r);
    requireLimit(r, REDUCED);
    fn.emit(v128.store(wasSquare, v128.or(correct, flipped)));
  });
  return { ...field, invert, squareRootRatio, root, wasSquare };
}

/** Calls squareRootRatio and hands back its two results; both stay valid until the next call. */
export function squareRootRatio(
  code: FieldCode,
  roots: RootRoutines,
  u: Slot,
  v: Slot,
): { root: Slot; wasSquare: V128 } {
  requireLimit(u, REDUCED);
  requireLimit(v, REDUCED);
  code.fn.call(roots.squareRootRatio, pointer(u.address), pointer(v.address));
  return { root: slot(roots.root, REDUCED), wasSquare: code.fn.keep(v128.load(roots.wasSquare)) };
}

export function invert(code: FieldCode, roots: RootRoutines, out: Slot, a: Slot): void {
  requireLimit(a, REDUCED);
  code.fn.call(roots.invert, pointer(out.address), pointer(a.address));
  out.limit = REDUCED;
}
