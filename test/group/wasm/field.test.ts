/**
 * The field routines against big integers, with limbs at the extremes of their stated bounds. The module is built here
 * with the routines exported; the production module exports stages only.
 */
import { describe, expect, it } from 'vitest';
import { ModuleBuilder } from '../../../src/group/wasm/assembler.js';
import { CONSTANTS } from '../../../src/group/wasm/constants.js';
import {
  ELEMENT_BYTES,
  fixed,
  LIMB_BITS,
  LIMBS,
  MAX_PRODUCT,
  mod,
  P,
  power,
  REDUCED,
} from '../../../src/group/wasm/field.js';
import { fromBytes, fromCanonicalBytes, toBytes } from '../../../src/group/wasm/field-bytes.js';
import { Carried, FieldCode, FREEZE_LIMIT, slot } from '../../../src/group/wasm/field-code.js';
import { defineRoots } from '../../../src/group/wasm/field-roots.js';
import { v128, i32x4 } from '../../../src/group/wasm/instructions.js';
import { addPair } from '../../../src/group/wasm/intervals.js';
import { PAGES, TEMPORARY, TEMPORARY_END } from '../../../src/group/wasm/layout.js';
import { defineField } from '../../../src/group/wasm/module.js';
import { webAssembly, type WasmMemory } from '../../../src/group/wasm/instance.js';
import { randomSource, scalarBytes, scalarValue } from './support.js';

const [A, B, OUT] = [8192, 8192 + ELEMENT_BYTES, 8192 + 2 * ELEMENT_BYTES];
const BYTES = 16384;
/** The largest input of `carried`: adding half the radix must stay in 16 bits. */
const CARRY_LIMIT = 4 * REDUCED;

interface Routines {
  readonly memory: WasmMemory;
  multiply(out: number, a: number, b: number): void;
  square(out: number, a: number): void;
  freeze(a: number): void;
  invert(out: number, a: number): void;
  squareRootRatio(u: number, v: number): void;
  carried(): void;
  fromBytes(): void;
  toBytes(): void;
  canonical(): void;
}

function build(): {
  routines: Routines;
  frozen: number;
  root: number;
  wasSquare: number;
  carriedLimit: number;
} {
  const module = new ModuleBuilder(TEMPORARY, TEMPORARY_END);
  const field = defineField(module, { multiply: 'multiply', square: 'square', freeze: 'freeze' });
  const roots = defineRoots(module, field);
  module.define(
    2,
    (fn) => {
      fn.call(roots.invert, fn.parameter(0), fn.parameter(1));
    },
    'invert',
  );
  module.define(
    2,
    (fn) => {
      fn.call(roots.squareRootRatio, fn.parameter(0), fn.parameter(1));
    },
    'squareRootRatio',
  );
  let carriedLimit = 0;
  module.define(
    0,
    (fn) => {
      const [half, out] = [slot(fixed(A), CARRY_LIMIT / 2), slot(fixed(OUT))];
      new FieldCode(fn, field).linear([new Carried(out)], (read) => [addPair(read(half), read(half))]);
      carriedLimit = out.limit ?? 0;
    },
    'carried',
  );
  module.define(
    0,
    (fn) => {
      fromBytes(new FieldCode(fn, field), slot(fixed(OUT)), fixed(BYTES), 32);
    },
    'fromBytes',
  );
  module.define(
    0,
    (fn) => {
      toBytes(new FieldCode(fn, field), fixed(BYTES), slot(fixed(A), FREEZE_LIMIT), i32x4.constant(-1));
    },
    'toBytes',
  );
  module.define(
    0,
    (fn) => {
      fn.emit(
        v128.store(
          fixed(BYTES + 128),
          fromCanonicalBytes(new FieldCode(fn, field), slot(fixed(OUT)), fixed(BYTES)),
        ),
      );
    },
    'canonical',
  );
  for (const { address, bytes } of Object.values(CONSTANTS)) module.data(address.offset, bytes);
  const instance = new webAssembly.Instance(new webAssembly.Module(module.finish(PAGES)));
  return {
    routines: instance.exports as unknown as Routines,
    frozen: field.frozen.offset,
    root: roots.root.offset,
    wasSquare: roots.wasSquare.offset,
    carriedLimit,
  };
}

const { routines, frozen, root, wasSquare, carriedLimit } = build();
const limbs16 = new Int16Array(routines.memory.buffer);
const bytes8 = new Uint8Array(routines.memory.buffer);
const random = randomSource('wasm field');

const place = (address: number, lane: number, limb: number): number =>
  address / 2 + 8 * (limb >> 1) + 2 * lane + (limb & 1);
const getLimbs = (address: number, lane: number): number[] =>
  Array.from({ length: LIMBS }, (_, k) => limbs16[place(address, lane, k)] ?? 0);
const value = (limbs: readonly number[]): bigint =>
  limbs.reduceRight((sum, limb) => (sum << BigInt(LIMB_BITS)) + BigInt(limb), 0n);
const get = (address: number, lane: number): bigint => value(getLimbs(address, lane));
const largest = (address: number): number =>
  Math.max(...[0, 1, 2, 3].flatMap((lane) => getLimbs(address, lane).map(Math.abs)));

function put(address: number, limbOf: (lane: number, limb: number) => number): void {
  for (let lane = 0; lane < 4; lane += 1) {
    for (let limb = 0; limb < LIMBS; limb += 1) limbs16[place(address, lane, limb)] = limbOf(lane, limb);
  }
}

type Pattern = (lane: number, limb: number) => number;

/** Limbs of a given magnitude: one sign, alternating signs, one at a time, random extremes, anything between. */
function patterns(limit: number): Pattern[] {
  const bits = random(80 * 12);
  const steady: Pattern[] = [
    () => limit,
    () => -limit,
    (lane) => (lane % 2 === 0 ? limit : -limit),
    (_lane, limb) => (limb % 2 === 0 ? limit : -limit),
    (_lane, limb) => (limb % 2 === 0 ? -limit : limit),
    (lane, limb) => (limb === 5 * lane + 4 ? limit : 0),
    (lane, limb) => (limb >= 5 * lane ? -limit : limit),
    () => 0,
  ];
  const extreme = Array.from(
    { length: 6 },
    (_, k): Pattern =>
      (lane, limb) =>
        (bits[80 * k + 20 * lane + limb] ?? 0) & 1 ? limit : -limit,
  );
  const between = Array.from(
    { length: 6 },
    (_, k): Pattern =>
      (lane, limb) =>
        Math.trunc((((bits[480 + 80 * k + 20 * lane + limb] ?? 0) - 127.5) / 127.5) * limit),
  );
  return [...steady, ...extreme, ...between];
}

describe('multiply', () => {
  const other = (limit: number): number => Math.min(32767, Math.floor(MAX_PRODUCT / limit));
  it.each([REDUCED, 2 * REDUCED, 3 * REDUCED, 8191, 10042, 32767])(
    'with limbs up to %d and the other factor at its maximum',
    (limit) => {
      for (const a of patterns(limit)) {
        for (const b of patterns(other(limit))) {
          put(A, a);
          put(B, b);
          routines.multiply(OUT, A, B);
          for (let lane = 0; lane < 4; lane += 1)
            expect(mod(get(OUT, lane))).toBe(mod(get(A, lane) * get(B, lane)));
          expect(largest(OUT)).toBeLessThanOrEqual(REDUCED);
        }
      }
    },
  );

  it('may write over either factor', () => {
    for (const out of [A, B]) {
      put(A, (lane, limb) => 100 * lane + limb);
      put(B, (lane, limb) => 7 * lane - limb);
      const expected = [0, 1, 2, 3].map((lane) => mod(get(A, lane) * get(B, lane)));
      routines.multiply(out, A, B);
      expect([0, 1, 2, 3].map((lane) => mod(get(out, lane)))).toEqual(expected);
    }
  });
});

describe('square', () => {
  it.each([REDUCED, 2 * REDUCED, 8191, Math.floor(Math.sqrt(MAX_PRODUCT))])(
    'with limbs up to %d',
    (limit) => {
      for (const a of patterns(limit)) {
        put(A, a);
        routines.square(OUT, A);
        for (let lane = 0; lane < 4; lane += 1) expect(mod(get(OUT, lane))).toBe(mod(get(A, lane) ** 2n));
        expect(largest(OUT)).toBeLessThanOrEqual(REDUCED);
        routines.square(A, A);
        expect(getLimbs(A, 3)).toEqual(getLimbs(OUT, 3));
      }
    },
  );
});

describe('carried', () => {
  it('keeps the value and the stated limit', () => {
    for (const a of patterns(CARRY_LIMIT / 2)) {
      put(A, a);
      routines.carried();
      for (let lane = 0; lane < 4; lane += 1) expect(mod(get(OUT, lane))).toBe(mod(2n * get(A, lane)));
      expect(largest(OUT)).toBeLessThanOrEqual(carriedLimit);
    }
    expect(carriedLimit).toBeLessThan(1.6 * REDUCED);
  });
});

/** Field elements around which canonical forms go wrong. */
const EDGES = [
  0n,
  1n,
  2n,
  18n,
  19n,
  20n,
  P - 1n,
  P - 2n,
  P - 19n,
  P - 20n,
  2n ** 254n,
  2n ** 247n - 1n,
  2n ** 13n - 1n,
  P / 2n,
];

describe('freeze, toBytes', () => {
  const check = (): void => {
    const expected = [0, 1, 2, 3].map((lane) => mod(get(A, lane)));
    routines.freeze(A);
    expect([0, 1, 2, 3].map((lane) => get(frozen, lane))).toEqual(expected);
    routines.toBytes();
    expect(
      [0, 1, 2, 3].map((lane) => scalarValue(bytes8.subarray(BYTES + 32 * lane, BYTES + 32 * lane + 32))),
    ).toEqual(expected);
  };

  it('gives the canonical form of extreme limbs', () => {
    for (const a of [...patterns(FREEZE_LIMIT), ...patterns(REDUCED)]) {
      put(A, a);
      check();
    }
  });

  it('gives it for every representative of values near 0 and p', () => {
    for (const edge of EDGES) {
      for (let multiple = -16n; multiple <= 15n; multiple += 1n) {
        let rest = edge + multiple * P;
        const limbs = Array.from({ length: LIMBS }, (_, k) => {
          const digit = k === LIMBS - 1 ? rest : BigInt.asIntN(LIMB_BITS, rest);
          rest = (rest - digit) >> BigInt(LIMB_BITS);
          return Number(digit);
        });
        put(A, (_lane, limb) => limbs[limb] ?? 0);
        check();
      }
    }
  });
});

describe('fromBytes, fromCanonicalBytes', () => {
  const strings = [
    ...EDGES,
    P,
    P + 1n,
    P + 2n,
    P + 18n,
    2n ** 255n - 1n,
    2n ** 255n,
    2n ** 255n + 2n,
    2n ** 256n - 2n,
    2n ** 256n - 1n,
  ];

  it.each(strings)('%d', (number) => {
    const neighbours = [number, number ^ 1n, scalarValue(random(32)), number];
    neighbours.forEach((n, lane) => {
      bytes8.set(scalarBytes(n), BYTES + 32 * lane);
    });
    routines.fromBytes();
    expect([0, 1, 2, 3].map((lane) => get(OUT, lane))).toEqual(neighbours.map((n) => BigInt.asUintN(255, n)));
    routines.canonical();
    const masks = new Int32Array(routines.memory.buffer, BYTES + 128, 4);
    expect([...masks]).toEqual(neighbours.map((n) => (n < P && n % 2n === 0n ? -1 : 0)));
  });
});

describe('roots', () => {
  const isSquare = (x: bigint): boolean => power(x, (P - 1n) / 2n) <= 1n;

  it('inverts, and takes zero to zero', () => {
    for (const a of patterns(REDUCED)) {
      put(A, a);
      routines.invert(OUT, A);
      for (let lane = 0; lane < 4; lane += 1) {
        const x = mod(get(A, lane));
        expect(mod(get(OUT, lane) * x)).toBe(x === 0n ? 0n : 1n);
      }
    }
  });

  it('finds square roots of ratios as RFC 9496 section 4.2 says, for zero too', () => {
    const squareRootM1 = power(2n, (P - 1n) / 4n);
    for (const u of patterns(REDUCED)) {
      for (const v of patterns(REDUCED).slice(5)) {
        put(A, u);
        put(B, v);
        routines.squareRootRatio(A, B);
        const masks = new Int32Array(routines.memory.buffer, wasSquare, 4);
        for (let lane = 0; lane < 4; lane += 1) {
          const [x, y, r] = [mod(get(A, lane)), mod(get(B, lane)), mod(get(root, lane))];
          const square = x === 0n || (y !== 0n && isSquare(x * y));
          expect(masks[lane]).toBe(square ? -1 : 0);
          expect(r % 2n).toBe(0n);
          const expected = y === 0n ? 0n : square ? x : mod(squareRootM1 * x);
          expect(mod(r * r * y)).toBe(expected);
        }
      }
    }
  });
});
