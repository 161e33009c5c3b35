import { describe, expect, it } from 'vitest';
import { createWasmKernel } from '../../../src/group/wasm/index.js';
import {
  concat,
  DST,
  hex,
  IDENTITY,
  isValid,
  item,
  L,
  LABELS,
  Point,
  randomElements,
  randomScalar,
  randomSource,
  referenceHash,
  referenceMap,
  referenceMultiply,
  scalarBytes,
  scalarValue,
} from './support.js';

const kernel = createWasmKernel();
const random = randomSource('wasm kernel');
const P = 2n ** 255n - 19n;
const SCALARS = [
  1n,
  2n,
  3n,
  8n,
  15n,
  16n,
  17n,
  L - 1n,
  L - 2n,
  (L - 1n) / 2n,
  (L + 1n) / 2n,
  2n ** 252n,
  2n ** 251n,
];

describe('multiply', () => {
  const elements = randomElements(random, 5);

  it.each([...SCALARS, ...Array.from({ length: 8 }, () => randomScalar(random))])('by %d', (scalar) => {
    const result = kernel.multiply(elements, scalarBytes(scalar));
    for (let i = 0; i < 5; i += 1)
      expect(hex(item(result.elements, i))).toBe(hex(referenceMultiply(item(elements, i), scalar)));
    expect([...result.validity]).toEqual([0b11111]);
  });

  it('refuses the identity and everything that is not an encoding', () => {
    const nonCanonical = [
      P,
      P + 1n,
      P + 2n,
      2n ** 255n - 1n,
      2n ** 255n,
      2n ** 256n - 1n,
      2n ** 256n - 2n,
    ].map(scalarBytes);
    const negative = scalarBytes(P - 2n).map((byte, i) => (i === 0 ? byte | 1 : byte));
    for (const bad of [IDENTITY, negative, ...nonCanonical]) {
      const { elements: out, validity } = kernel.multiply(
        concat([item(elements, 0), bad, item(elements, 1)]),
        scalarBytes(7n),
      );
      expect([...validity]).toEqual([0b101]);
      expect(hex(item(out, 1))).toBe(hex(IDENTITY));
      expect(hex(item(out, 2))).toBe(hex(referenceMultiply(item(elements, 1), 7n)));
    }
  });

  it('agrees with the reference on which random strings are elements', () => {
    const strings = Array.from({ length: 64 }, () =>
      random(32).map((byte, i) => (i === 31 ? byte & 0x7f : i === 0 ? byte & 0xfe : byte)),
    );
    const { elements: out, validity } = kernel.multiply(concat(strings), scalarBytes(1n));
    let valid = 0;
    strings.forEach((bytes, i) => {
      let known = true;
      try {
        Point.fromBytes(bytes.slice());
      } catch {
        known = false;
      }
      valid += Number(known);
      expect(isValid(validity, i)).toBe(known);
      expect(hex(item(out, i))).toBe(known ? hex(bytes) : hex(IDENTITY));
    });
    expect(valid).toBeGreaterThan(5);
    expect(valid).toBeLessThan(59);
  });
});

describe('multiplyBase', () => {
  it('matches the reference, and gives the identity for zero', () => {
    const scalars = [0n, ...SCALARS, ...Array.from({ length: 12 }, () => randomScalar(random))];
    const result = kernel.multiplyBase(concat(scalars.map(scalarBytes)));
    scalars.forEach((scalar, i) => {
      expect(hex(item(result, i))).toBe(
        scalar === 0n ? hex(IDENTITY) : hex(Point.BASE.multiply(scalar).toBytes()),
      );
    });
  });
});

describe('mapToGroup', () => {
  it('matches the reference on random and extreme bytes', () => {
    const half = [0n, 1n, P - 1n, P, P + 1n, 2n ** 255n - 1n, 2n ** 256n - 1n].map(scalarBytes);
    const extreme = half.flatMap((first) => half.map((second) => concat([first, second])));
    const uniform = [...extreme, ...Array.from({ length: 20 }, () => random(64))];
    const result = kernel.mapToGroup(concat(uniform));
    uniform.forEach((bytes, i) => {
      expect(hex(item(result, i))).toBe(hex(referenceMap(bytes)));
    });
  });
});

describe('hashToGroup and hashAndMultiply', () => {
  const types = Uint8Array.from([0, 1, 2, 3, 4, 5, 5, 0, 3]);
  const keys = random(32 * types.length);

  it('hashes every type with its label', () => {
    expect(LABELS).toHaveLength(6);
    const result = kernel.hashToGroup({ types, keys }, DST);
    types.forEach((type, i) => {
      expect(hex(item(result, i))).toBe(hex(referenceHash(type, item(keys, i)).toBytes()));
    });
  });

  // Lengths around the places where another block is needed: b_0 takes 48 + DST bytes or less in a block, b_1 66 + DST.
  it.each([1, 40, 41, 42, 43, 44, 45, 46, 47, 62, 63, 64, 65, 172, 173, 174, 189, 190, 191, 192, 254, 255])(
    'with a DST of %d bytes',
    (length) => {
      const dst = random(length);
      const result = kernel.hashToGroup({ types, keys }, dst);
      types.forEach((type, i) => {
        expect(hex(item(result, i))).toBe(hex(referenceHash(type, item(keys, i), dst).toBytes()));
      });
    },
  );

  it('refuses an empty or long DST and an unknown type', () => {
    expect(() => kernel.hashToGroup({ types, keys }, new Uint8Array(0))).toThrow(/DST/);
    expect(() => kernel.hashToGroup({ types, keys }, new Uint8Array(256))).toThrow(/DST/);
    expect(() => kernel.hashToGroup({ types: Uint8Array.of(6), keys: random(32) }, DST)).toThrow(/type/);
  });

  it('multiplies what it hashed', () => {
    for (const scalar of [1n, L - 1n, randomScalar(random)]) {
      const result = kernel.hashAndMultiply({ types, keys }, DST, scalarBytes(scalar));
      types.forEach((type, i) => {
        expect(hex(item(result, i))).toBe(hex(referenceHash(type, item(keys, i)).multiply(scalar).toBytes()));
      });
    }
  });
});

describe('multiplyAdd', () => {
  it('matches big integers on extreme and random scalars', () => {
    const values = [
      0n,
      1n,
      2n,
      L - 1n,
      L - 2n,
      (L - 1n) / 2n,
      2n ** 252n,
      2n ** 252n - 1n,
      0xffffffffn,
      ...Array.from({ length: 8 }, () => randomScalar(random)),
    ];
    const pairs = values.flatMap((a) => values.map((c) => ({ a, c })));
    for (const b of values) {
      const result = kernel.multiplyAdd(
        concat(pairs.map(({ a }) => scalarBytes(a))),
        scalarBytes(b),
        concat(pairs.map(({ c }) => scalarBytes(c))),
      );
      pairs.forEach(({ a, c }, i) => {
        expect(scalarValue(item(result, i))).toBe((a * b + c) % L);
      });
    }
  });
});

describe('walk', () => {
  it('adds the step again and again, whatever start and step are', () => {
    const [a, b] = [Point.BASE.multiply(randomScalar(random)), Point.BASE.multiply(randomScalar(random))];
    const zero = Point.ZERO;
    for (const [start, step] of [
      [a, b],
      [a, zero],
      [zero, b],
      [zero, zero],
      [a, a.negate()],
      [a.negate(), a],
      [b.multiply(5n).negate(), b],
    ] as const) {
      const result = kernel.walk(start.toBytes(), step.toBytes(), 11);
      let point = start;
      for (let i = 0; i < 11; i += 1) {
        expect(hex(item(result, i))).toBe(hex(point.toBytes()));
        point = point.add(step);
      }
    }
    expect(kernel.walk(a.toBytes(), b.toBytes(), 0)).toHaveLength(0);
  });
});

describe('wiping', () => {
  it('gives equal results after other operations and after errors', () => {
    const element = item(randomElements(random, 1), 0);
    const first = kernel.multiply(element, scalarBytes(5n));
    expect(() => kernel.walk(scalarBytes(3n), element, 2)).toThrow();
    kernel.multiplyBase(scalarBytes(9n));
    kernel.hashToGroup({ types: Uint8Array.of(0), keys: random(32) }, DST);
    expect(hex(kernel.multiply(element, scalarBytes(5n)).elements)).toBe(hex(first.elements));
  });
});
