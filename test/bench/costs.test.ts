import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costReport, printCosts } from '../../bench/costs.js';
import { fitLine } from '../../bench/fit-line.js';
import { barChart, lineChart } from '../../bench/plot.js';
import type { ScaleReport } from '../../bench/scale.js';

describe('a line through measurements', () => {
  it('finds the line that the points lie on', () => {
    const sizes = fc.uniqueArray(fc.nat(23), { minLength: 2, maxLength: 6 });
    const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(sizes, positive, positive, (exponents, fixed, perUnit) => {
        // Sizes next to each other decide a line only as far as rounding lets them.
        const line = fitLine(exponents.map((k) => ({ x: 2 ** k, y: fixed + perUnit * 2 ** k })));
        expect(line.worstShare).toBeLessThan(1e-6);
      }),
      { numRuns: 1000 },
    );
  });

  it('weighs distances as shares, and never begins below 0', () => {
    const exact = fitLine([1, 10, 100].map((x) => ({ x, y: 5 + 2 * x })));
    expect(exact.fixed).toBeCloseTo(5, 9);
    expect(exact.perUnit).toBeCloseTo(2, 9);
    const below = fitLine([10, 20, 30].map((x) => ({ x, y: 3 * x - 6 })));
    expect(below.fixed).toBe(0);
    expect(below.worstShare).toBeGreaterThan(0.01);
  });

  it.each([
    [[{ x: 1, y: 1 }], 'two different sizes'],
    [
      [
        { x: 1, y: 1 },
        { x: 2, y: 0 },
      ],
      'above 0',
    ],
  ])('refuses what decides no line', (points, why) => {
    expect(() => fitLine(points)).toThrow(why);
  });
});

/** Sessions that cost exactly 1 s and 20 us a key, take 100 MB and 100 bytes a key, and send 32 and 44 bytes a key. */
function exactScale(): ScaleReport {
  const results = [1e4, 1e6].map((size) => ({
    size,
    session: {
      coreSeconds: 1 + 20e-6 * size,
      floorCoreSeconds: 16e-6 * size,
      peakRssBytes: { initiator: 100e6 + 100 * size, responder: 1 },
      initiator: { bytesSent: 32 * size, bytesReceived: 44 * size },
    },
  }));
  return { benchmark: 'scale', results } as unknown as ScaleReport;
}

describe('the cost model', () => {
  it('goes on from what was measured, and cuts lists that are too long for a session', () => {
    const { rows } = costReport(exactScale(), { coreHourUsd: 3600, gigabyteSentUsd: 1 });
    const ten = rows.find(({ rows: count }) => count === 1e7);
    expect(ten?.coreSeconds).toBeCloseTo(201, 6);
    expect(ten?.wireBytes).toBeCloseTo(76e7, 0);
    expect(ten?.memoryBytes).toBeCloseTo(1.1e9, 0);
    expect(ten?.memoryBytesSpooled).toBeCloseTo(0.55e9, 0);
    expect(ten?.usd).toBeCloseTo(201 + 0.76, 6);
    expect(ten?.times.map(({ bottleneck }) => bottleneck)).toEqual(['processor', 'one thread']);
    const most = rows.at(-1);
    expect([most?.rows, most?.sessions]).toEqual([1e9, 8]);
    expect(most?.coreSeconds).toBeCloseTo(8 + 20e3, 6);
  });

  it('prints a row for every length', () => {
    const report = costReport(exactScale());
    expect(printCosts(report).match(/\n +1e\d /g)).toHaveLength(report.rows.length);
  });
});

describe('a plot', () => {
  it('is the same for the same figures, and holds labels as text only', () => {
    const chart = {
      title: 'a < b & "c"',
      unit: 'us',
      bars: [
        { label: '<script>', value: 3 },
        { label: 'two', value: 30 },
      ],
    };
    expect(barChart(chart)).toBe(barChart(chart));
    expect(barChart(chart)).toContain('&lt;script&gt;');
    expect(barChart(chart)).not.toContain('<script');
    expect(barChart(chart)).toContain('a &lt; b &amp; &quot;c&quot;');
  });

  it('puts ten times as much as far to the right everywhere on its axis', () => {
    const widths = (values: readonly number[]): number[] =>
      [
        ...barChart({ title: '', unit: '', bars: values.map((value) => ({ label: '', value })) }).matchAll(
          /<rect x="190" y="\d+" width="([\d.]+)"/g,
        ),
      ].map(([, width]) => Number(width));
    const [one = 0, ten = 0, hundred = 0] = widths([2, 20, 200]);
    expect(hundred - ten).toBeCloseTo(ten - one, 0);
    expect(one).toBeGreaterThan(0);
  });

  it.each([[0], [-1], [NaN], [Infinity]])('refuses %f, which has no place on a logarithmic axis', (y) => {
    expect(() =>
      lineChart({ title: '', xUnit: '', yUnit: '', series: [{ label: '', points: [{ x: 1, y }] }] }),
    ).toThrow(RangeError);
  });
});
