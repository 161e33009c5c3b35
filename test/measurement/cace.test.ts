import { describe, expect, it } from 'vitest';
import { cace, conversionTable, relativeByDeltaMethod, valueLift } from '../../src/measurement/index.js';
import { meanOfMoments, momentsInMinorUnits } from '../../src/measurement/lift-value.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';
import { laplaceVariance, relativeError, seededUniform, simulatedLaplace } from './support/numbers.js';

interface CriteoFile {
  readonly criteo_uplift_v2_1: {
    readonly treated: Readonly<Record<'n' | 'conversion' | 'visit' | 'exposed', number>>;
    readonly control: Readonly<Record<'n' | 'conversion' | 'visit' | 'exposed', number>>;
    readonly published: Readonly<
      Record<
        'conversion' | 'visit',
        {
          ate: number;
          se: number;
          ci95: readonly [number, number];
          relative_lift: number;
          relative_lift_se: number;
          z: number;
          cace: number;
        }
      >
    >;
  };
}

describe.runIf(hasReferenceData)('cace: published totals of the Criteo uplift experiment', () => {
  it.each(['conversion', 'visit'] as const)('%s', (outcome) => {
    const { treated, control, published } =
      referenceJson<CriteoFile>('criteo_totals.json').criteo_uplift_v2_1;
    const expected = published[outcome];
    // The published totals do not say how many of the exposed converted; the estimate does not depend on it.
    const convertedExposed = Math.round(treated[outcome] * 0.6);
    const exact = (n: number, conversions: number) => ({ n, conversions, noiseVariance: 0 });
    const split = {
      treatment: {
        exposed: exact(treated.exposed, convertedExposed),
        unexposed: exact(treated.n - treated.exposed, treated[outcome] - convertedExposed),
      },
      control: { unexposed: exact(control.n, control[outcome]) },
      confidence: 0.95,
    };
    const result = cace(split);
    // The published standard errors divide by n - 1: they agree to six digits and more.
    expect(relativeError(result.intentionToTreat.value!, expected.ate)).toBeLessThan(1e-11);
    expect(relativeError(result.intentionToTreat.standardError!, expected.se)).toBeLessThan(1e-6);
    expect(relativeError(result.intentionToTreat.interval!.lower, expected.ci95[0])).toBeLessThan(1e-6);
    expect(relativeError(result.intentionToTreat.interval!.upper, expected.ci95[1])).toBeLessThan(1e-6);
    expect(relativeError(result.effectOnExposed.value!, expected.cace)).toBeLessThan(1e-11);
    expect(result.effectOnExposed.interval!.lower).toBeGreaterThan(0);
    const table = conversionTable({
      cells: [
        { arm: 'ads', cohort: 'exposed', ...split.treatment.exposed },
        { arm: 'ads', cohort: 'unexposed', ...split.treatment.unexposed },
        { arm: 'none', cohort: 'unexposed', ...split.control.unexposed },
      ],
      controlArm: 'none',
      confidence: 0.95,
    });
    const { relative, absolute } = table.overall[0]!.lift;
    expect(relativeError(relative.value!, expected.relative_lift)).toBeLessThan(1e-10);
    expect(relativeError(absolute.value! / absolute.standardError!, expected.z)).toBeLessThan(1e-6);
  });
});

describe.runIf(hasReferenceData)('valueLift of zeros and ones: the published Criteo standard errors', () => {
  it.each(['conversion', 'visit'] as const)('%s', (outcome) => {
    const { treated, control, published } =
      referenceJson<CriteoFile>('criteo_totals.json').criteo_uplift_v2_1;
    const expected = published[outcome];
    // These were computed with n - 1 in the variance, as a mean of zeros and ones.
    const arm = (n: number, ones: number) => ({
      n,
      sumQuanta: ones,
      sumNoiseVariance: 0,
      sumOfSquaresQuanta: ones,
      sumOfSquaresNoiseVariance: 0,
    });
    const [treatment, controlArm] = [arm(treated.n, treated[outcome]), arm(control.n, control[outcome])];
    const { absolute, relative } = valueLift({ treatment, control: controlArm, confidence: 0.95 });
    expect(relativeError(absolute.value!, expected.ate)).toBeLessThan(1e-11);
    expect(relativeError(absolute.standardError!, expected.se)).toBeLessThan(1e-11);
    expect(relativeError(absolute.value! / absolute.standardError!, expected.z)).toBeLessThan(1e-11);
    expect(relativeError(absolute.interval!.lower, expected.ci95[0])).toBeLessThan(1e-6);
    expect(relativeError(absolute.interval!.upper, expected.ci95[1])).toBeLessThan(1e-6);
    expect(relativeError(relative.value!, expected.relative_lift)).toBeLessThan(1e-11);
    const [mean, controlMean] = [treatment, controlArm].map((a) =>
      meanOfMoments(momentsInMinorUnits('arm', a, 1)),
    );
    const byDelta = relativeByDeltaMethod(mean!, controlMean!)!;
    expect(relativeError(Math.sqrt(byDelta.variance), expected.relative_lift_se)).toBeLessThan(1e-11);
  });
});

describe('cace', () => {
  const cell = (n: number, conversions: number, noiseVariance = 0) => ({ n, conversions, noiseVariance });

  it('equals the lift when everybody was exposed and nobody in control', () => {
    const result = cace({
      treatment: { exposed: cell(1000, 60), unexposed: cell(0, 0) },
      control: { unexposed: cell(1000, 40) },
      confidence: 0.95,
    });
    expect(result.exposureDifference.value).toBe(1);
    expect(result.effectOnExposed.value).toBeCloseTo(0.02, 12);
    expect(result.effectOnExposed.interval!.lower).toBeCloseTo(result.intentionToTreat.interval!.lower, 12);
    expect(result.effectOnExposed.interval!.upper).toBeCloseTo(result.intentionToTreat.interval!.upper, 12);
  });

  it('has no ratio when assignment exposed nobody, and no figures for an empty arm', () => {
    const control = { unexposed: cell(1000, 40) };
    const unexposed = cace({ treatment: { unexposed: cell(1000, 60) }, control, confidence: 0.95 });
    expect(unexposed.effectOnExposed.missing).toBe('denominator-not-positive');
    const empty = cace({ treatment: { unexposed: cell(0, 0) }, control, confidence: 0.95 });
    expect(empty.intentionToTreat.missing).toBe('empty-arm');
    expect(empty.pValue).toBeNull();
  });

  it('the ends of the ratio solve their equation, with variances worked out by hand', () => {
    const noisy = (n: number, conversions: number) => ({
      ...cell(n, conversions, 30),
      sizeNoiseVariance: 3000,
    });
    const { effectOnExposed } = cace({
      treatment: { exposed: noisy(400, 80), unexposed: noisy(600, 40) },
      control: { unexposed: noisy(1000, 90) },
      confidence: 0.9,
    });
    const z = 1.6448536269514722;
    const [rate, share, controlRate, n] = [0.12, 0.4, 0.09, 1000];
    const rateVariance = (p: number, cells: number) =>
      (p * (1 - p)) / n + (cells * (30 + p * p * 3000)) / n ** 2;
    const effectVariance = rateVariance(rate, 2) + rateVariance(controlRate, 1);
    const shareVariance = (share * (1 - share)) / n + (0.6 ** 2 * 3000 + 0.4 ** 2 * 3000) / n ** 2;
    const covariance = (0.08 - rate * share) / n - (rate * (0.6 * 3000 - 0.4 * 3000)) / n ** 2;
    for (const theta of [effectOnExposed.interval!.lower, effectOnExposed.interval!.upper]) {
      const variance = effectVariance - 2 * theta * covariance + theta ** 2 * shareVariance;
      expect(relativeError((rate - controlRate - theta * share) ** 2, z * z * variance)).toBeLessThan(1e-9);
    }
  });

  it('covers the truth with noise in counts and sizes', () => {
    const uniform = seededUniform(11);
    const epsilon = 0.1;
    const noiseVariance = laplaceVariance(epsilon);
    const n = 4000;
    let covered = 0;
    const runs = 300;
    for (let run = 0; run < runs; run += 1) {
      // Half are reachable; treatment exposes 80 % of them and lifts their rate from 10 % to 16 %.
      const counts = { exposed: 0, exposedConversions: 0, otherConversions: 0, controlConversions: 0 };
      for (let i = 0; i < n; i += 1) {
        const exposed = uniform() < 0.4;
        const converts = uniform() < (exposed ? 0.16 : 0.05);
        if (exposed) counts.exposed += 1;
        if (exposed && converts) counts.exposedConversions += 1;
        if (!exposed && converts) counts.otherConversions += 1;
        if (uniform() < 0.4 * 0.1 + 0.6 * 0.05) counts.controlConversions += 1;
      }
      const noise = () => simulatedLaplace(uniform, epsilon);
      const noisy = (size: number, conversions: number) => ({
        n: size + noise(),
        conversions: conversions + noise(),
        noiseVariance,
        sizeNoiseVariance: noiseVariance,
      });
      const { effectOnExposed } = cace({
        treatment: {
          exposed: noisy(counts.exposed, counts.exposedConversions),
          unexposed: noisy(n - counts.exposed, counts.otherConversions),
        },
        control: { unexposed: noisy(n, counts.controlConversions) },
        confidence: 0.95,
      });
      const { lower, upper } = effectOnExposed.interval!;
      if (lower <= 0.06 && 0.06 <= upper) covered += 1;
    }
    expect(covered / runs).toBeGreaterThan(0.91);
    expect(covered / runs).toBeLessThan(0.99);
  });
});
