/**
 * Encoding of the doubles of a chunk of points without a square root. With
 *
 *   e = 2 X Y,  f = Z^2 + d T^2,  g = X^2 + Y^2,  h = Z^2 - d T^2
 *
 * the double of (X : Y : Z : T) is x = e/f, y = g/h, that is (e h : g f : f h : e g). For a double, the inverse square root
 * that RFC 9496 section 4.3.2 takes is a rational function of these four (Hamburg's observation on encoding even points), so
 * the inverses of f h and e g are all that remains to be found. Montgomery's trick gets them from one inversion for all the
 * vectors of the chunk: each lane runs its own products, and four inversions are done at once.
 */
import type { ModuleBuilder } from './assembler.js';
import { CONSTANTS } from './constants.js';
import { at, ELEMENT_BYTES, REDUCED, WORD_BYTES } from './field.js';
import { toBytes } from './field-bytes.js';
import { FieldCode, requireLimit, slot, work, type Slot } from './field-code.js';
import { invert, type RootRoutines } from './field-roots.js';
import { i32, v128, type I32 } from './instructions.js';
import { addPair, subPair } from './intervals.js';
import { CHUNK_VECTORS, OUTPUT, POINT_BYTES, POINTS, VALIDITY } from './layout.js';
import { nth, pointAt } from './points.js';

/** Per vector: e, f, g, h in place of the point; here the running product before it, e g, f h, and their product. */
const STATE_ELEMENTS = 4;
const STATE_BYTES = STATE_ELEMENTS * ELEMENT_BYTES;

/** Where the passes keep what they share. */
interface Places {
  readonly states: number;
  /** Lanes whose result is not the identity and whose input was valid. */
  readonly written: number;
  readonly running: number;
}

interface State {
  readonly e: Slot;
  readonly f: Slot;
  readonly g: Slot;
  readonly h: Slot;
  readonly before: Slot;
  readonly eg: Slot;
  readonly fh: Slot;
  readonly all: Slot;
}

/** The state of vector number index, with the limits the forward pass proves and the backward pass relies on. */
function stateAt(code: FieldCode, places: Places, index: I32): { state: State; point: I32 } {
  const point = code.fn.keep(i32.add(i32.constant(POINTS), i32.mul(index, i32.constant(POINT_BYTES))));
  const state = code.fn.keep(i32.add(i32.constant(places.states), i32.mul(index, i32.constant(STATE_BYTES))));
  const inPoint = (k: number): Slot => slot(nth(at(point), k), 2 * REDUCED);
  const inState = (k: number): Slot => slot(nth(at(state), k), REDUCED);
  return {
    state: {
      e: inPoint(0),
      f: inPoint(1),
      g: inPoint(2),
      h: inPoint(3),
      before: inState(0),
      eg: inState(1),
      fh: inState(2),
      all: inState(3),
    },
    point,
  };
}

/** encodeDoubles(vectors): the output of the chunk, zeros where invalid. Overwrites the points. */
export function defineEncodeDoubles(module: ModuleBuilder, roots: RootRoutines): void {
  const running = work(module);
  const places: Places = {
    states: module.temporary(CHUNK_VECTORS * STATE_BYTES),
    written: module.temporary(CHUNK_VECTORS * WORD_BYTES),
    running: running.address.offset,
  };
  const forward = defineForward(module, roots, places);
  const backward = defineBackward(module, roots, places);
  module.define(
    1,
    (fn) => {
      const code = new FieldCode(fn, roots);
      code.copy(running, CONSTANTS.one);
      fn.repeat(fn.parameter(0), (index) => {
        fn.call(forward, index.get);
      });
      running.limit = REDUCED;
      invert(code, roots, running, running);
      fn.repeat(fn.parameter(0), (index) => {
        fn.call(backward, i32.sub(i32.sub(fn.parameter(0), index.get), i32.constant(1)));
      });
    },
    'encodeDoubles',
  );
}

/** One vector on the way out: e, f, g, h and the running product. */
function defineForward(
  module: ModuleBuilder,
  roots: RootRoutines,
  places: Places,
): ReturnType<ModuleBuilder['define']> {
  const [xx, yy, zz, dtt] = [work(module), work(module), work(module), work(module)];
  return module.define(1, (fn) => {
    const code = new FieldCode(fn, roots);
    const running = slot(at(i32.constant(places.running)), REDUCED);
    const { state, point } = stateAt(code, places, fn.parameter(0));
    const p = pointAt(at(point));
    code.square(xx, p.x);
    code.square(yy, p.y);
    code.square(zz, p.z);
    code.square(dtt, p.t);
    code.multiply(dtt, dtt, CONSTANTS.d);
    code.multiply(state.e, p.x, p.y);
    code.linear([state.e, state.f, state.g, state.h], (read) => [
      addPair(read(state.e), read(state.e)),
      addPair(read(zz), read(dtt)),
      addPair(read(xx), read(yy)),
      subPair(read(zz), read(dtt)),
    ]);
    code.multiply(state.eg, state.e, state.g);
    code.multiply(state.fh, state.f, state.h);
    code.multiply(state.all, state.eg, state.fh);
    // A zero would destroy the product of its lane: it stands for the identity, whose encoding is zeros, and becomes one.
    for (const part of [state.e, state.f, state.g, state.h]) requireLimit(part, 2 * REDUCED);
    const zero = code.isZero(state.all);
    code.choose(state.all, zero, CONSTANTS.one, state.all);
    const offset = fn.keep(i32.mul(fn.parameter(0), i32.constant(WORD_BYTES)));
    fn.emit(v128.store(at(offset, places.written), v128.andNot(v128.load(at(offset, VALIDITY)), zero)));
    code.copy(state.before, running);
    code.multiply(running, running, state.all);
  });
}

/** One vector on the way back: its inverse out of the running one, then the encoding. */
function defineBackward(
  module: ModuleBuilder,
  roots: RootRoutines,
  places: Places,
): ReturnType<ModuleBuilder['define']> {
  const [inverse, inverseFH, inverseEG, check] = [work(module), work(module), work(module), work(module)];
  const [fi, e, g, h] = [work(module), work(module), work(module), work(module)];
  const [magic, minusE, s] = [work(module), work(module), work(module)];
  return module.define(1, (fn) => {
    const code = new FieldCode(fn, roots);
    const running = slot(at(i32.constant(places.running)), REDUCED);
    const { state } = stateAt(code, places, fn.parameter(0));
    code.multiply(inverse, running, state.before);
    code.multiply(running, running, state.all);
    code.multiply(inverseFH, state.eg, inverse);
    code.multiply(inverseEG, state.fh, inverse);

    // The rotation of section 4.3.2: t z_inv is e g / (f h) here.
    code.multiply(check, state.eg, inverseFH);
    const rotate = code.isNegative(check);
    code.multiply(fi, state.f, CONSTANTS.sqrtM1);
    code.choose(e, rotate, state.g, state.e);
    code.linear([minusE], (read) => [subPair(read(CONSTANTS.zero), read(state.e))]);
    code.choose(g, rotate, minusE, state.g);
    code.choose(h, rotate, fi, state.h);
    code.choose(magic, rotate, CONSTANTS.sqrtM1, CONSTANTS.invSqrtAMinusD);

    code.multiply(check, h, e);
    code.multiply(check, check, inverseFH);
    code.negateWhere(g, code.isNegative(check), g);
    code.sub(s, h, g);
    code.multiply(s, s, magic);
    code.multiply(s, s, g);
    code.multiply(s, s, inverseEG);
    code.negateWhere(s, code.isNegative(s), s);
    const written = fn.keep(
      v128.load(at(i32.mul(fn.parameter(0), i32.constant(WORD_BYTES)), places.written)),
    );
    const output = fn.keep(i32.add(i32.constant(OUTPUT), i32.mul(fn.parameter(0), i32.constant(4 * 32))));
    toBytes(code, at(output), s, written);
  });
}
