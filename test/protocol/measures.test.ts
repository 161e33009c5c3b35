import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { GroupOperations } from '../../src/group/index.js';
import { availableEngines, createEngine, inlineOperations } from '../../src/group/index.js';
import type { CountResult, MeasureTerm, Session, Side, Terms } from '../../src/protocol/index.js';
import { LIMITS } from '../../src/protocol/index.js';
import { columnCount } from '../../src/protocol/measures.js';
import type { RandomSource } from '../../src/random.js';
import { systemRandom } from '../../src/system-random.js';
import type { TestSide } from '../support/session-pair.js';
import { runPair } from '../support/session-pair.js';
import { cheapOperations } from './support/cheap-operations.js';
import { SUMS, countsOf } from './support/measured.js';
import { draws } from './support/recorded-noise.js';
import { SIDES, cheapPair, otherSide } from './support/stepping.js';

/**
 * Encrypted measures: what each party learns of the sums, less the noise that the other really drew, against sums made
 * the plain way. The draws are the real ones, written down.
 */
vi.mock(import('../../src/dp/index.js'), async (original) =>
  (await import('./support/recorded-noise.js')).recordingDp(await original()),
);
beforeEach(() => {
  draws.length = 0;
});

const fastest = availableEngines()[0]!;
const real: GroupOperations = inlineOperations(createEngine(`${fastest.name}:${fastest.variant}`));

interface Case {
  readonly measures: readonly MeasureTerm[];
  readonly cells: number;
  /** Name and cell of each of the cohort party's people. */
  readonly cohort: readonly { readonly name: string; readonly cell: number }[];
  /** Name and quanta of each of the measure party's people. */
  readonly spenders: readonly { readonly name: string; readonly quanta: readonly number[] }[];
  /** The side that holds the cells. */
  readonly holder: Side;
  readonly epsilon: string;
}

/** Runs the case; gives what both sides learned and the noise that each side drew, for counts and for columns. */
async function play(
  { measures, cells, cohort, spenders, holder, epsilon }: Case,
  operations: GroupOperations,
): Promise<{
  readonly results: Readonly<Record<Side, CountResult>>;
  readonly noise: Readonly<Record<Side, { counts: number[]; column: (column: number) => number[] }>>;
}> {
  const randoms: Record<Side, RandomSource> = {
    initiator: { ...systemRandom },
    responder: { ...systemRandom },
  };
  const holding: TestSide = {
    names: cohort.map(({ name }) => name),
    cellOf: cohort.map(({ cell }) => cell),
    labels: Array.from({ length: cells }, (_, i) => `cell ${i}`),
  };
  const measuring: TestSide = {
    names: spenders.map(({ name }) => name),
    measures: measures.map((_, i) => Float64Array.from(spenders, ({ quanta }) => quanta[i]!)),
  };
  const on = (side: Side): TestSide => ({
    ...(side === holder ? holding : measuring),
    random: randoms[side],
    settings: { operations },
  });
  const terms: Partial<Terms> = {
    ...SUMS,
    epsilon,
    measures,
    initiatorRole: holder === 'initiator' ? 'cohorts' : 'measures',
  };
  draws.length = 0;
  const pair = cheapPair(terms, on('initiator'), on('responder'));
  const run = await runPair(pair.initiator, pair.responder);
  expect(run.errors).toEqual({});
  const noiseOf = (side: Side) => {
    const drawn = draws.filter(({ random }) => random === randoms[side]).map(({ value }) => Number(value));
    const columns = columnCount(measures);
    expect(drawn).toHaveLength(cells * (1 + columns));
    const rest = drawn.slice(cells);
    // The holder of cells draws cell by cell, the other column by column.
    const place = (cell: number, column: number) =>
      side === holder ? cell * columns + column : column * cells + cell;
    return {
      counts: drawn.slice(0, cells),
      column: (column: number) => Array.from({ length: cells }, (_, cell) => rest[place(cell, column)]!),
    };
  };
  const resultOf = (session: Session) => countsOf(session);
  return {
    results: { initiator: resultOf(pair.initiator), responder: resultOf(pair.responder) },
    noise: { initiator: noiseOf('initiator'), responder: noiseOf('responder') },
  };
}

/** The exact figures of a case: counts, and for each measure the sums and the sums of squares, by cell. */
function exactly({ measures, cells, cohort, spenders }: Case, unitOf: (measure: number) => number) {
  const quantaOf = new Map(spenders.map(({ name, quanta }) => [name, quanta]));
  const byCell = (value: (quanta: readonly number[]) => number): number[] =>
    Array.from({ length: cells }, (_, cell) =>
      cohort
        .filter((person) => person.cell === cell && quantaOf.has(person.name))
        .reduce((sum, { name }) => sum + value(quantaOf.get(name)!), 0),
    );
  return {
    counts: byCell(() => 1),
    measures: measures.map((_, i) => ({
      sums: byCell((quanta) => quanta[i]!),
      // Squares between two units may go either way.
      fewest: byCell((quanta) => Math.floor(quanta[i]! ** 2 / unitOf(i))),
      most: byCell((quanta) => Math.ceil(quanta[i]! ** 2 / unitOf(i))),
    })),
  };
}

/** Each side's figures, less the noise of the other side, are the exact ones. */
async function check(example: Case, operations: GroupOperations): Promise<void> {
  const { results, noise } = await play(example, operations);
  for (const side of SIDES) {
    const { counts, measures } = results[side];
    const exact = exactly(example, (measure) => measures[measure]!.squareUnit);
    const others = noise[otherSide(side)];
    const less = (figures: readonly number[], drawn: readonly number[]) =>
      figures.map((x, i) => x - drawn[i]!);
    expect(
      less(
        counts!.map(({ count }) => count),
        others.counts,
      ),
    ).toEqual(exact.counts);
    expect(measures.map(({ name }) => name)).toEqual(example.measures.map(({ name }) => name));
    let column = 0;
    for (const [i, { sums, squares, statistic }] of measures.entries()) {
      expect(less(sums, others.column(column))).toEqual(exact.measures[i]!.sums);
      column += 1;
      expect(squares === undefined).toBe(statistic === 'sum');
      if (squares === undefined) continue;
      const { fewest, most } = exact.measures[i]!;
      for (const [cell, sum] of less(squares, others.column(column)).entries()) {
        expect(sum).toBeGreaterThanOrEqual(fewest[cell]!);
        expect(sum).toBeLessThanOrEqual(most[cell]!);
      }
      column += 1;
    }
  }
}

const measureOf = (index: number, bound: number, squares: boolean): MeasureTerm => ({
  name: `measure ${index}`,
  quantum: '0.1',
  bound: String(bound / 10),
  statistic: squares ? 'sum-and-squares' : 'sum',
});

/** Small lists with a known overlap; values at 0, at the bound, and between. */
const anyCase = (most: number): fc.Arbitrary<Case> =>
  fc
    .record({
      kinds: fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.boolean()), { maxLength: 8 }),
      cells: fc.integer({ min: 1, max: 4 }),
      cohort: fc.uniqueArray(fc.nat(2 * most), { maxLength: most }),
      spenders: fc.uniqueArray(fc.nat(2 * most), { maxLength: most }),
      holder: fc.constantFrom(...SIDES),
      epsilon: fc.constantFrom('3', '12', '20'),
      where: fc.infiniteStream(fc.nat(1000)),
    })
    .map(({ kinds, cells, cohort, spenders, holder, epsilon, where }) => {
      const next = (most_: number): number => (where.next().value as number) % (most_ + 1);
      const measures: MeasureTerm[] = [];
      for (const [bound, squares] of kinds) {
        if (columnCount(measures) + (squares ? 2 : 1) <= LIMITS.measures) {
          measures.push(measureOf(measures.length, bound, squares));
        }
      }
      const bounds = measures.map(({ bound }) => Math.round(Number(bound) * 10));
      return {
        measures,
        cells,
        holder,
        epsilon,
        cohort: cohort.map((n) => ({ name: `${n}@x.test`, cell: next(cells - 1) })),
        spenders: spenders.map((n) => ({
          name: `${n}@x.test`,
          quanta: bounds.map((bound) => [0, bound, next(bound)][next(2)]!),
        })),
      };
    });

describe("each side's sums, less the other side's noise, are the exact sums", () => {
  it('in the real group', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase(5), (example) => check(example, real)),
      { numRuns: 12 },
    );
  });

  it('over many lists in the cheap group', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase(25), (example) => check(example, cheapOperations)),
      { numRuns: 60 },
    );
  });

  const eight = Array.from({ length: 8 }, (_, i) => measureOf(i, 3, false));
  const person = (n: number, cell: number) => ({ name: `${n}@x.test`, cell });
  const spender = (n: number, quanta: readonly number[]) => ({ name: `${n}@x.test`, quanta });
  const base = { cells: 2, holder: 'initiator', epsilon: '20' } as const;
  it.each<[string, Case]>([
    [
      'with eight columns',
      { ...base, measures: eight, cohort: [person(1, 0)], spenders: [spender(1, [0, 1, 2, 3, 3, 2, 1, 0])] },
    ],
    [
      'with nobody in common',
      { ...base, measures: eight.slice(0, 2), cohort: [person(1, 0)], spenders: [spender(2, [3, 3])] },
    ],
    [
      'with everybody in common',
      {
        ...base,
        measures: [measureOf(0, 50, true)],
        cohort: [0, 1, 2, 3, 4, 5].map((n) => person(n, n % 2)),
        spenders: [0, 1, 2, 3, 4, 5].map((n) => spender(n, [50])),
      },
    ],
    [
      'with an empty list',
      { ...base, measures: [measureOf(0, 9, true)], cohort: [person(1, 1)], spenders: [] },
    ],
    [
      'with empty cells',
      { ...base, measures: [measureOf(0, 9, true)], cohort: [], spenders: [spender(1, [9])] },
    ],
    [
      'with squares in a unit of more than one squared quantum',
      {
        ...base,
        measures: [measureOf(0, 2 ** 17, true)],
        cohort: [person(1, 1), person(2, 1), person(3, 0)],
        spenders: [spender(1, [2 ** 17]), spender(2, [99_999]), spender(4, [5])],
      },
    ],
  ])('%s', async (_, example) => check(example, real));

  it('over several chunks', async () => {
    // A chunk of the list with eight columns holds 3276 items.
    const people = Array.from({ length: 3300 }, (_, n) => n);
    await check(
      {
        ...base,
        measures: eight,
        cohort: people.slice(20).map((n) => person(n, n % 2)),
        spenders: people.map((n) =>
          spender(
            n,
            eight.map((_, i) => (n + i) % 4),
          ),
        ),
      },
      cheapOperations,
    );
  });
});
