/**
 * Multiples of the base point, one scalar per element. With digits d_i of sixteen, k B is the sum of d_i 16^i B: the odd
 * digits are added first, four doublings raise them, then the even ones; both use the table of multiples of 256^j B. Each
 * lane has its own digit and its own masks, and every entry of a position is read.
 */
import type { FunctionReference, ModuleBuilder } from './assembler.js';
import { CONSTANTS } from './constants.js';
import { at, ELEMENT_BYTES, HALF_RADIX, LANES, WORD_BYTES } from './field.js';
import { FieldCode, slot, work, type FieldRoutines, type Slot } from './field-code.js';
import { i32, i32x4, v128, type I32 } from './instructions.js';
import { addPair, subPair } from './intervals.js';
import {
  BASE_ENTRY_BYTES,
  BASE_MULTIPLES,
  BASE_POSITIONS,
  BASE_TABLE,
  POINT_BYTES,
  POINTS,
  VALIDITY,
} from './layout.js';
import { complete, doublePoint, pointAt, setIdentity, type PointRoutines } from './points.js';
import { DIGIT_COUNT, scalarAt, type DigitRoutines } from './scalar-digits.js';
import { selectEntry, type Column } from './select.js';

const LANE_ELEMENT_BYTES = ELEMENT_BYTES / LANES;

/** An entry of the table: (y + x)/2, (y - x)/2 and d x y. The halves save the doubling of Z in the addition. */
interface BaseEntry {
  readonly plus: Slot;
  readonly minus: Slot;
  readonly product: Slot;
}

/** selectBase(digits, position): the entries for four digits, from the multiples of one position, to SELECTED. */
function defineSelect(module: ModuleBuilder, field: FieldRoutines, selected: BaseEntry): FunctionReference {
  return module.define(2, (fn) => {
    const code = new FieldCode(fn, field);
    const column = (index: number, out: Slot, identity: Column['identity']): Column => ({
      out,
      identity,
      load: (multiple, j) =>
        v128.loadSplat32(
          at(fn.parameter(1), BASE_ENTRY_BYTES * (multiple - 1) + LANE_ELEMENT_BYTES * index + 4 * j),
        ),
      limit: HALF_RADIX,
    });
    selectEntry(code, fn.keep(v128.load(at(fn.parameter(0)))), {
      plus: column(0, selected.plus, CONSTANTS.half),
      minus: column(1, selected.minus, CONSTANTS.half),
      others: [],
      signed: column(2, selected.product, CONSTANTS.zero),
    });
  });
}

/** addBase(point): adds SELECTED, 7 products. */
function defineAdd(module: ModuleBuilder, field: FieldRoutines, selected: BaseEntry): FunctionReference {
  const [a, b, c, e, f, g, h] = [
    work(module),
    work(module),
    work(module),
    work(module),
    work(module),
    work(module),
    work(module),
  ];
  return module.define(1, (fn) => {
    const code = new FieldCode(fn, field);
    const p = pointAt(at(fn.parameter(0)));
    const entry = [selected.plus, selected.minus, selected.product].map((part) =>
      slot(part.address, HALF_RADIX),
    );
    const [plus, minus, product] = entry as [Slot, Slot, Slot];
    code.linear([a, b], (read) => [subPair(read(p.y), read(p.x)), addPair(read(p.y), read(p.x))]);
    code.multiply(a, a, minus);
    code.multiply(b, b, plus);
    code.multiply(c, p.t, product);
    code.linear([e, f, g, h], (read) => {
      const [ra, rb, rc, rz] = [read(a), read(b), read(c), read(p.z)];
      return [subPair(rb, ra), subPair(rz, rc), addPair(rz, rc), addPair(rb, ra)];
    });
    complete(code, p, [e, f, g, h], 'extended');
  });
}

/** multiplyBase(vectors): points from the scalars of the input: half of each product, for encodeDoubles. */
export function defineFixedBase(
  module: ModuleBuilder,
  field: FieldRoutines,
  points: PointRoutines,
  digits: DigitRoutines,
): void {
  const selected: BaseEntry = { plus: work(module), minus: work(module), product: work(module) };
  const select = defineSelect(module, field, selected);
  const addSelected = defineAdd(module, field, selected);
  module.define(
    1,
    (fn) => {
      const code = new FieldCode(fn, field);
      fn.repeat(fn.parameter(0), (index) => {
        const address = fn.keep(i32.add(i32.constant(POINTS), i32.mul(index.get, i32.constant(POINT_BYTES))));
        const accumulator = pointAt(at(address));
        for (let lane = 0; lane < LANES; lane += 1) {
          const scalar = i32.add(i32.shl(index.get, i32.constant(2)), i32.constant(lane));
          fn.call(digits.recodeLane, scalarAt(scalar), i32.constant(digits.laneDigits + 4 * lane));
        }
        setIdentity(code, accumulator);
        /** Adds digits parity, parity + 2, ..., the table position running with them. */
        const addDigits = (parity: 0 | 1, count: number): void => {
          fn.repeat(i32.constant(count), (position) => {
            const first = digits.laneDigits + WORD_BYTES * (DIGIT_COUNT - 1 - parity);
            const digit: I32 = i32.sub(
              i32.constant(first),
              i32.mul(position.get, i32.constant(2 * WORD_BYTES)),
            );
            const entries = i32.add(
              i32.constant(BASE_TABLE),
              i32.mul(position.get, i32.constant(BASE_MULTIPLES * BASE_ENTRY_BYTES)),
            );
            fn.call(select, digit, entries);
            fn.call(addSelected, address);
          });
        };
        addDigits(1, BASE_POSITIONS - 1);
        for (const extent of ['projective', 'projective', 'projective', 'extended'] as const) {
          doublePoint(code, points, accumulator, extent);
        }
        addDigits(0, BASE_POSITIONS);
        fn.emit(v128.store(at(i32.mul(index.get, i32.constant(WORD_BYTES)), VALIDITY), i32x4.constant(-1)));
      });
    },
    'multiplyBase',
  );
}
