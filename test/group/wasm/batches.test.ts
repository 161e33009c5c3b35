/** Batch sizes around lanes and chunks, and sums by group. Large batches are compared with single ones and, in part, with the reference. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createWasmKernel } from '../../../src/group/wasm/index.js';
import {
  concat,
  DST,
  hex,
  IDENTITY,
  isValid,
  item,
  L,
  Point,
  randomScalar,
  randomSource,
  referenceHash,
  referenceMultiply,
  scalarBytes,
  scalarValue,
} from './support.js';

const SIZES = [0, 1, 3, 4, 5, 7, 8, 9, 1023, 1024, 1025, 8191, 8192, 8193];
const MOST = 8193;
const kernel = createWasmKernel();
const random = randomSource('wasm batches');
const scalar = randomScalar(random);
const scalars = concat(Array.from({ length: MOST }, () => scalarBytes(randomScalar(random))));
const keys = random(32 * MOST);
const types = random(MOST).map((byte) => byte % 6);
/** Positions that are always compared one by one. */
const sample = (size: number): number[] =>
  [...new Set([0, 1, 2, 3, 4, 7, 1022, 1023, 1024, 1025, 4097, size - 2, size - 1])].filter(
    (i) => i >= 0 && i < size,
  );

let elements: Uint8Array;
beforeAll(() => {
  elements = kernel.multiplyBase(scalars);
});

describe.each(SIZES)('a batch of %d', (size) => {
  const bits = (): Uint8Array =>
    Uint8Array.from({ length: Math.ceil(size / 8) }, (_, i) => 2 ** Math.min(8, size - 8 * i) - 1);

  it('multiplyBase', () => {
    const result = kernel.multiplyBase(scalars.subarray(0, 32 * size));
    expect(hex(result)).toBe(hex(elements.subarray(0, 32 * size)));
    for (const i of sample(size))
      expect(hex(item(result, i))).toBe(hex(Point.BASE.multiply(scalarValue(item(scalars, i))).toBytes()));
  });

  it('multiply', () => {
    const { elements: result, validity } = kernel.multiply(
      elements.subarray(0, 32 * size),
      scalarBytes(scalar),
    );
    expect(result).toHaveLength(32 * size);
    expect(hex(validity)).toBe(hex(bits()));
    for (const i of sample(size)) {
      expect(hex(item(result, i))).toBe(
        hex(kernel.multiply(item(elements, i), scalarBytes(scalar)).elements),
      );
      expect(hex(item(result, i))).toBe(hex(referenceMultiply(item(elements, i), scalar)));
    }
  });

  it('hashToGroup and hashAndMultiply', () => {
    const batch = { types: types.subarray(0, size), keys: keys.subarray(0, 32 * size) };
    const hashed = kernel.hashToGroup(batch, DST);
    const multiplied = kernel.hashAndMultiply(batch, DST, scalarBytes(scalar));
    expect(hex(multiplied)).toBe(hex(kernel.multiply(hashed, scalarBytes(scalar)).elements));
    for (const i of sample(size))
      expect(hex(item(hashed, i))).toBe(hex(referenceHash(types[i] ?? 0, item(keys, i)).toBytes()));
  });

  it('multiplyAdd', () => {
    const [a, c] = [scalars.subarray(0, 32 * size), scalars.subarray(32 * (MOST - size))];
    const result = kernel.multiplyAdd(a, scalarBytes(scalar), c);
    for (let i = 0; i < size; i += 1) {
      expect(scalarValue(item(result, i))).toBe(
        (scalarValue(item(a, i)) * scalar + scalarValue(item(c, i))) % L,
      );
    }
  });

  it('walk', () => {
    const result = kernel.walk(item(elements, 0), item(elements, 1), size);
    expect(result).toHaveLength(32 * size);
    const [k0, k1] = [scalarValue(item(scalars, 0)), scalarValue(item(scalars, 1))];
    const expected = kernel.multiplyBase(
      concat(Array.from({ length: size }, (_, i) => scalarBytes((k0 + BigInt(i) * k1) % L))),
    );
    expect(hex(result)).toBe(hex(expected));
  });

  it('sum in one group', () => {
    const { sums, validity } = kernel.sum(elements.subarray(0, 32 * size), 1, new Uint32Array(size), 1);
    let total = 0n;
    for (let i = 0; i < size; i += 1) total += scalarValue(item(scalars, i));
    expect(hex(sums)).toBe(hex(kernel.multiplyBase(scalarBytes(total % L))));
    expect(hex(validity)).toBe(hex(bits()));
  });

  it('marks single bad encodings at the edges', () => {
    for (const bad of size === 0 ? [] : [0, size - 1]) {
      const input = elements.slice(0, 32 * size);
      input[32 * bad] = (input[32 * bad] ?? 0) ^ 1;
      const { elements: result, validity } = kernel.multiply(input, scalarBytes(1n));
      for (let i = 0; i < size; i += 1) expect(isValid(validity, i)).toBe(i !== bad);
      expect(hex(item(result, bad))).toBe(hex(IDENTITY));
    }
  });
});

describe('sum', () => {
  const SKIP = 0xffffffff;

  it.each([1, 2, 3, 5, 16])(
    'adds rows of %d columns to their groups, skips some and leaves bad ones out',
    (width) => {
      const rowCount = Math.floor(3000 / width);
      const groupCount = 7;
      const rows = elements.slice(0, 32 * width * rowCount);
      const choice = random(rowCount);
      const groups = Uint32Array.from({ length: rowCount }, (_, row) =>
        (choice[row] ?? 0) % 11 === 0 ? SKIP : (choice[row] ?? 0) % (groupCount - 1),
      );
      const bad = new Set(Array.from({ length: rowCount }, (_, row) => row).filter((row) => row % 13 === 5));
      const zeros = new Set(
        Array.from({ length: rowCount }, (_, row) => row).filter((row) => row % 17 === 3 && !bad.has(row)),
      );
      for (const row of bad) rows[32 * (row * width + (row % width))] = 1;
      for (const row of zeros) rows.fill(0, 32 * row * width, 32 * (row * width + 1));

      const totals = Array.from({ length: groupCount * width }, () => 0n);
      groups.forEach((group, row) => {
        if (group === SKIP || bad.has(row)) return;
        for (let column = 0; column < width; column += 1) {
          if (column === 0 && zeros.has(row)) continue;
          const index = group * width + column;
          totals[index] = (totals[index] ?? 0n) + scalarValue(item(scalars, row * width + column));
        }
      });
      const { sums, validity } = kernel.sum(rows, width, groups, groupCount);
      expect(hex(sums)).toBe(hex(kernel.multiplyBase(concat(totals.map((total) => scalarBytes(total % L))))));
      for (let row = 0; row < rowCount; row += 1)
        expect(isValid(validity, row)).toBe(groups[row] === SKIP || !bad.has(row));
      expect(hex(item(sums, (groupCount - 1) * width))).toBe(hex(IDENTITY)); // the last group stays empty
    },
  );

  it('gives the identity for elements that cancel, and for no rows', () => {
    const point = Point.BASE.multiply(5n);
    const { sums } = kernel.sum(
      concat([point.toBytes(), point.negate().toBytes(), point.toBytes()]),
      1,
      Uint32Array.of(0, 0, 1),
      2,
    );
    expect(hex(sums)).toBe(hex(concat([IDENTITY, point.toBytes()])));
    expect(hex(kernel.sum(new Uint8Array(0), 3, new Uint32Array(0), 2).sums)).toBe(
      hex(new Uint8Array(6 * 32)),
    );
  });

  it('takes as many groups as rows, over several chunks', () => {
    const count = 2500;
    const { sums } = kernel.sum(
      elements.subarray(0, 32 * count),
      1,
      Uint32Array.from({ length: count }, (_, i) => count - 1 - i),
      count,
    );
    for (let i = 0; i < count; i += 1) expect(hex(item(sums, count - 1 - i))).toBe(hex(item(elements, i)));
  });

  it('refuses a group number that is too large', () => {
    expect(() => kernel.sum(item(elements, 0), 1, Uint32Array.of(2), 2)).toThrow(/group/);
  });
});
