import { describe, expect, it } from 'vitest';
import {
  type GeoSeries,
  geoBasedRegression,
  oneSidedTest,
  probabilityAbove,
  timeBasedRegression,
  twoSidedTest,
} from '../../../src/measurement/index.js';
import { hasReferenceData, referenceJson } from '../../support/reference-data.js';
import { allFinite } from '../support/numbers.js';
import { referenceCsv, toSeries } from '../support/panel.js';

interface GoogleFile {
  readonly published_TBR: {
    readonly slope: number;
    readonly incremental: number;
    readonly se: number;
    readonly precision_90_one_sided: number;
    readonly lower: number;
    readonly iroas: number;
    readonly iroas_precision_90_one_sided: number;
    readonly iroas_precision_95_two_sided: number;
    readonly ci95: readonly [number, number];
    readonly prob_gt_3: number;
    readonly incr_cost: number;
  };
  readonly published_GBR: {
    readonly iroas: number;
    readonly precision_90_one_sided: number;
    readonly precision_95_two_sided: number;
    readonly ci95: readonly [number, number];
    readonly prob_gt_3: number;
  };
}

const PRETEST_DAYS = 42;
const TEST_DAYS = 28;
const periods = { pretestDays: PRETEST_DAYS, testDays: TEST_DAYS };

/** The experiment's sales and cost by region, cut to pretest and test, split by group (2 is treated). */
function experiment() {
  const group = new Map(referenceCsv('geo/geoassignment.csv').map((row) => [row['geo']!, row['geo.group']!]));
  const rows = referenceCsv('geo/salesandcost.csv').filter(({ date }) => date! <= '2015-03-15');
  const pick = (column: string) =>
    toSeries(rows.map((row) => ({ geo: row['geo']!, date: row['date']!, value: Number(row[column]) })));
  const sales = pick('sales');
  return {
    sales,
    cost: pick('cost'),
    treatment: sales.filter(({ geo }) => group.get(geo) === '2'),
    control: sales.filter(({ geo }) => group.get(geo) === '1'),
  };
}

/** `actual` rounded to as many digits as the published figure prints. */
function expectPrinted(actual: number, published: number): void {
  const digits = String(published).replace(/^0\.0*|[.-]/g, '').length;
  expect(Number(actual.toPrecision(digits))).toBe(published);
}

describe.runIf(hasReferenceData)('time-based regression: published Google figures', () => {
  it('all printed digits', () => {
    const expected = referenceJson<GoogleFile>('geo/google_expected.json').published_TBR;
    const { treatment, control } = experiment();
    const result = timeBasedRegression({
      treatment,
      control,
      periods,
      incrementalSpend: expected.incr_cost,
      confidence: 0.95,
    });
    expectPrinted(result.slope, expected.slope);
    expectPrinted(result.incremental.value!, expected.incremental);
    expectPrinted(result.incremental.standardError!, expected.se);
    const oneSided = oneSidedTest(result.incrementalStatistic, 'greater', 0.9);
    expectPrinted(oneSided.bound, expected.lower);
    expectPrinted(oneSided.value - oneSided.bound, expected.precision_90_one_sided);

    const iroas = result.iroas!;
    expectPrinted(iroas.value!, expected.iroas);
    expectPrinted(iroas.interval!.lower, expected.ci95[0]);
    expectPrinted(iroas.interval!.upper, expected.ci95[1]);
    expectPrinted(iroas.value! - iroas.interval!.lower, expected.iroas_precision_95_two_sided);
    const iroasOneSided = oneSidedTest(result.iroasStatistic!, 'greater', 0.9);
    expect((iroasOneSided.value - iroasOneSided.bound).toFixed(6)).toBe(
      expected.iroas_precision_90_one_sided.toFixed(6),
    );
    expect(probabilityAbove(result.iroasStatistic!, 3).toFixed(3)).toBe(expected.prob_gt_3.toFixed(3));
    expect(result.differenceByDay).toHaveLength(TEST_DAYS);
    expect(result.differenceByDay.reduce((a, b) => a + b)).toBeCloseTo(result.incremental.value!, 5);
  });
});

describe.runIf(hasReferenceData)('geo-based regression: published Google figures', () => {
  it('all printed digits', () => {
    const expected = referenceJson<GoogleFile>('geo/google_expected.json').published_GBR;
    const { sales, cost } = experiment();
    const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    const geos = sales.map(({ geo, values }) => ({
      geo,
      pretest: total(values.slice(0, PRETEST_DAYS)),
      test: total(values.slice(PRETEST_DAYS)),
      incrementalSpend: total(cost.find((series) => series.geo === geo)!.values.slice(PRETEST_DAYS)),
    }));
    expect(geos).toHaveLength(100);
    const { iroas, iroasStatistic, pValue } = geoBasedRegression({ geos, confidence: 0.95 });
    expectPrinted(iroas.value!, expected.iroas);
    expectPrinted(iroas.interval!.lower, expected.ci95[0]);
    expectPrinted(iroas.interval!.upper, expected.ci95[1]);
    expectPrinted(iroas.value! - iroas.interval!.lower, expected.precision_95_two_sided);
    const oneSided = oneSidedTest(iroasStatistic, 'greater', 0.9);
    expectPrinted(oneSided.value - oneSided.bound, expected.precision_90_one_sided);
    expect(probabilityAbove(iroasStatistic, 3).toFixed(3)).toBe(expected.prob_gt_3.toFixed(3));
    expect(pValue).toBe(twoSidedTest(iroasStatistic, 0.5).pValue);
  });
});

describe('geo regressions: bad panels', () => {
  const line = (geo: string, values: readonly number[]): GeoSeries => ({ geo, values });
  const days = { pretestDays: 4, testDays: 2 };
  const good = {
    treatment: [line('a', [1, 2, 3, 5, 9, 9])],
    control: [line('b', [1, 2, 3, 4, 5, 6])],
    periods: days,
    confidence: 0.95,
  };

  it('gives finite figures on a small one', () => {
    const result = timeBasedRegression(good);
    expect(allFinite(result)).toBe(true);
    expect(result.iroas).toBeNull();
    expect(result.iroasStatistic).toBeNull();
  });

  it.each([
    ['a missing day', { ...good, control: [line('b', [1, 2, 3, 4, 5])] }, 'control.values'],
    [
      'a figure that is not finite',
      { ...good, control: [line('b', [1, 2, 3, 4, 5, Number.NaN])] },
      'control.values',
    ],
    ['no region', { ...good, treatment: [] }, 'treatment'],
    ['control sales that never vary', { ...good, control: [line('b', [7, 7, 7, 7, 7, 7])] }, 'columns'],
    ['too few pretest days', { ...good, periods: { pretestDays: 2, testDays: 4 } }, 'periods.pretestDays'],
    ['no test day', { ...good, periods: { pretestDays: 6, testDays: 0 } }, 'periods.testDays'],
    ['a spend of zero', { ...good, incrementalSpend: 0 }, 'spendMinorUnits'],
  ])('refuses %s', (_what, input, field) => {
    expect(() => timeBasedRegression(input)).toThrow(
      expect.objectContaining({ code: 'measurement/invalid-input', field }) as Error,
    );
  });

  it('refuses a geo-based regression without variation of the spend, or with empty regions', () => {
    const geo = (pretest: number, incrementalSpend: number) => ({
      geo: 'x',
      pretest,
      test: pretest + 1,
      incrementalSpend,
    });
    const even = [geo(1, 0), geo(2, 0), geo(3, 0), geo(5, 0), geo(8, 0)];
    expect(() => geoBasedRegression({ geos: even, confidence: 0.95 })).toThrow(/linearly independent/);
    expect(() => geoBasedRegression({ geos: [geo(0, 1), ...even], confidence: 0.95 })).toThrow(
      /geos\.pretest/,
    );
    expect(() => geoBasedRegression({ geos: [geo(1, 1), geo(2, 0)], confidence: 0.95 })).toThrow(
      /observations/,
    );
  });
});
