/** Encoding of one chunk of points with a square root each, RFC 9496 section 4.3.2. For points that are not known halved. */
import type { ModuleBuilder } from './assembler.js';
import { CONSTANTS } from './constants.js';
import { at, WORD_BYTES } from './field.js';
import { toBytes } from './field-bytes.js';
import { FieldCode, work } from './field-code.js';
import { squareRootRatio, type RootRoutines } from './field-roots.js';
import { i32, v128 } from './instructions.js';
import { addPair, subPair } from './intervals.js';
import { OUTPUT, POINT_BYTES, POINTS, VALIDITY } from './layout.js';
import { pointAt } from './points.js';

/** encode(vectors): the output of the chunk, zeros where the validity mask is not set. */
export function defineEncode(module: ModuleBuilder, roots: RootRoutines): void {
  const [u1, u2, difference, ratio, den1, den2] = [
    work(module),
    work(module),
    work(module),
    work(module),
    work(module),
    work(module),
  ];
  const [inverseZ, ix, iy, enchanted] = [work(module), work(module), work(module), work(module)];
  const [x, y, product] = [work(module), work(module), work(module)];
  module.define(
    1,
    (fn) => {
      const code = new FieldCode(fn, roots);
      fn.repeat(fn.parameter(0), (index) => {
        const p = pointAt(
          at(fn.keep(i32.add(i32.constant(POINTS), i32.mul(index.get, i32.constant(POINT_BYTES))))),
        );
        code.linear([u1, difference], (read) => [
          addPair(read(p.z), read(p.y)),
          subPair(read(p.z), read(p.y)),
        ]);
        code.multiply(u1, u1, difference);
        code.multiply(u2, p.x, p.y);
        code.square(ratio, u2);
        code.multiply(ratio, ratio, u1);
        const { root } = squareRootRatio(code, roots, CONSTANTS.one, ratio); // always a square for points of the group
        code.multiply(den1, root, u1);
        code.multiply(den2, root, u2);
        code.multiply(inverseZ, den1, den2);
        code.multiply(inverseZ, inverseZ, p.t);
        code.multiply(ix, p.x, CONSTANTS.sqrtM1);
        code.multiply(iy, p.y, CONSTANTS.sqrtM1);
        code.multiply(enchanted, den1, CONSTANTS.invSqrtAMinusD);

        code.multiply(product, p.t, inverseZ);
        const rotate = code.isNegative(product);
        code.choose(x, rotate, iy, p.x);
        code.choose(y, rotate, ix, p.y);
        code.choose(den2, rotate, enchanted, den2);
        code.multiply(product, x, inverseZ);
        code.negateWhere(y, code.isNegative(product), y);
        code.sub(y, p.z, y);
        code.multiply(product, den2, y);
        code.negateWhere(product, code.isNegative(product), product);
        const valid = fn.keep(v128.load(at(i32.mul(index.get, i32.constant(WORD_BYTES)), VALIDITY)));
        const output = fn.keep(i32.add(i32.constant(OUTPUT), i32.mul(index.get, i32.constant(4 * 32))));
        toBytes(code, at(output), product, valid);
      });
    },
    'encode',
  );
}
