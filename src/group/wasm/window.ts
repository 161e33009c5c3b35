/**
 * Multiplication of the points of a chunk by one scalar: signed windows of four bits, most significant first. The scalar
 * is shared, so its digits are the same in every lane; the points and their tables differ.
 */
import type { FunctionReference, ModuleBuilder } from './assembler.js';
import { CONSTANTS } from './constants.js';
import { at, fixed, word } from './field.js';
import { FieldCode, type FieldRoutines } from './field-code.js';
import { i32, v128, type Address, type I32 } from './instructions.js';
import { POINT_BYTES, POINTS } from './layout.js';
import {
  addPoint,
  cachedAt,
  copyPoint,
  doublePoint,
  pointAt,
  setIdentity,
  toCached,
  type Extent,
  type PointRoutines,
} from './points.js';
import { DIGIT_COUNT, type DigitRoutines } from './scalar-digits.js';
import { MULTIPLES, selectEntry, type Column } from './select.js';

/** Where entry number multiple of the table at an address stands. */
const entryAt = (table: number, multiple: number): Address => fixed(table + POINT_BYTES * (multiple - 1));

/** P, 2P, ..., 8P, prepared for additions. Public: only the digits are secret. */
function defineTable(
  module: ModuleBuilder,
  field: FieldRoutines,
  points: PointRoutines,
  table: number,
): FunctionReference {
  const running = pointAt(fixed(module.temporary(POINT_BYTES)));
  return module.define(1, (fn) => {
    const code = new FieldCode(fn, field);
    copyPoint(code, running, pointAt(at(fn.parameter(0))));
    for (let multiple = 1; multiple <= MULTIPLES; multiple += 1) {
      if (multiple === 2) doublePoint(code, points, running, 'extended');
      if (multiple > 2) addPoint(code, points, running, cachedAt(entryAt(table, 1)), 'extended');
      toCached(code, cachedAt(entryAt(table, multiple)), running);
    }
  });
}

/** select(digit address): the table entry for the digit, in all lanes, to the address `selected`. */
function defineSelect(
  module: ModuleBuilder,
  field: FieldRoutines,
  table: number,
  selected: number,
): FunctionReference {
  return module.define(1, (fn) => {
    const code = new FieldCode(fn, field);
    const [out, first] = [cachedAt(fixed(selected)), cachedAt(entryAt(table, 1))];
    const column = (name: keyof typeof out, identity: Column['identity']): Column => ({
      out: out[name],
      identity,
      load: (multiple, j) => {
        const { base, offset } = word(first[name].address, j);
        return v128.load({ base, offset: offset + POINT_BYTES * (multiple - 1) });
      },
      limit: first[name].limit ?? 0,
    });
    selectEntry(code, fn.keep(v128.loadSplat32(at(fn.parameter(0)))), {
      plus: column('plus', CONSTANTS.one),
      minus: column('minus', CONSTANTS.one),
      others: [column('twiceZ', CONSTANTS.two)],
      signed: column('twiceDT', CONSTANTS.zero),
    });
  });
}

/** multiply(vectors): replaces the first points of the chunk by their multiples by the shared digits. */
export function defineWindowMultiply(
  module: ModuleBuilder,
  field: FieldRoutines,
  points: PointRoutines,
  digits: DigitRoutines,
): void {
  const table = module.temporary(MULTIPLES * POINT_BYTES);
  const entry = module.temporary(POINT_BYTES);
  const makeTable = defineTable(module, field, points, table);
  const select = defineSelect(module, field, table, entry);
  module.define(
    1,
    (fn) => {
      const code = new FieldCode(fn, field);
      const current = fn.local('i32');
      fn.set(current, i32.constant(POINTS));
      const selected = cachedAt(fixed(entry));
      const accumulator = pointAt(at(current.get));
      const addDigit = (address: I32, extent: Extent): void => {
        fn.call(select, address);
        addPoint(code, points, accumulator, selected, extent);
      };
      const shift = (): void => {
        for (const extent of ['projective', 'projective', 'projective', 'extended'] as const) {
          doublePoint(code, points, accumulator, extent);
        }
      };
      fn.repeat(fn.parameter(0), () => {
        fn.call(makeTable, current.get);
        setIdentity(code, accumulator);
        addDigit(i32.constant(digits.sharedDigits), 'projective');
        fn.repeat(i32.constant(DIGIT_COUNT - 2), (index) => {
          shift();
          const position = i32.add(
            i32.shl(index.get, i32.constant(2)),
            i32.constant(digits.sharedDigits + 4),
          );
          addDigit(position, 'projective');
        });
        shift();
        addDigit(i32.constant(digits.sharedDigits + 4 * (DIGIT_COUNT - 1)), 'extended');
        fn.set(current, i32.add(current.get, i32.constant(POINT_BYTES)));
      });
    },
    'multiply',
  );
}
