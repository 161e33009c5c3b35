import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areApart, exposuresOf } from '../../src/report/exposures.js';
import { discreteLaplace } from '../../src/dp/index.js';
import { NO_ARMS, type CountResult, type Inventory } from '../../src/protocol/index.js';
import { type ReportInput, buildReport } from '../../src/report/index.js';
import { INVENTORY, inputOf, outcomeOf } from './sample.js';

const FREQUENCY = { column: 'impressions' };

function inventoryOf(rows: readonly (readonly [label: readonly string[], size: number])[]): Inventory {
  return {
    size: rows.reduce((sum, [, size]) => sum + size, 0),
    dimensions: ['place', 'impressions'],
    arms: NO_ARMS,
    cells: rows.map(([label, size]) => ({ label, size })),
  };
}

const CELLS = inventoryOf([
  [['north', '3+'], 100],
  [['north', '0'], 400],
  [['south', '1'], 200],
  [['south', '0'], 300],
  [['north', '1'], 50],
]);
const COUNTS = [30, 40, 60, 20, 10];

function input(inventory: Inventory, counts: readonly number[], more: Partial<ReportInput> = {}) {
  return inputOf({
    inventory,
    outcome: outcomeOf(inventory, counts),
    experiment: { frequency: FREQUENCY },
    ...more,
  });
}

describe('reach and frequency of a report', () => {
  it('are null when this side states no frequency, and in a mode without cells', () => {
    expect(buildReport(inputOf())).toMatchObject({ reach: null, frequency: null });
  });

  it('put people, matched people and outcomes by exposures', () => {
    const { frequency, reach } = buildReport(input(CELLS, COUNTS));
    expect(frequency!.missing).toBeNull();
    expect(
      frequency!.buckets.map(({ label, people, matched, matchedAtLeast, leastExposures, mostExposures }) => [
        label,
        leastExposures,
        mostExposures,
        people,
        matched.value,
        matchedAtLeast.value,
      ]),
    ).toEqual([
      ['0', 0, 0, 700, 60, 160],
      ['1', 1, 1, 250, 70, 100],
      ['3+', 3, null, 100, 30, 30],
    ]);
    expect(frequency!.buckets.map(({ outcomes }) => outcomes.map(({ sum }) => sum))).toEqual([
      [60],
      [70],
      [30],
    ]);
    expect(frequency!.buckets[1]!.outcomes[0]!.mean.value).toBeCloseTo(70 / 250, 12);
    // 70 people with one exposure, 30 with three: nobody has two.
    expect(frequency!.averageExposures!.value).toBeCloseTo((70 + 90) / 100, 12);
    expect(reach).toMatchObject({ column: 'impressions', exposedPeople: 350, audience: 30 });
    expect(reach!.reached.value).toBe(100);
    expect(reach!.matched.value).toBe(160);
    expect(reach!.shareOfMatched.value).toBeCloseTo(100 / 160, 12);
    expect(reach!.shareOfAudience.value).toBeCloseTo(100 / 30, 12);
  });

  it('state the noise: a bucket of two cells has that of both', () => {
    const { frequency, privacy } = buildReport(input(CELLS, COUNTS));
    const { sigma2 } = privacy.counts!;
    expect(sigma2).toBeGreaterThan(0);
    const deviations = frequency!.buckets.map(({ matched }) => matched.standardError);
    expect(deviations).toEqual([Math.sqrt(2 * sigma2), Math.sqrt(2 * sigma2), Math.sqrt(sigma2)]);
    const { interval } = buildReport(input(CELLS, COUNTS)).reach!.reached;
    expect(interval!.upper - interval!.lower).toBeCloseTo(
      2 * (Math.log(20) / Math.SQRT2) * Math.sqrt(3 * sigma2),
      10,
    );
  });

  it('add up to the cells, however they are cut', () => {
    const cell = fc.record({
      place: fc.constantFrom('a', 'b', 'c'),
      value: fc.constantFrom('0', '1', '2-4', '7', '9+'),
      size: fc.integer({ min: 1, max: 1000 }),
      count: fc.integer({ min: -5, max: 300 }),
    });
    const cells = fc.uniqueArray(cell, {
      minLength: 1,
      selector: ({ place, value }) => `${place}/${value}`,
    });
    fc.assert(
      fc.property(cells, (rows) => {
        const inventory = inventoryOf(rows.map(({ place, value, size }) => [[place, value], size]));
        const report = buildReport(
          input(
            inventory,
            rows.map(({ count }) => count),
          ),
        );
        const { buckets } = report.frequency!;
        const total = rows.reduce((sum, { count }) => sum + count, 0);
        expect(buckets.reduce((sum, { people }) => sum + people, 0)).toBe(inventory.size);
        expect(buckets.reduce((sum, { matched }) => sum + matched.value!, 0)).toBe(total);
        expect(buckets[0]!.matchedAtLeast.value).toBe(total);
        const unexposed = buckets.find(({ leastExposures }) => leastExposures === 0)?.matched.value ?? 0;
        if (report.reach !== null) expect(report.reach.reached.value).toBe(total - unexposed);
        else expect(rows.every(({ value }) => value === '0')).toBe(true);
        const least = buckets.map(({ leastExposures }) => leastExposures);
        expect(least).toEqual([...least].sort((a, b) => a - b));
      }),
    );
  });

  it('give every measure by frequency, in its own unit', () => {
    const noise = discreteLaplace({ numerator: 1n, denominator: 1n }, 1n);
    const result: CountResult = {
      kind: 'counts',
      counts: CELLS.cells.map((cell, i) => ({ ...cell, count: COUNTS[i]! })),
      mechanism: undefined,
      measures: [
        {
          name: 'sales',
          quantum: '0.01',
          bound: '20',
          statistic: 'sum',
          sums: [1000, 200, 300, 400, 500],
          squares: undefined,
          squareUnit: 1,
          sumMechanism: noise,
          squaresMechanism: undefined,
        },
      ],
    };
    const report = buildReport(input(CELLS, COUNTS, { outcome: { ...outcomeOf(CELLS, COUNTS), result } }));
    expect(report.frequency!.buckets.map(({ outcomes }) => outcomes.map(({ sum }) => sum))).toEqual([
      [6],
      [8],
      [10],
    ]);
    expect(report.frequency!.buckets[0]!.outcomes[0]!.measure).toBe('sales');
    expect(report.frequency!.buckets[0]!.matched.value).toBe(60);
  });

  it('are no cohorts of the lift: frequency follows from the arm', () => {
    const inventory: Inventory = {
      size: 400,
      dimensions: ['arm', 'impressions'],
      arms: INVENTORY.arms,
      cells: [
        { size: 200, label: ['held out', '0'] },
        { size: 100, label: ['seen', '1'] },
        { size: 100, label: ['seen', '2+'] },
      ],
    };
    const { lift } = buildReport(input(inventory, [4, 9, 8]));
    expect(lift!.incompleteCohorts).toEqual([]);
    expect(lift!.overall[0]!.lift.treatment.n).toBe(200);
  });

  it.each([
    ['a value that is no number', [['a', 'often']], /no number of exposures/],
    [
      'values that overlap',
      [
        ['a', '1-3'],
        ['a', '3'],
      ],
      /same number/,
    ],
    [
      'an open value that is not the last',
      [
        ['a', '1+'],
        ['a', '3'],
      ],
      /same number/,
    ],
  ])('have a reason instead of buckets with %s', (_, labels, reason) => {
    const inventory = inventoryOf(labels.map((label) => [label, 100] as const));
    const report = buildReport(
      input(
        inventory,
        labels.map(() => 5),
      ),
    );
    expect(report.frequency).toMatchObject({ buckets: [], averageExposures: null });
    expect(report.frequency!.missing).toMatch(reason);
    expect(report.reach).toBeNull();
  });

  it('have a reason where the cells have no such dimension', () => {
    const report = buildReport(inputOf({ experiment: { frequency: FREQUENCY } }));
    expect(report.frequency!.missing).toMatch(/not among the cells/);
  });

  it('have no reach where nobody was exposed', () => {
    const report = buildReport(input(inventoryOf([[['a', '0'], 100]]), [5]));
    expect(report.reach).toBeNull();
    expect(report.frequency).toMatchObject({ missing: null, averageExposures: null });
  });
});

describe('values of a frequency dimension', () => {
  it.each([
    ['0', 0, 0],
    ['3', 3, 3],
    ['2-4', 2, 4],
    ['3+', 3, null],
    [' 12 ', 12, 12],
  ])('%s', (text, least, most) => {
    expect(exposuresOf(text)).toEqual({ least, most });
  });

  it.each(['', '-1', '1.5', '4-2', '3++', 'none', '1 000', '9999999999', '3-'])('refuses %j', (text) => {
    expect(exposuresOf(text)).toBeUndefined();
  });

  it('are apart when no number is in two', () => {
    expect(
      areApart([
        { least: 0, most: 0 },
        { least: 1, most: null },
      ]),
    ).toBe(true);
    expect(
      areApart([
        { least: 0, most: 1 },
        { least: 1, most: null },
      ]),
    ).toBe(false);
  });
});
