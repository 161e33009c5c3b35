import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConversionLiftInput, conversionLift } from '../../src/measurement/index.js';
import { normalQuantile } from '../../src/measurement/distributions.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';
import {
  allFinite,
  laplaceVariance,
  relativeError,
  seededUniform,
  simulatedLaplace,
} from './support/numbers.js';

type Pair = readonly [conversions: number, n: number];

function lift(treatment: Pair, control: Pair, noiseVariance: number) {
  return conversionLift({
    treatment: { n: treatment[1], conversions: treatment[0], noiseVariance },
    control: { n: control[1], conversions: control[0], noiseVariance },
    confidence: 0.95,
  });
}

describe('conversionLift: worked vectors', () => {
  it('2300 of 100,000 against 2000 of 100,000 at epsilon 0.5', () => {
    const noiseVariance = laplaceVariance(0.5);
    expect(noiseVariance.toFixed(6)).toBe('7.835396');
    const { absolute, incrementalConversions, relative } = lift(
      [2300, 100_000],
      [2000, 100_000],
      noiseVariance,
    );
    expect(absolute.standardError!.toExponential(6)).toBe('6.498285e-4');
    expect(absolute.value).toBeCloseTo(0.003, 15);
    expect(absolute.interval!.lower.toFixed(8)).toBe('0.00172636');
    expect(absolute.interval!.upper.toFixed(8)).toBe('0.00427364');
    expect(incrementalConversions.value).toBeCloseTo(300, 9);
    expect(incrementalConversions.interval!.lower.toFixed(2)).toBe('172.64');
    expect(incrementalConversions.interval!.upper.toFixed(2)).toBe('427.36');
    expect(relative.value).toBeCloseTo(0.15, 12);
    expect(relative.interval!.lower.toFixed(7)).toBe('0.0837783');
    expect(relative.interval!.upper.toFixed(7)).toBe('0.2205766');
  });

  it('60 of 20,000 against 40 of 20,000: noise takes the significance away', () => {
    const exact = lift([60, 20_000], [40, 20_000], 0);
    expect(exact.relative.interval!.lower.toFixed(7)).toBe('0.0088989');
    expect(exact.relative.interval!.upper.toFixed(7)).toBe('1.3091141');
    expect(exact.pValue).toBeLessThan(0.05);
    const noisy = lift([60, 20_000], [40, 20_000], laplaceVariance(0.5));
    expect(noisy.relative.interval!.lower.toFixed(7)).toBe('-0.0216985');
    expect(noisy.relative.interval!.upper.toFixed(7)).toBe('1.4102138');
    expect(noisy.pValue).toBeGreaterThan(0.05);
    expect(noisy.noiseShare).toBeGreaterThan(0.1);
  });
});

interface HillstromOutcome {
  readonly n_t: number;
  readonly x_t: number;
  readonly n_c: number;
  readonly x_c: number;
  readonly diff: number;
  readonly se_unpooled: number;
  readonly ci95_wald: readonly [number, number];
  readonly relative_lift: number;
}

describe.runIf(hasReferenceData)('conversionLift: MineThatData e-mail experiment, exact counts', () => {
  for (const arm of ['Mens E-Mail', 'Womens E-Mail']) {
    for (const outcome of ['conversion', 'visit']) {
      it(`${arm}, ${outcome}`, () => {
        const file =
          referenceJson<Record<string, Record<string, HillstromOutcome>>>('hillstrom/expected.json');
        const expected = file[arm]![outcome]!;
        const { absolute, relative } = lift([expected.x_t, expected.n_t], [expected.x_c, expected.n_c], 0);
        expect(relativeError(absolute.value!, expected.diff)).toBeLessThan(1e-13);
        expect(relativeError(absolute.standardError!, expected.se_unpooled)).toBeLessThan(1e-13);
        expect(relativeError(absolute.interval!.lower, expected.ci95_wald[0])).toBeLessThan(1e-13);
        expect(relativeError(absolute.interval!.upper, expected.ci95_wald[1])).toBeLessThan(1e-13);
        expect(relativeError(relative.value!, expected.relative_lift)).toBeLessThan(1e-13);
      });
    }
  }
});

const armCounts = fc
  .record({
    n: fc.integer({ min: 1, max: 1_000_000 }),
    share: fc.double({ min: -0.2, max: 1.2, noNaN: true }),
    noiseVariance: fc.double({ min: 0, max: 1e6, noNaN: true }),
  })
  .map(({ n, share, noiseVariance }) => ({ n, conversions: Math.round(n * share), noiseVariance }));

describe('conversionLift: properties', () => {
  const inputs: fc.Arbitrary<ConversionLiftInput> = fc.record({
    treatment: armCounts,
    control: armCounts,
    confidence: fc.double({ min: 0.5, max: 0.999, noNaN: true }),
  });

  it('p-value, absolute interval and Fieller interval never contradict each other', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { absolute, relative, pValue } = conversionLift(input);
        const significant = pValue! < 1 - input.confidence;
        const excludesZero = ({ lower, upper }: { lower: number; upper: number }) => lower > 0 || upper < 0;
        expect(excludesZero(absolute.interval!)).toBe(significant);
        if (relative.interval !== null) expect(excludesZero(relative.interval)).toBe(significant);
      }),
      { numRuns: 1000 },
    );
  });

  it('holds only finite numbers, says why a figure is missing, and orders every interval round its value', () => {
    const anyArm = fc.record({
      n: fc.oneof(fc.constant(0), fc.constant(1), fc.integer({ min: 0, max: 1e9 })),
      conversions: fc.oneof(fc.constant(0), fc.integer({ min: -1e6, max: 2e9 })),
      noiseVariance: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e12, noNaN: true })),
    });
    fc.assert(
      fc.property(anyArm, anyArm, (treatment, control) => {
        const result = conversionLift({ treatment, control, confidence: 0.95 });
        expect(allFinite(result)).toBe(true);
        for (const figure of [result.absolute, result.relative, result.incrementalConversions]) {
          expect(figure.interval === null).toBe(figure.missing !== null);
          if (figure.interval === null) continue;
          expect(figure.interval.lower).toBeLessThanOrEqual(figure.value!);
          expect(figure.interval.upper).toBeGreaterThanOrEqual(figure.value!);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('the ends of the Fieller interval solve its equation', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { treatment, control, absolute, relative } = conversionLift(input);
        if (relative.interval === null) return;
        const z = normalQuantile((1 - input.confidence) / 2);
        for (const end of [relative.interval.lower, relative.interval.upper]) {
          const theta = end + 1;
          const gap = Math.abs(treatment.rate.value! - theta * control.rate.value!);
          const reach =
            Math.abs(z) * Math.hypot(treatment.rate.standardError!, theta * control.rate.standardError!);
          expect(Math.abs(gap - reach)).toBeLessThanOrEqual(
            1e-9 * (reach + Math.abs(z) * absolute.standardError!),
          );
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('more noise never narrows an interval', () => {
    fc.assert(
      fc.property(inputs, fc.double({ min: 0, max: 1e4, noNaN: true }), (input, extra) => {
        const noisier = { ...input.control, noiseVariance: input.control.noiseVariance + extra };
        const before = conversionLift(input).absolute.standardError!;
        expect(conversionLift({ ...input, control: noisier }).absolute.standardError!).toBeGreaterThanOrEqual(
          before,
        );
      }),
    );
  });

  it('bigint counts give what equal numbers give', () => {
    const asNumbers = lift([2300, 100_000], [2000, 100_000], 3);
    const asBigints = conversionLift({
      treatment: { n: 100_000n, conversions: 2300n, noiseVariance: 3 },
      control: { n: 100_000n, conversions: 2000n, noiseVariance: 3 },
      confidence: 0.95,
    });
    expect(asBigints).toEqual(asNumbers);
  });
});

describe('conversionLift: edges', () => {
  it('an empty arm has no figures and says so', () => {
    const result = lift([10, 1000], [0, 0], 2);
    expect(result.absolute).toEqual({
      value: null,
      standardError: null,
      interval: null,
      missing: 'empty-arm',
    });
    expect(result.relative.missing).toBe('empty-arm');
    expect(result.incrementalConversions.missing).toBe('empty-arm');
    expect(result.pValue).toBeNull();
    expect(result.control.rate.missing).toBe('empty-arm');
    expect(result.treatment.rate.value).toBe(0.01);
  });

  it('a control count of zero or less has a difference but no ratio', () => {
    for (const count of [0, -4]) {
      const result = lift([10, 1000], [count, 1000], 8);
      expect(result.relative).toEqual({ value: null, interval: null, missing: 'denominator-not-positive' });
      expect(result.absolute.value).toBeCloseTo((10 - count) / 1000, 15);
    }
  });

  it('a control rate that cannot be told from zero has a ratio without an interval', () => {
    const result = lift([40, 1000], [3, 1000], 8);
    expect(result.relative.value).toBeCloseTo(37 / 3, 10);
    expect(result.relative.missing).toBe('unbounded');
    expect(result.relative.interval).toBeNull();
  });

  it('two arms without a conversion are not known without error', () => {
    const { absolute, pValue } = lift([0, 1000], [0, 1000], 0);
    expect(absolute.standardError).toBeGreaterThan(0);
    expect(pValue).toBe(1);
  });

  it('a count above the size keeps its estimate and gets the variance of the nearest possible count', () => {
    const over = lift([1010, 1000], [500, 1000], 8);
    const nearest = lift([999, 1000], [500, 1000], 8);
    expect(over.treatment.rate.value).toBe(1.01);
    expect(over.treatment.rate.standardError).toBe(nearest.treatment.rate.standardError);
  });

  it('noise in the size widens the rate by p^2 sigma^2 / n^2', () => {
    const arm = { n: 1000, conversions: 100, noiseVariance: 0 };
    const noisy = { ...arm, n: 1000.5, sizeNoiseVariance: 200 };
    const publicSize = conversionLift({ treatment: arm, control: arm, confidence: 0.95 });
    const noisySize = conversionLift({ treatment: noisy, control: arm, confidence: 0.95 });
    const p = 100 / 1000.5;
    const expected = (p * (1 - p)) / 1000.5 + (p * p * 200) / 1000.5 ** 2;
    expect(relativeError(noisySize.treatment.rate.standardError! ** 2, expected)).toBeLessThan(1e-12);
    expect(noisySize.noiseShare).toBeGreaterThan(0);
    expect(publicSize.noiseShare).toBe(0);
  });

  it('says when a count or the difference is smaller than its noise', () => {
    const result = lift([105, 100_000], [5, 100_000], 7.8);
    expect(result.control.noiseDominated).toBe(true);
    expect(result.treatment.noiseDominated).toBe(false);
    expect(result.noiseDominated).toBe(false);
    expect(lift([14, 100_000], [10, 100_000], 7.8).noiseDominated).toBe(true);
    expect(lift([10, 100_000], [10, 100_000], 0).noiseDominated).toBe(false);
  });

  const good: ConversionLiftInput = {
    treatment: { n: 10, conversions: 1, noiseVariance: 0 },
    control: { n: 10, conversions: 1, noiseVariance: 0 },
    confidence: 0.95,
  };
  it.each<[string, ConversionLiftInput]>([
    ['confidence', { ...good, confidence: 1 }],
    ['confidence', { ...good, confidence: Number.NaN }],
    ['treatment.n', { ...good, treatment: { ...good.treatment, n: -1 } }],
    ['treatment.n', { ...good, treatment: { ...good.treatment, n: 1.5 } }],
    ['control.conversions', { ...good, control: { ...good.control, conversions: Number.NaN } }],
    ['control.noiseVariance', { ...good, control: { ...good.control, noiseVariance: -1 } }],
    ['control.noiseVariance', { ...good, control: { ...good.control, noiseVariance: Infinity } }],
    ['control.sizeNoiseVariance', { ...good, control: { ...good.control, sizeNoiseVariance: -1 } }],
  ])('refuses a bad %s and names it', (field, input) => {
    expect(() => conversionLift(input)).toThrow(
      expect.objectContaining({ code: 'measurement/invalid-input', field }) as Error,
    );
  });
});

describe('conversionLift: coverage in a small simulation', () => {
  // 2,000 experiments: the Wilson band of 95 % at four standard errors is about 0.93 to 0.97.
  const experiments = 2000;
  const epsilon = 0.1;
  const rateT = 0.011;
  const rateC = 0.01;
  const n = 5000;

  function coverage(assumedNoiseVariance: number): number {
    const uniform = seededUniform(20240917);
    const binomial = (rate: number) => {
      // Normal approximation is good at these counts and keeps the test fast.
      const draw = n * rate + Math.sqrt(n * rate * (1 - rate)) * normalQuantile(uniform());
      return Math.max(0, Math.round(draw));
    };
    let covered = 0;
    for (let i = 0; i < experiments; i += 1) {
      const noisy = (rate: number) => binomial(rate) + simulatedLaplace(uniform, epsilon);
      const { absolute } = lift([noisy(rateT), n], [noisy(rateC), n], assumedNoiseVariance);
      const { lower, upper } = absolute.interval!;
      if (lower <= rateT - rateC && rateT - rateC <= upper) covered += 1;
    }
    return covered / experiments;
  }

  it('95 % intervals cover 95 % of the time with the noise, and far less when it is forgotten', () => {
    const honest = coverage(laplaceVariance(epsilon));
    expect(honest).toBeGreaterThan(0.93);
    expect(honest).toBeLessThan(0.97);
    expect(coverage(0)).toBeLessThan(0.75);
  });
});
