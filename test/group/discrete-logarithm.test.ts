import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/bytes.js';
import type { Engine, GroupOperations } from '../../src/group/index.js';
import {
  DiscreteLogTable,
  MAX_TABLE_ENTRIES,
  availableEngines,
  bigIntToScalar,
  createEngine,
  discreteLogarithms,
  inlineOperations,
  startPool,
  tableEntriesFor,
} from '../../src/group/index.js';

interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

/** Each number times the generator. */
function multiples(engine: Engine, numbers: readonly number[]): Uint8Array {
  return engine.multiplyBase(concatBytes(...numbers.map((x) => bigIntToScalar(BigInt(x)))));
}

/** Operations that count the points walked. */
function counting(operations: GroupOperations): { operations: GroupOperations; walked: () => number } {
  let points = 0;
  return {
    walked: () => points,
    operations: {
      ...operations,
      walk(start, step, count) {
        points += count;
        return operations.walk(start, step, count);
      },
    },
  };
}

const inRange = (x: number, { minimum, maximum }: Range): number | undefined =>
  x >= minimum && x <= maximum ? x : undefined;

/** The reference engine, hundreds of times slower, gets small ranges. */
const engines = availableEngines().map(({ name, variant }) => ({
  title: `${name}:${variant}`,
  engine: createEngine(`${name}:${variant}`),
  isReference: name === 'noble',
}));

describe.each(engines)('discrete logarithms on $title', ({ engine, isReference }) => {
  const operations = inlineOperations(engine);
  const solve = (numbers: readonly number[], ranges: readonly Range[], table?: DiscreteLogTable) =>
    discreteLogarithms(operations, {
      elements: multiples(engine, numbers),
      ranges,
      ...(table === undefined ? {} : { table }),
    });

  it('are the numbers that the generator was multiplied by, wherever the ranges lie', async () => {
    const sum = fc
      .tuple(fc.integer({ min: -(2 ** 45), max: 2 ** 45 }), fc.nat(isReference ? 500 : 2 ** 22))
      .chain(([minimum, span]) =>
        fc.record({ minimum: fc.constant(minimum), span: fc.constant(span), offset: fc.nat(span) }),
      );
    await fc.assert(
      fc.asyncProperty(fc.array(sum, { maxLength: isReference ? 4 : 20 }), async (sums) => {
        const numbers = sums.map(({ minimum, offset }) => minimum + offset);
        const ranges = sums.map(({ minimum, span }) => ({ minimum, maximum: minimum + span }));
        expect(await solve(numbers, ranges)).toEqual(numbers);
      }),
      { numRuns: isReference ? 8 : 20 },
    );
  });

  it('are found at both ends of a range and not one step outside', async () => {
    const widths = isReference
      ? [1, 2, 3, 64, 200]
      : [1, 2, 3, 64, 200, 4095, 4096, 4097, 2 ** 20, 2 ** 20 + 1];
    for (const width of widths) {
      for (const minimum of [-width, -1, 0, 1, 2 ** 40]) {
        const range = { minimum, maximum: minimum + width - 1 };
        const numbers = [minimum - 1, minimum, range.maximum, range.maximum + 1, 2 ** 44];
        const found = await solve(
          numbers,
          numbers.map(() => range),
        );
        expect(found, `${width} from ${minimum}`).toEqual(numbers.map((x) => inRange(x, range)));
      }
    }
  });

  it('zero is the identity, 32 zero bytes', async () => {
    const elements = new Uint8Array(32 * 4);
    const ranges = [
      { minimum: 0, maximum: 0 },
      { minimum: -5, maximum: 5 },
      { minimum: 1, maximum: 5 },
      { minimum: -5, maximum: -1 },
    ];
    const found = await discreteLogarithms(operations, { elements, ranges });
    expect(found).toEqual([0, 0, undefined, undefined]);
  });

  it('equal sums are each answered, in their own ranges', async () => {
    const ranges = [9, 7, 6, 7].map((maximum) => ({ minimum: -9, maximum }));
    expect(await solve([7, 7, 7, 7], ranges)).toEqual([7, 7, undefined, 7]);
  });

  it('the first sum without an answer ends the search where that is asked for, and a cancelled one finds nothing', async () => {
    const range = { minimum: 0, maximum: 15 };
    const xs = [99, ...Array.from({ length: 40 }, () => 15)];
    const query = { elements: multiples(engine, xs), ranges: xs.map(() => range) };
    const all = await discreteLogarithms(operations, query);
    expect(all).toEqual([undefined, ...xs.slice(1)]);
    const ended = await discreteLogarithms(operations, { ...query, whenMissing: 'end' });
    expect(ended.filter((x) => x !== undefined).length).toBeLessThan(5);
    const cancelled = await discreteLogarithms(operations, { ...query, isCancelled: () => true });
    expect(cancelled.every((x) => x === undefined)).toBe(true);
  });

  it('a kept table is not built again, and grows when more is asked', async () => {
    const table = new DiscreteLogTable();
    const { operations: counted, walked } = counting(operations);
    const ask = async (x: number, maximum: number): Promise<number> => {
      const before = walked();
      const query = { elements: multiples(engine, [x]), ranges: [{ minimum: 0, maximum }], table };
      expect(await discreteLogarithms(counted, query)).toEqual([x]);
      return walked() - before;
    };
    const most = isReference ? 511 : 2 ** 21 - 1;
    expect(table.entries).toBe(0);
    await ask(most >> 4, most >> 4);
    const small = table.entries;
    expect(small).toBe(tableEntriesFor([{ minimum: 0, maximum: most >> 4 }]));
    await ask(most, most);
    expect(table.entries).toBeGreaterThan(small);
    const large = table.entries;
    // The answer is in the first walk or two, which is all that is left to do.
    expect(await ask(0, most)).toBeLessThanOrEqual(256);
    expect(await ask(most >> 4, most >> 4)).toBeLessThanOrEqual(256 + 512);
    expect(table.entries).toBe(large);
  });

  it('the table knows each of its entries, and believes nothing without multiplying out', async () => {
    const table = new DiscreteLogTable();
    const entries = isReference ? 64 : 2 ** 14;
    await table.grow(operations, entries);
    const all = table.candidates(engine.walk(new Uint8Array(32), multiples(engine, [1]), entries + 50));
    expect(all).toEqual(Array.from({ length: entries }, (_, k) => k * entries + k));

    class LyingTable extends DiscreteLogTable {
      override candidates(elements: Uint8Array): number[] {
        return [0, 3, ...super.candidates(elements), 4];
      }
    }
    const range = { minimum: -20, maximum: 20 };
    expect(await solve([5, 21], [range, range], new LyingTable())).toEqual([5, undefined]);
  });

  it('nothing asked, nothing done', async () => {
    const table = new DiscreteLogTable();
    expect(await solve([], [], table)).toEqual([]);
    expect(table.entries).toBe(0);
  });

  it('refuses what is no element or no range', async () => {
    const range = { minimum: 0, maximum: 9 };
    const elements = multiples(engine, [1, 2]);
    const refused = (given: Uint8Array, ranges: readonly Range[]) =>
      expect(discreteLogarithms(operations, { elements: given, ranges })).rejects.toMatchObject({
        code: 'group/invalid-batch',
      });
    await refused(elements, [range]);
    await refused(elements.subarray(1), [range, range]);
    await refused(concatBytes(elements.subarray(32), new Uint8Array(32).fill(255)), [range, range]);
    for (const [minimum, maximum] of [
      [1, 0],
      [0.5, 9],
      [0, Number.NaN],
      [0, Infinity],
      [0, 2 ** 53],
      [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ] as const) {
      await refused(elements, [range, { minimum, maximum }]);
    }
  });

  if (isReference) return;

  it('are found on both sides of where one walk ends and the next starts', async () => {
    const maximum = 2 ** 25 - 1;
    const range = { minimum: 0, maximum };
    const table = new DiscreteLogTable();
    const entries = tableEntriesFor([range]);
    for (const step of [254, 255, 256, 765, 766, 767, 1788, 1789, 1790, 3835, 3836, 3837, 2 ** 13 - 1]) {
      for (const x of [step * entries - 1, step * entries, step * entries + 1]) {
        expect(x).toBeLessThan(maximum);
        expect(await solve([x], [range], table)).toEqual([x]);
      }
    }
    // Ranges whose last multiple is the last point of a walk, or the first of the next.
    for (const steps of [255, 256, 257, 766, 767, 768, 1789, 1790, 1791]) {
      const last = (steps - 1) * entries;
      expect(await solve([last], [{ minimum: 0, maximum: last }], table)).toEqual([last]);
      expect(await solve([last + 1], [{ minimum: 0, maximum: last }], table)).toEqual([undefined]);
    }
  });

  it('reach 2^36 quanta, and room for noise on both sides', async () => {
    const range = { minimum: -(2 ** 24), maximum: 2 ** 36 + 2 ** 24 };
    const table = new DiscreteLogTable();
    expect(await solve([range.maximum, range.minimum], [range, range], table)).toEqual([
      range.maximum,
      range.minimum,
    ]);
    expect(table.entries).toBe(2 ** 17);
  });
});

describe('size of the table', () => {
  it('is a power of two that follows the work, up to a limit', () => {
    const sums = (count: number, maximum: number): Range[] =>
      Array.from({ length: count }, () => ({ minimum: 1, maximum }));
    expect(tableEntriesFor([])).toBe(1);
    expect(tableEntriesFor(sums(1, 1))).toBe(1);
    expect(tableEntriesFor(sums(1, 2 ** 21))).toBe(2 ** 8);
    expect(tableEntriesFor(sums(2, 2 ** 21))).toBe(2 ** 9);
    expect(tableEntriesFor(sums(500, 2 ** 36))).toBe(MAX_TABLE_ENTRIES);
  });
});

describe('on worker threads', () => {
  // Worker threads run compiled code; the gate builds it first.
  const workerUrl = new URL('../../dist/group/worker.js', import.meta.url);
  const engine = createEngine(availableEngines()[0]!.name);
  const pool = startPool({ engine, threads: 2, sliceItems: 64, workerUrl });
  afterAll(() => pool.close());

  it('answers come in order, and progress counts up to the end', async () => {
    const numbers = Array.from({ length: 20 }, (_, i) => (i * 7919 * 65_537) % 2 ** 20);
    const seen: number[] = [];
    const found = await discreteLogarithms(pool, {
      elements: multiples(engine, numbers),
      ranges: numbers.map(() => ({ minimum: -5, maximum: 2 ** 20 })),
      onProgress: (done, total) => seen.push(done / total),
    });
    expect(found).toEqual(numbers);
    expect(seen).toEqual(numbers.map((_, i) => (i + 1) / numbers.length));
  });
});
