/** The one-way map of ristretto255 from 64 uniform bytes, RFC 9496 section 4.3.4, four at a time. */
import type { FunctionReference, ModuleBuilder } from './assembler.js';
import { CONSTANTS } from './constants.js';
import { at, fixed, WORD_BYTES } from './field.js';
import { fromBytes } from './field-bytes.js';
import { FieldCode, slot, work } from './field-code.js';
import { squareRootRatio, type RootRoutines } from './field-roots.js';
import { i32, i32x4, v128 } from './instructions.js';
import { addPair, negateWhere, subPair } from './intervals.js';
import { INPUT, POINT_BYTES, POINTS, VALIDITY } from './layout.js';
import {
  addPoint,
  cachedAt,
  complete,
  pointAt,
  requirePoint,
  toCached,
  type PointRoutines,
} from './points.js';

const UNIFORM_BYTES = 64;

/** map(out, t): the function MAP of the section. |t| is what fromBytes leaves, 8191. Bounds of steps are followed by FieldCode. */
function defineMap(module: ModuleBuilder, roots: RootRoutines): FunctionReference {
  const [r, u, v, a, b] = [work(module), work(module), work(module), work(module), work(module)];
  const [s, other, c, n] = [work(module), work(module), work(module), work(module)];
  const [w0, w1, w2, w3] = [work(module), work(module), work(module), work(module)];
  return module.define(2, (fn) => {
    const code = new FieldCode(fn, roots);
    const out = pointAt(at(fn.parameter(0)), 'empty');
    const t = slot(at(fn.parameter(1)), 8191);
    const { one, zero, d } = CONSTANTS;

    code.square(r, t);
    code.multiply(r, r, CONSTANTS.sqrtM1);
    code.add(u, r, one);
    code.multiply(u, u, CONSTANTS.oneMinusDSquared);
    code.multiply(a, r, d);
    code.linear([a, b], (read) => [
      subPair(subPair(read(zero), read(one)), read(a)),
      addPair(read(r), read(d)),
    ]);
    code.multiply(v, a, b); // (-1 - r d)(r + d)

    const { root, wasSquare } = squareRootRatio(code, roots, u, v);
    code.multiply(other, root, t);
    const sign = code.isNegative(other);
    const minusAbsolute = v128.not(sign); // -|x| negates exactly what is not negative
    code.linear([other], (read) => [negateWhere(minusAbsolute, read(other))]);
    code.choose(s, wasSquare, root, other);
    code.linear([c], (read) => [subPair(read(zero), read(one))]);
    code.choose(c, wasSquare, c, r);

    code.sub(n, r, one);
    code.multiply(n, n, c);
    code.multiply(n, n, CONSTANTS.dMinusOneSquared);
    code.sub(n, n, v);
    code.add(w0, s, s);
    code.multiply(w0, w0, v);
    code.multiply(w1, n, CONSTANTS.sqrtAdMinusOne);
    code.square(a, s);
    code.linear([w2, w3], (read) => [subPair(read(one), read(a)), addPair(read(one), read(a))]);
    // (w0 w3, w2 w1, w1 w3, w0 w2) is what complete makes of E = w0, F = w3, G = w1, H = w2.
    complete(code, out, [w0, w3, w1, w2], 'extended');
    requirePoint(out);
  });
}

/** map(vectors): points from the uniform bytes of the input; all are valid. */
export function defineOneWayMap(module: ModuleBuilder, roots: RootRoutines, points: PointRoutines): void {
  const map = defineMap(module, roots);
  const [first, second] = [work(module), work(module)];
  const otherPoint = fixed(module.temporary(POINT_BYTES));
  const cached = fixed(module.temporary(POINT_BYTES));
  module.define(
    1,
    (fn) => {
      const code = new FieldCode(fn, roots);
      fn.repeat(fn.parameter(0), (index) => {
        const uniform = fn.keep(
          i32.add(i32.constant(INPUT), i32.mul(index.get, i32.constant(4 * UNIFORM_BYTES))),
        );
        const out = fn.keep(i32.add(i32.constant(POINTS), i32.mul(index.get, i32.constant(POINT_BYTES))));
        fromBytes(code, first, at(uniform), UNIFORM_BYTES);
        fromBytes(code, second, at(uniform, UNIFORM_BYTES / 2), UNIFORM_BYTES);
        fn.call(map, out, i32.constant(first.address.offset));
        fn.call(map, i32.constant(otherPoint.offset), i32.constant(second.address.offset));
        toCached(code, cachedAt(cached), pointAt(otherPoint));
        addPoint(code, points, pointAt(at(out)), cachedAt(cached), 'extended');
        fn.emit(v128.store(at(i32.mul(index.get, i32.constant(WORD_BYTES)), VALIDITY), i32x4.constant(-1)));
      });
    },
    'map',
  );
}
