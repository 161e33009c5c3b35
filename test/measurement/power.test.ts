import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type PlannerInput,
  epsilonForEffect,
  minimumDetectableConversionEffect,
  minimumDetectableValueEffect,
  planEffects,
  powerOfTest,
} from '../../src/measurement/index.js';
import { conversionMean } from '../../src/measurement/lift-conversion.js';
import { differenceOfMeans } from '../../src/measurement/mean-comparison.js';
import { laplaceVariance } from './support/numbers.js';

const plan = {
  treatmentN: 100_000,
  controlN: 50_000,
  baseRate: 0.02,
  noiseVariancePerArm: 8,
  confidence: 0.95,
  power: 0.8,
};

describe('minimum detectable effect', () => {
  it('is the effect that the lift then finds with exactly the wanted power', () => {
    fc.assert(
      fc.property(
        fc.record({
          treatmentN: fc.integer({ min: 1000, max: 10_000_000 }),
          controlN: fc.integer({ min: 1000, max: 10_000_000 }),
          baseRate: fc.double({ min: 0.01, max: 0.3, noNaN: true }),
          noiseVariancePerArm: fc.double({ min: 0, max: 1000, noNaN: true }),
          confidence: fc.constantFrom(0.8, 0.9, 0.95, 0.99),
          power: fc.double({ min: 0.5, max: 0.99, noNaN: true }),
        }),
        (input) => {
          const { absolute, relative } = minimumDetectableConversionEffect(input)!;
          const { baseRate, treatmentN, controlN, noiseVariancePerArm: noiseVariance } = input;
          expect(relative).toBeCloseTo(absolute / baseRate, 10);
          const arm = (n: number, rate: number) =>
            conversionMean('arm', { n, conversions: n * rate, noiseVariance })!;
          const difference = differenceOfMeans(arm(treatmentN, baseRate + absolute), arm(controlN, baseRate));
          const found = powerOfTest(difference.value, Math.sqrt(difference.variance), input.confidence);
          // powerOfTest counts findings in the wrong direction too, which are rarer than 1 - confidence.
          expect(found).toBeGreaterThan(input.power - 1e-9);
          expect(found).toBeLessThan(input.power + 0.006);
        },
      ),
    );
  });

  it('a worked case without noise', () => {
    const { absolute } = minimumDetectableConversionEffect({ ...plan, noiseVariancePerArm: 0 })!;
    const reach = 1.959963984540054 + 0.8416212335729143;
    const variance = ((0.02 + absolute) * (0.98 - absolute)) / 100_000 + (0.02 * 0.98) / 50_000;
    expect(absolute).toBeCloseTo(reach * Math.sqrt(variance), 14);
  });

  it('says when nothing could be found, and gives no ratio to a rate of zero', () => {
    expect(minimumDetectableConversionEffect({ ...plan, treatmentN: 2, controlN: 2 })).toBeNull();
    expect(minimumDetectableConversionEffect({ ...plan, baseRate: 0 })!.relative).toBeNull();
  });

  it('of a value: reach times the standard error', () => {
    const { absolute, relative } = minimumDetectableValueEffect({
      treatmentN: 20_000,
      controlN: 20_000,
      meanMinorUnits: 65,
      standardDeviationMinorUnits: 1200,
      noiseVariancePerArm: 1e8,
      confidence: 0.95,
      power: 0.8,
    });
    const standardError = Math.sqrt((2 * 1200 ** 2) / 20_000 + (2 * 1e8) / 20_000 ** 2);
    expect(absolute).toBeCloseTo((1.959963984540054 + 0.8416212335729143) * standardError, 10);
    expect(relative).toBeCloseTo(absolute / 65, 12);
  });

  it.each([
    ['treatmentN', { ...plan, treatmentN: 0 }],
    ['baseRate', { ...plan, baseRate: 1 }],
    ['power', { ...plan, power: 0.3 }],
    ['noiseVariancePerArm', { ...plan, noiseVariancePerArm: Number.NaN }],
  ])('refuses a bad %s', (field, input) => {
    expect(() => minimumDetectableConversionEffect(input)).toThrow(
      expect.objectContaining({ field }) as Error,
    );
  });
});

describe('planner', () => {
  const input: PlannerInput = {
    treatmentN: 50_000,
    controlN: 50_000,
    baseRate: 0.01,
    confidence: 0.95,
    power: 0.8,
    noiseVarianceAt: (epsilon) => laplaceVariance(epsilon),
    cellsPerArm: 10,
  };

  it('shows what each epsilon costs', () => {
    const [low, high] = planEffects(input, [0.05, 5]);
    expect(low!.inflation).toBeGreaterThan(1.5);
    expect(high!.inflation).toBeGreaterThanOrEqual(1);
    expect(high!.inflation).toBeLessThan(1.001);
    expect(planEffects({ ...input, treatmentN: 2, controlN: 2 }, [1])[0]).toEqual({
      epsilon: 1,
      detectable: null,
      inflation: null,
    });
  });

  it('counts the noise of every cell that is summed for an arm', () => {
    const { noiseVarianceAt, cellsPerArm, ...rest } = input;
    expect(planEffects(input, [0.5])[0]!.detectable).toEqual(
      minimumDetectableConversionEffect({ ...rest, noiseVariancePerArm: cellsPerArm * noiseVarianceAt(0.5) }),
    );
  });

  it('finds the smallest epsilon in hundredths that suffices', () => {
    for (let absoluteEffect = 0.0019; absoluteEffect < 0.004; absoluteEffect += 0.0001) {
      const needed = epsilonForEffect(input, { absoluteEffect, epsilonCap: 10 });
      if (!needed.reachable) throw new Error(needed.reason);
      const hundredths = Math.round(needed.epsilon * 100);
      const [enough, tooLittle] = planEffects(input, [hundredths / 100, (hundredths - 1) / 100]);
      expect(enough!.detectable!.absolute).toBeLessThanOrEqual(absoluteEffect);
      expect(tooLittle!.detectable!.absolute).toBeGreaterThan(absoluteEffect);
    }
  });

  it('says why an effect is out of reach', () => {
    expect(epsilonForEffect(input, { absoluteEffect: 0.0001, epsilonCap: 10 })).toEqual({
      reachable: false,
      reason: 'sample-too-small',
    });
    expect(epsilonForEffect(input, { absoluteEffect: 0.00185, epsilonCap: 0.05 })).toEqual({
      reachable: false,
      reason: 'above-cap',
    });
  });
});
