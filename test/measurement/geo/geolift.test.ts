import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type SyntheticControlInput,
  syntheticControl,
  syntheticControlFromWeights,
  syntheticControlPValue,
} from '../../../src/measurement/index.js';
import { simplexWeights } from '../../../src/measurement/geo/simplex-weights.js';
import { hasReferenceData, referenceJson } from '../../support/reference-data.js';
import { seededUniform } from '../support/numbers.js';
import { referenceCsv, toSeries } from '../support/panel.js';

interface GeoLiftFile {
  readonly published: {
    readonly att: number;
    readonly incremental: number;
    readonly percent_lift: number;
    readonly l2_imbalance: number;
    readonly scaled_l2: number;
    readonly weights: Readonly<Record<string, number>>;
  };
  readonly reproduced_here_from_published_weights: {
    readonly att: number;
    readonly incremental: number;
    readonly lift: number;
    readonly l2: number;
  };
}

function experiment(): SyntheticControlInput {
  const series = toSeries(
    referenceCsv('geo/GeoLift_Test.csv').map((row) => ({
      geo: row['location']!,
      date: row['date']!,
      value: Number(row['Y']),
    })),
  );
  const isTreated = ({ geo }: { geo: string }) => geo === 'chicago' || geo === 'portland';
  return {
    treatment: series.filter(isTreated),
    donors: series.filter((geo) => !isTreated(geo)),
    periods: { pretestDays: 90, testDays: 15 },
  };
}

describe.runIf(hasReferenceData)('synthetic control: published GeoLift figures', () => {
  it('from the published weights', () => {
    const { published, reproduced_here_from_published_weights: expected } =
      referenceJson<GeoLiftFile>('geo/geolift_expected.json');
    const input = experiment();
    const weights = input.donors.map(({ geo }) => published.weights[geo] ?? 0);
    const result = syntheticControlFromWeights(input, weights);
    expect(result.effect.toFixed(4)).toBe(expected.att.toFixed(4));
    expect(result.incremental.toFixed(2)).toBe(expected.incremental.toFixed(2));
    expect(result.relativeLift!.toFixed(7)).toBe(expected.lift.toFixed(7));
    expect(result.imbalance.toFixed(4)).toBe(expected.l2.toFixed(4));
  });

  it('with the weights found here', () => {
    const { published } = referenceJson<GeoLiftFile>('geo/geolift_expected.json');
    const result = syntheticControl(experiment());
    expect(result.effect.toFixed(3)).toBe(published.att.toFixed(3));
    expect(result.incremental.toFixed(0)).toBe(String(published.incremental));
    expect((100 * result.relativeLift!).toFixed(1)).toBe(published.percent_lift.toFixed(1));
    expect(Math.abs(result.imbalance - published.l2_imbalance)).toBeLessThan(0.001);
    expect(result.scaledImbalance!.toFixed(4)).toBe(published.scaled_l2.toFixed(4));
    for (const { geo, weight } of result.weights) {
      expect(weight.toFixed(4)).toBe((published.weights[geo] ?? 0).toFixed(4));
    }
  });

  it('finds the effect unlikely under "no effect", and a placebo period likely', () => {
    const input = experiment();
    expect(syntheticControlPValue(input)).toBeLessThan(0.05);
    const uniform = seededUniform(1);
    const shuffles = Array.from({ length: 1000 }, () =>
      Array.from({ length: 105 }, (_, day) => ({ day, key: uniform() }))
        .sort((a, b) => a.key - b.key)
        .map(({ day }) => day),
    );
    // Published with 1,000 random permutations of its own: 0.01.
    expect(syntheticControlPValue(input, shuffles).toFixed(2)).toBe('0.01');
    const before = ({ geo, values }: { geo: string; values: readonly number[] }) => ({
      geo,
      values: values.slice(0, 90),
    });
    const placebo = {
      treatment: input.treatment.map(before),
      donors: input.donors.map(before),
      periods: { pretestDays: 75, testDays: 15 },
    };
    expect(syntheticControlPValue(placebo)).toBeGreaterThan(0.1);
  });
});

describe('simplexWeights', () => {
  const value = fc.double({ min: -100, max: 100, noNaN: true });
  const problem = fc
    .record({ donors: fc.integer({ min: 1, max: 8 }), days: fc.integer({ min: 1, max: 12 }) })
    .chain(({ donors, days }) => {
      const series = fc.array(value, { minLength: days, maxLength: days });
      return fc.record({
        target: series,
        donors: fc.array(series, { minLength: donors, maxLength: donors }),
      });
    });
  const loss = (
    target: readonly number[],
    donors: readonly (readonly number[])[],
    weights: readonly number[],
  ) =>
    target.reduce(
      (total, y, day) => total + (y - donors.reduce((sum, d, i) => sum + d[day]! * weights[i]!, 0)) ** 2,
      0,
    );

  it('gives weights of sum one, none negative, that no shift between two donors improves', () => {
    fc.assert(
      fc.property(problem, ({ target, donors }) => {
        const weights = simplexWeights(target, donors);
        expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
        const best = loss(target, donors, weights);
        let reachable = best;
        for (let from = 0; from < donors.length; from += 1) {
          for (let to = 0; to < donors.length; to += 1) {
            for (const step of [1, 0.1, 0.001]) {
              const moved = Math.min(step, weights[from]!);
              const shifted = weights.map((w, i) => w + (i === to ? moved : 0) - (i === from ? moved : 0));
              reachable = Math.min(reachable, loss(target, donors, shifted));
            }
          }
        }
        expect(reachable).toBeGreaterThanOrEqual(best - 1e-6 * (1 + best));
      }),
      { numRuns: 300 },
    );
  });

  it('recovers weights that made the target', () => {
    const donors = [
      [1, 0, 0, 2],
      [0, 1, 0, 3],
      [0, 0, 1, 5],
      [4, 4, 4, 4],
    ];
    const target = [0.2, 0.3, 0.5, 0.2 * 2 + 0.3 * 3 + 0.5 * 5];
    const weights = simplexWeights(target, donors);
    [0.2, 0.3, 0.5, 0].forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 10));
  });

  it('copes with donors that are equal to each other, and with all zeros', () => {
    expect(
      simplexWeights(
        [1, 2],
        [
          [1, 2],
          [1, 2],
          [1, 2],
        ],
      ).reduce((a, b) => a + b),
    ).toBeCloseTo(1, 12);
    expect(
      simplexWeights(
        [0, 0],
        [
          [0, 0],
          [0, 0],
        ],
      ).reduce((a, b) => a + b),
    ).toBeCloseTo(1, 12);
  });
});
