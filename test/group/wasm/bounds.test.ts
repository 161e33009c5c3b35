/** The generator refuses formulas that could overflow, and its intervals are those of the instructions. */
import { describe, expect, it } from 'vitest';
import { ModuleBuilder } from '../../../src/group/wasm/assembler.js';
import { FOLD, HALF_RADIX, MAX_PRODUCT, REDUCED } from '../../../src/group/wasm/field.js';
import { Carried, FieldCode, FREEZE_LIMIT, requireLimit, work } from '../../../src/group/wasm/field-code.js';
import { i32x4 } from '../../../src/group/wasm/instructions.js';
import {
  add,
  addPair,
  BoundError,
  dot,
  highHalf,
  multiplyByConstant,
  multiplyPair,
  negateWhere,
  pack,
  pair,
  shiftRight,
  sub,
  subPair,
  symmetric,
  wide,
} from '../../../src/group/wasm/intervals.js';
import { TEMPORARY, TEMPORARY_END } from '../../../src/group/wasm/layout.js';
import { defineField } from '../../../src/group/wasm/module.js';

/** Runs some formula on elements with the given limits. */
function formula(
  limits: readonly number[],
  write: (code: FieldCode, slots: ReturnType<typeof work>[], out: ReturnType<typeof work>) => void,
): void {
  const module = new ModuleBuilder(TEMPORARY, TEMPORARY_END);
  const field = defineField(module);
  const slots = limits.map((limit) => ({ ...work(module), limit }));
  module.define(0, (fn) => {
    write(new FieldCode(fn, field), slots, work(module));
  });
}

const value = i32x4.constant(0);
const wideOf = (limit: number): ReturnType<typeof wide> => wide(value, symmetric(limit));
const pairOf = (limit: number): ReturnType<typeof pair> => pair(value, symmetric(limit), symmetric(limit));

describe('field formulas', () => {
  const product = (a: number, b: number): void => {
    formula([a, b], (code, [x, y], out) => {
      if (x && y) code.multiply(out, x, y);
    });
  };

  it('accept a product at the limit and refuse one above it', () => {
    expect(() => {
      product(2 * REDUCED, 3 * REDUCED);
    }).not.toThrow();
    expect(() => {
      product(2 * REDUCED, 3 * REDUCED + 1);
    }).toThrow(BoundError);
    expect(() => {
      product(1, MAX_PRODUCT + 1);
    }).toThrow(BoundError);
  });

  it('refuse a square, a freeze and a sum above their limits', () => {
    const root = Math.floor(Math.sqrt(MAX_PRODUCT));
    expect(() => {
      formula([root], (code, [x], out) => {
        if (x) code.square(out, x);
      });
    }).not.toThrow();
    expect(() => {
      formula([root + 1], (code, [x], out) => {
        if (x) code.square(out, x);
      });
    }).toThrow(BoundError);
    expect(() => {
      formula([FREEZE_LIMIT + 1], (code, [x]) => {
        if (x) code.freeze(x);
      });
    }).toThrow(BoundError);
    expect(() => {
      formula([20000, 12767], (code, [x, y], out) => {
        if (x && y) code.add(out, x, y);
      });
    }).not.toThrow();
    expect(() => {
      formula([20000, 12768], (code, [x, y], out) => {
        if (x && y) code.add(out, x, y);
      });
    }).toThrow(BoundError);
  });

  it('refuse an element that was never written and a limit that is not kept', () => {
    expect(() => {
      formula([1], (code, [x], out) => {
        if (x) code.add(out, out, x);
      });
    }).toThrow(/before it is written/);
    expect(() => {
      requireLimit({ address: { base: { type: 'i32', code: [] }, offset: 0 }, limit: 5 }, 4);
    }).toThrow(BoundError);
  });

  it('refuse to carry what could overflow while being rounded', () => {
    const carried = (limit: number): void => {
      formula([limit], (code, [x], out) => {
        if (x) code.linear([new Carried(out)], (read) => [read(x)]);
      });
    };
    expect(() => {
      carried(32767 - HALF_RADIX);
    }).not.toThrow();
    expect(() => {
      carried(32768 - HALF_RADIX);
    }).toThrow(BoundError);
  });
});

describe('lane operations', () => {
  it('refuse results that leave 32 bits', () => {
    expect(add(wideOf(2 ** 30), wideOf(2 ** 30 - 1)).range).toEqual(symmetric(2 ** 31 - 1));
    expect(() => add(wideOf(2 ** 30), wideOf(2 ** 30))).toThrow(BoundError);
    expect(() => sub(wideOf(2 ** 30), wideOf(2 ** 30))).toThrow(BoundError);
    expect(() => multiplyByConstant(wideOf(2 ** 22), FOLD)).toThrow(BoundError);
    expect(() => highHalf(wideOf(2 ** 31 - 1), 0)).toThrow(BoundError);
    expect(dot(pairOf(32767), pairOf(32767)).range.max).toBe(2 * 32767 ** 2);
    expect(() =>
      dot(
        pair(value, { min: -32768, max: 0 }, { min: -32768, max: 0 }),
        pair(value, { min: -32768, max: 0 }, { min: -32768, max: 0 }),
      ),
    ).toThrow(BoundError);
  });

  it('refuse results that leave 16 bits', () => {
    expect(() => pairOf(32768)).toThrow(BoundError);
    expect(() => addPair(pairOf(16384), pairOf(16384))).toThrow(BoundError);
    expect(() => subPair(pairOf(16384), pairOf(16384))).toThrow(BoundError);
    expect(() => multiplyPair(pairOf(55), pairOf(FOLD))).toThrow(BoundError);
    expect(() => pack(wideOf(32768), wideOf(0))).toThrow(BoundError);
    expect(() => negateWhere(value, pair(value, { min: -32768, max: 0 }, symmetric(0)))).toThrow(BoundError);
  });

  it('round shifts towards minus infinity, as the instruction does', () => {
    expect(shiftRight(wide(value, { min: -1, max: 8191 }), 13).range).toEqual({ min: -1, max: 0 });
  });
});
