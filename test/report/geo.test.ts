import { describe, expect, it } from 'vitest';
import { Compile } from 'typebox/compile';
import {
  differenceInDifferences,
  syntheticControl,
  syntheticControlPValue,
  timeBasedRegression,
} from '../../src/measurement/index.js';
import { NO_ARMS, type Inventory } from '../../src/protocol/index.js';
import { compareNaturally } from '../../src/report/geo-panel.js';
import { buildReport } from '../../src/report/index.js';
import { REPORT_SCHEMA } from '../../src/report/report-schema.js';
import { seededUniform } from '../measurement/support/numbers.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';
import { referenceCsv, toSeries } from '../measurement/support/panel.js';
import { inputOf, outcomeOf } from './sample.js';

const GEO = { region: 'region', period: 'week', treated: ['r0', 'r1'], startsAt: '2026-W10' };
const TERMS_EXACT = { ...inputOf().terms, disclosure: 'exact' as const };

interface Panel {
  readonly inventory: Inventory;
  readonly counts: readonly number[];
}

/** Cells in an order of no meaning, one for each region and week. */
function panelOf(
  values: readonly (readonly number[])[],
  names?: readonly string[],
  weeks?: readonly string[],
): Panel {
  const cells = values.flatMap((series, r) =>
    series.map((count, w) => ({
      label: [weeks?.[w] ?? `2026-W${w}`, names?.[r] ?? `r${r}`],
      size: 1_000_000,
      count: Math.round(count),
    })),
  );
  cells.sort((a, b) => (a.label.join() < b.label.join() ? 1 : -1));
  return {
    inventory: {
      size: cells.length * 1_000_000,
      dimensions: ['week', 'region'],
      arms: NO_ARMS,
      cells: cells.map(({ label, size }) => ({ label, size })),
    },
    counts: cells.map(({ count }) => count),
  };
}

function reportOf({ inventory, counts }: Panel, geo: object = {}, exact = false) {
  const report = buildReport(
    inputOf({
      inventory,
      outcome: outcomeOf(inventory, counts),
      experiment: { geo: { ...GEO, ...geo } },
      ...(exact ? { terms: TERMS_EXACT } : {}),
    }),
  );
  expect(Compile(REPORT_SCHEMA).Errors(JSON.parse(JSON.stringify(report)))).toEqual([]);
  return report.geo!;
}

/** `regions` series of `weeks` figures; the first two rise by `effect` from week 10 on. */
function simulated(regions: number, weeks: number, { effect = 0, seed = 1 } = {}): number[][] {
  const uniform = seededUniform(seed);
  const season = Array.from({ length: weeks }, () => 400 * uniform());
  return Array.from({ length: regions }, (_, r) =>
    season.map((common, w) => 3000 + 100 * r + common + 60 * uniform() + (r < 2 && w >= 10 ? effect : 0)),
  );
}

describe('a geo experiment in a report', () => {
  it('is null when this side states none', () => {
    expect(buildReport(inputOf()).geo).toBeNull();
  });

  it('finds an effect by all three methods, with the noise stated', () => {
    const geo = reportOf(panelOf(simulated(12, 26, { effect: 300 })));
    expect(geo).toMatchObject({ pretestPeriods: 10, testPeriods: 16, missing: null });
    expect(geo.control).toEqual(['r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8', 'r9', 'r10', 'r11']);
    const [outcome] = geo.outcomes;
    expect(outcome!.measure).toBeNull();
    expect(outcome!.series.map(({ period }) => period)).toEqual(
      Array.from({ length: 26 }, (_, w) => `2026-W${w}`),
    );
    for (const method of ['differenceInDifferences', 'timeBasedRegression', 'syntheticControl'] as const) {
      const { result, missing } = outcome![method];
      expect(missing).toBeNull();
      // 300 in each of 2 regions and 16 weeks.
      expect(result!.incremental.value! / 9600).toBeGreaterThan(0.9);
      expect(result!.incremental.value! / 9600).toBeLessThan(1.1);
      expect(result!.relativeLift).toBeCloseTo(0.09, 1);
      expect(result!.noiseDeviation).toBeGreaterThan(0);
      expect(result!.noiseDominated).toBe(false);
    }
    expect(outcome!.timeBasedRegression.result!.incremental.interval!.lower).toBeGreaterThan(0);
    expect(outcome!.timeBasedRegression.result!.reliability).toBeLessThan(1);
  });

  it('gives what the methods give for the same panel', () => {
    const values = simulated(8, 24, { effect: 100, seed: 7 }).map((series) => series.map(Math.round));
    const geo = reportOf(panelOf(values), {}, true);
    const series = values.map((numbers, r) => ({ geo: `r${r}`, values: numbers }));
    const periods = { pretestDays: 10, testDays: 14 };
    const [treatment, control] = [series.slice(0, 2), series.slice(2)];
    const [outcome] = geo.outcomes;
    const did = differenceInDifferences({ geos: series, treated: [0, 1], periods, confidence: 0.95 });
    expect(outcome!.differenceInDifferences.result).toMatchObject({
      pValue: did.pValue,
      assignmentsCompared: 28,
      isSampled: false,
      noiseDeviation: 0,
    });
    expect(outcome!.differenceInDifferences.result!.incremental.value).toBeCloseTo(did.incremental, 6);
    const tbr = timeBasedRegression({ treatment, control, periods, confidence: 0.95 });
    expect(outcome!.timeBasedRegression.result!.incremental).toEqual(tbr.incremental);
    const synthetic = syntheticControl({ treatment, donors: control, periods });
    expect(outcome!.syntheticControl.result!.incremental.value).toBeCloseTo(synthetic.incremental, 6);
    expect(outcome!.syntheticControl.result!.pValue).toBe(
      syntheticControlPValue({ treatment, donors: control, periods }),
    );
    outcome!.series.forEach(({ treated, predicted, imitated }, i) => {
      expect(treated - imitated!).toBeCloseTo(2 * synthetic.gapByDay[i]!, 6);
      if (i >= 10) expect(treated - predicted!).toBeCloseTo(tbr.differenceByDay[i - 10]!, 6);
    });
  });

  it.runIf(hasReferenceData)('comes to the published figures of Google and of GeoLift', () => {
    const group = new Map(
      referenceCsv('geo/geoassignment.csv').map((row) => [row['geo']!, row['geo.group']!]),
    );
    const rows = referenceCsv('geo/salesandcost.csv').filter(({ date }) => date! <= '2015-03-15');
    const sales = toSeries(
      rows.map((row) => ({ geo: row['geo']!, date: row['date']!, value: 100 * Number(row['sales']) })),
    );
    const dates = [...new Set(rows.map(({ date }) => date!))].sort();
    const names = sales.map(({ geo }) => geo);
    const { published_TBR: tbr } = referenceJson<{
      published_TBR: { slope: number; incremental: number; se: number };
    }>('geo/google_expected.json');
    const [google] = reportOf(
      panelOf(
        sales.map(({ values }) => values),
        names,
        dates,
      ),
      { treated: names.filter((name) => group.get(name) === '2'), startsAt: dates[42] },
      true,
    ).outcomes;
    const { slope, incremental } = google!.timeBasedRegression.result!;
    expect(slope).toBeCloseTo(tbr.slope, 3);
    expect(incremental.value! / 100 / tbr.incremental).toBeCloseTo(1, 4);
    expect(incremental.standardError! / 100 / tbr.se).toBeCloseTo(1, 3);
    expect(google!.differenceInDifferences.result).toMatchObject({
      isSampled: true,
      assignmentsCompared: 10_000,
    });

    const lift = toSeries(
      referenceCsv('geo/GeoLift_Test.csv').map((row) => ({
        geo: row['location']!,
        date: row['date']!,
        value: Number(row['Y']),
      })),
    );
    const [geolift] = reportOf(
      panelOf(
        lift.map(({ values }) => values),
        lift.map(({ geo }) => geo),
        lift[0]!.values.map((_, day) => `day ${day + 1}`),
      ),
      { treated: ['chicago', 'portland'], startsAt: 'day 91' },
      true,
    ).outcomes;
    const { published } = referenceJson<{ published: { incremental: number } }>('geo/geolift_expected.json');
    expect(geolift!.syntheticControl.result!.incremental.value! / published.incremental).toBeCloseTo(1, 1);
    expect(geolift!.syntheticControl.result!.pValue).toBeLessThan(0.1);
  });

  it('has intervals that hold the truth under the noise, by every method', () => {
    const inside = { differenceInDifferences: 0, timeBasedRegression: 0, syntheticControl: 0 };
    const runs = 60;
    for (let seed = 1; seed <= runs; seed += 1) {
      const [outcome] = reportOf(panelOf(simulated(9, 24, { effect: 50, seed }))).outcomes;
      for (const method of Object.keys(inside) as (keyof typeof inside)[]) {
        const interval = outcome![method].result!.incremental.interval;
        if (interval === null || (interval.lower <= 1400 && 1400 <= interval.upper)) inside[method] += 1;
      }
    }
    for (const hits of Object.values(inside)) expect(hits / runs).toBeGreaterThan(0.88);
  });

  it.each([
    ['a pair of region and period without people', (panel: Panel) => dropCell(panel), {}, /1 of 312 pairs/],
    [
      'a treated region that is not there',
      (panel: Panel) => panel,
      { treated: ['r0', 'r99'] },
      /treated region/,
    ],
    ['a start that is not there', (panel: Panel) => panel, { startsAt: '2027-W1' }, /first period/],
    ['nothing before the start', (panel: Panel) => panel, { startsAt: '2026-W0' }, /before the test/],
    [
      'nothing but treated regions',
      (panel: Panel) => panel,
      { treated: Array.from({ length: 12 }, (_, i) => `r${i}`) },
      /all regions are treated/,
    ],
    ['no such dimension', (panel: Panel) => panel, { period: 'month' }, /not among the cells/],
  ])('has a reason instead of outcomes with %s', (_, change, geo, reason) => {
    const result = reportOf(change(panelOf(simulated(12, 26))), geo);
    expect(result.outcomes).toEqual([]);
    expect(result.missing).toMatch(reason);
  });

  it('says which method the data cannot bear', () => {
    const [short] = reportOf(panelOf(simulated(3, 12)), { startsAt: '2026-W2' }).outcomes;
    expect(short!.timeBasedRegression).toEqual({
      result: null,
      missing: expect.stringMatching(/fewer than three/) as string,
    });
    expect(short!.syntheticControl).toEqual({
      result: null,
      missing: expect.stringMatching(/fewer than two/) as string,
    });
    expect(short!.differenceInDifferences.result!.incremental).toMatchObject({
      interval: null,
      missing: 'too-few-assignments',
    });
    expect(short!.series[0]).toMatchObject({ predicted: null, imitated: null });
    const [still] = reportOf(panelOf(simulated(8, 26).map(() => new Array<number>(26).fill(7)))).outcomes;
    expect(still!.timeBasedRegression.missing).toMatch(/does not vary/);
    const [noisy] = reportOf(
      panelOf(simulated(8, 26).map((series) => series.map((value) => Math.round(value) % 2))),
    ).outcomes;
    expect(noisy!.timeBasedRegression.missing).toMatch(/mostly the added noise/);
    expect(noisy!.differenceInDifferences.result!.noiseDominated).toBe(true);
  });

  it('adds cells that another dimension divides', () => {
    const { inventory, counts } = panelOf(simulated(6, 24));
    const split: Panel = {
      inventory: {
        ...inventory,
        dimensions: ['week', 'age', 'region'],
        cells: inventory.cells.flatMap(({ size, label: [week = '', region = ''] }) => [
          { size: size / 2, label: [week, 'young', region] },
          { size: size / 2, label: [week, 'old', region] },
        ]),
      },
      counts: counts.flatMap((count) => [10, count - 10]),
    };
    const [whole] = reportOf({ inventory, counts }).outcomes;
    const [parts] = reportOf(split).outcomes;
    expect(parts!.series.map(({ treated }) => treated)).toEqual(whole!.series.map(({ treated }) => treated));
    expect(parts!.series[0]!.noiseDeviation).toBeCloseTo(whole!.series[0]!.noiseDeviation * Math.SQRT2, 10);
  });
});

function dropCell({ inventory, counts }: Panel): Panel {
  return { inventory: { ...inventory, cells: inventory.cells.slice(1) }, counts: counts.slice(1) };
}

describe('the order of periods', () => {
  it.each([
    [
      ['2026-W10', '2026-W9', '2026-W1'],
      ['2026-W1', '2026-W9', '2026-W10'],
    ],
    [
      ['2026-02-01', '2025-12-31', '2026-01-15'],
      ['2025-12-31', '2026-01-15', '2026-02-01'],
    ],
    [
      ['10', '9', '100'],
      ['9', '10', '100'],
    ],
    [
      ['b', 'a', ''],
      ['', 'a', 'b'],
    ],
  ])('%j', (mixed, sorted) => {
    expect([...mixed].sort(compareNaturally)).toEqual(sorted);
  });
});
