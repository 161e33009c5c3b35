/** Decoding of ristretto255 elements, RFC 9496 section 4.3.1, four at a time. */
import type { ModuleBuilder } from './assembler.js';
import { CONSTANTS } from './constants.js';
import { at, WORD_BYTES } from './field.js';
import { fromCanonicalBytes } from './field-bytes.js';
import { FieldCode, work } from './field-code.js';
import { squareRootRatio, type RootRoutines } from './field-roots.js';
import { i32, i32x4, v128 } from './instructions.js';
import { addPair, subPair } from './intervals.js';
import { INPUT, POINT_BYTES, POINTS, VALIDITY } from './layout.js';
import { pointAt, requirePoint } from './points.js';

/**
 * decode(vectors, identityMask): points and validity masks of the input. identityMask is -1 when the identity is a valid
 * element and 0 when it is not. The lanes of invalid encodings hold some field elements, which harm nothing.
 */
export function defineDecode(module: ModuleBuilder, roots: RootRoutines): void {
  const [s, u1, u2, u2Squared] = [work(module), work(module), work(module), work(module)];
  const [v, ratio, denominatorX, denominatorY] = [work(module), work(module), work(module), work(module)];
  module.define(
    2,
    (fn) => {
      const code = new FieldCode(fn, roots);
      fn.repeat(fn.parameter(0), (index) => {
        const encoding = fn.keep(i32.add(i32.constant(INPUT), i32.mul(index.get, i32.constant(4 * 32))));
        const out = pointAt(
          at(fn.keep(i32.add(i32.constant(POINTS), i32.mul(index.get, i32.constant(POINT_BYTES))))),
          'empty',
        );
        const canonical = fromCanonicalBytes(code, s, at(encoding));
        const notIdentity = fn.keep(v128.not(code.isZero(s)));
        code.square(u1, s);
        code.linear([u1, u2], (read) => {
          const [one, square] = [read(CONSTANTS.one), read(u1)];
          return [subPair(one, square), addPair(one, square)]; // u1 = 1 - s^2, u2 = 1 + s^2
        });
        code.square(u2Squared, u2);
        code.square(v, u1);
        code.multiply(v, v, CONSTANTS.minusD);
        code.sub(v, v, u2Squared); // v = -(d u1^2) - u2^2
        code.multiply(ratio, v, u2Squared);
        const { root: inverseRoot, wasSquare } = squareRootRatio(code, roots, CONSTANTS.one, ratio);

        code.multiply(denominatorX, inverseRoot, u2);
        code.multiply(denominatorY, inverseRoot, denominatorX);
        code.multiply(denominatorY, denominatorY, v);
        code.add(s, s, s);
        code.multiply(out.x, s, denominatorX);
        code.negateWhere(out.x, code.isNegative(out.x), out.x); // x = |2 s denominatorX|
        code.multiply(out.y, u1, denominatorY);
        code.copy(out.z, CONSTANTS.one);
        code.multiply(out.t, out.x, out.y);
        requirePoint(out);

        const negative = code.isNegative(out.t);
        const zero = code.isZero(out.y);
        const allowed = v128.or(notIdentity, i32x4.splat(fn.parameter(1)));
        const valid = v128.andNot(v128.and(v128.and(canonical, wasSquare), allowed), v128.or(negative, zero));
        fn.emit(v128.store(at(i32.mul(index.get, i32.constant(WORD_BYTES)), VALIDITY), valid));
      });
    },
    'decode',
  );
}
