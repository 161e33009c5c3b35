/**
 * Points of the twisted Edwards curve -x^2 + y^2 = 1 + d x^2 y^2 in extended coordinates (X : Y : Z : T), T = XY/Z, and
 * the formulas of Hisil, Wong, Carter and Dawson (Twisted Edwards curves revisited, 2008, sections 3.1 to 3.3). The
 * addition is complete here (-1 is a square, d is not), so no input is special and none needs a branch.
 */
import type { FunctionReference, ModuleBuilder } from './assembler.js';
import { CONSTANTS } from './constants.js';
import { ELEMENT_BYTES, REDUCED } from './field.js';
import {
  Carried,
  FieldCode,
  pointer,
  requireLimit,
  slot,
  work,
  type FieldRoutines,
  type Slot,
} from './field-code.js';
import type { Address } from './instructions.js';
import { keepPair } from './field-multiply.js';
import { addPair, subPair } from './intervals.js';

export interface Point {
  readonly x: Slot;
  readonly y: Slot;
  readonly z: Slot;
  readonly t: Slot;
}

/** A point prepared for additions: Y + X, Y - X, 2Z, 2dT. */
export interface CachedPoint {
  readonly plus: Slot;
  readonly minus: Slot;
  readonly twiceZ: Slot;
  readonly twiceDT: Slot;
}

/** Limits of a cached point; every coordinate of a point in memory is at most REDUCED. */
const CACHED_LIMITS = {
  plus: 2 * REDUCED,
  minus: 2 * REDUCED,
  twiceZ: 2 * REDUCED,
  twiceDT: REDUCED,
} as const;

/** Field element number index of a group of elements that stand one after another. */
export const nth = (address: Address, index: number): Address => ({
  base: address.base,
  offset: address.offset + ELEMENT_BYTES * index,
});

/** The point at an address: written (every limit REDUCED), or still to be written. */
export function pointAt(address: Address, state: 'written' | 'empty' = 'written'): Point {
  const limit = state === 'written' ? REDUCED : undefined;
  return {
    x: slot(nth(address, 0), limit),
    y: slot(nth(address, 1), limit),
    z: slot(nth(address, 2), limit),
    t: slot(nth(address, 3), limit),
  };
}

export function cachedAt(address: Address): CachedPoint {
  return {
    plus: slot(nth(address, 0), CACHED_LIMITS.plus),
    minus: slot(nth(address, 1), CACHED_LIMITS.minus),
    twiceZ: slot(nth(address, 2), CACHED_LIMITS.twiceZ),
    twiceDT: slot(nth(address, 3), CACHED_LIMITS.twiceDT),
  };
}

export function requirePoint(point: Point): void {
  for (const coordinate of [point.x, point.y, point.z, point.t]) requireLimit(coordinate, REDUCED);
}

export function copyPoint(code: FieldCode, out: Point, from: Point): void {
  code.linear([out.x, out.y, out.z, out.t], (read) => [
    read(from.x),
    read(from.y),
    read(from.z),
    read(from.t),
  ]);
}

export function setIdentity(code: FieldCode, out: Point): void {
  const { zero, one } = CONSTANTS;
  copyPoint(code, out, { x: zero, y: one, z: one, t: zero });
}

export function toCached(code: FieldCode, out: CachedPoint, from: Point): void {
  code.linear([out.plus, out.minus, out.twiceZ], (read) => {
    const [x, y, z] = [read(from.x), read(from.y), read(from.z)];
    return [addPair(y, x), subPair(y, x), addPair(z, z)];
  });
  code.multiply(out.twiceDT, from.t, CONSTANTS.twiceD);
  requireLimit(out.plus, CACHED_LIMITS.plus);
  requireLimit(out.minus, CACHED_LIMITS.minus);
  requireLimit(out.twiceZ, CACHED_LIMITS.twiceZ);
}

/** Whether a formula also makes T: only the point that goes into an addition or an encoding needs it. */
export type Extent = 'projective' | 'extended';

/** Writes X = E F, Y = G H, Z = F G and T = E H. */
export function complete(
  code: FieldCode,
  out: Point,
  [e, f, g, h]: readonly [Slot, Slot, Slot, Slot],
  extent: Extent,
): void {
  code.multiply(out.x, e, f);
  code.multiply(out.y, g, h);
  code.multiply(out.z, f, g);
  if (extent === 'extended') code.multiply(out.t, e, h);
}

export interface PointRoutines {
  /** double(point), in place. T of the input is not used; the projective form leaves it stale. */
  readonly double: Readonly<Record<Extent, FunctionReference>>;
  /** add(point, cached), in place, T of the input needed. */
  readonly add: Readonly<Record<Extent, FunctionReference>>;
}

/** Eight temporaries, shared by the formulas below since none calls another. */
type Scratch = readonly [Slot, Slot, Slot, Slot, Slot, Slot, Slot, Slot];

/** dbl-2008-hwcd with all four of E, F, G, H negated: 4 squares and 3 or 4 products. */
function writeDouble(code: FieldCode, scratch: Scratch, p: Point, extent: Extent): void {
  const [a, b, zz, ss, e, f, g, h] = scratch;
  code.add(ss, p.x, p.y);
  code.square(ss, ss);
  code.square(a, p.x);
  code.square(b, p.y);
  code.square(zz, p.z);
  // F reaches four times REDUCED; without the carry F G would be eight, past the six a product accepts.
  code.linear([e, g, h, new Carried(f)], (read) => {
    const [ra, rb, rz] = [read(a), read(b), read(zz)];
    const [sum, difference] = [keepPair(code.fn, addPair(ra, rb)), keepPair(code.fn, subPair(ra, rb))];
    return [subPair(sum, read(ss)), difference, sum, addPair(addPair(rz, rz), difference)];
  });
  complete(code, p, [e, f, g, h], extent);
}

/** add-2008-hwcd-3 with the second point cached: 7 or 8 products. */
function writeAdd(code: FieldCode, scratch: Scratch, p: Point, q: CachedPoint, extent: Extent): void {
  const [a, b, c, d, e, f, g, h] = scratch;
  code.linear([a, b], (read) => [subPair(read(p.y), read(p.x)), addPair(read(p.y), read(p.x))]);
  code.multiply(a, a, q.minus);
  code.multiply(b, b, q.plus);
  code.multiply(c, p.t, q.twiceDT);
  code.multiply(d, p.z, q.twiceZ);
  code.linear([e, f, g, h], (read) => {
    const [ra, rb, rc, rd] = [read(a), read(b), read(c), read(d)];
    return [subPair(rb, ra), subPair(rd, rc), addPair(rd, rc), addPair(rb, ra)];
  });
  complete(code, p, [e, f, g, h], extent);
}

export function definePoints(module: ModuleBuilder, field: FieldRoutines): PointRoutines {
  const fresh = (): Slot => work(module);
  const scratch: Scratch = [fresh(), fresh(), fresh(), fresh(), fresh(), fresh(), fresh(), fresh()];
  const defineDouble = (extent: Extent): FunctionReference =>
    module.define(1, (fn) => {
      writeDouble(new FieldCode(fn, field), scratch, pointAt({ base: fn.parameter(0), offset: 0 }), extent);
    });
  const defineAdd = (extent: Extent): FunctionReference =>
    module.define(2, (fn) => {
      const q = cachedAt({ base: fn.parameter(1), offset: 0 });
      writeAdd(new FieldCode(fn, field), scratch, pointAt({ base: fn.parameter(0), offset: 0 }), q, extent);
    });
  return {
    double: { projective: defineDouble('projective'), extended: defineDouble('extended') },
    add: { projective: defineAdd('projective'), extended: defineAdd('extended') },
  };
}

export function doublePoint(code: FieldCode, points: PointRoutines, p: Point, extent: Extent): void {
  code.fn.call(points.double[extent], pointer(p.x.address));
}

export function addPoint(
  code: FieldCode,
  points: PointRoutines,
  p: Point,
  q: CachedPoint,
  extent: Extent,
): void {
  code.fn.call(points.add[extent], pointer(p.x.address), pointer(q.plus.address));
}
