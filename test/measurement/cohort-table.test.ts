import { describe, expect, it } from 'vitest';
import {
  type ConversionCell,
  conversionLift,
  conversionTable,
  sumConversionCells,
} from '../../src/measurement/index.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';
import { relativeError } from './support/numbers.js';

interface HillstromFile {
  readonly cells_history_segment: readonly {
    readonly history_segment: string;
    readonly segment: string;
    readonly n: number;
    readonly conversion: number;
  }[];
  readonly 'Mens E-Mail': { readonly conversion: { readonly diff: number; readonly se_unpooled: number } };
  readonly 'Womens E-Mail': { readonly conversion: { readonly diff: number; readonly se_unpooled: number } };
}

describe.runIf(hasReferenceData)('conversionTable: the 21 cells of the MineThatData experiment', () => {
  const table = () => {
    const file = referenceJson<HillstromFile>('hillstrom/expected.json');
    const cells = file.cells_history_segment.map((cell) => ({
      arm: cell.segment,
      cohort: cell.history_segment,
      n: cell.n,
      conversions: cell.conversion,
      noiseVariance: 0,
    }));
    return { file, result: conversionTable({ cells, controlArm: 'No E-Mail', confidence: 0.95 }) };
  };

  it('adds up to the published arms', () => {
    const { file, result } = table();
    expect(result.treatmentArms).toEqual(['Mens E-Mail', 'Womens E-Mail']);
    for (const { arm, lift } of result.overall) {
      const expected = file[arm as 'Mens E-Mail' | 'Womens E-Mail'].conversion;
      expect(relativeError(lift.absolute.value!, expected.diff)).toBeLessThan(1e-13);
      expect(relativeError(lift.absolute.standardError!, expected.se_unpooled)).toBeLessThan(1e-13);
    }
  });

  it('has both arms in each of the seven cohorts', () => {
    const { result } = table();
    expect(result.cohorts).toHaveLength(7);
    expect(result.incompleteCohorts).toEqual([]);
    const first = result.cohorts[0]!;
    expect(first.cohort).toBe('1) $0 - $100');
    expect(first.arms.map(({ arm }) => arm)).toEqual(['Mens E-Mail', 'Womens E-Mail']);
    expect(first.arms[0]!.lift.absolute.value).toBeCloseTo(71 / 7724 - 32 / 7612, 15);
  });
});

const cell = (arm: string, cohort: string, conversions: number): ConversionCell => ({
  arm,
  cohort,
  n: 1000,
  conversions,
  noiseVariance: 2,
  sizeNoiseVariance: 0,
});

describe('conversionTable', () => {
  const cells = [cell('a', 'x', 20), cell('none', 'x', 10), cell('a', 'y', 40), cell('none', 'y', 30)];

  it('adds sizes, counts and variances of the cells of an arm', () => {
    const { overall } = conversionTable({ cells, controlArm: 'none', confidence: 0.9 });
    const treatment = { n: 2000, conversions: 60, noiseVariance: 4 };
    const control = { n: 2000, conversions: 40, noiseVariance: 4 };
    const lift = conversionLift({ treatment, control, confidence: 0.9 });
    expect(overall.map(({ arm }) => arm)).toEqual(['a']);
    expect(overall[0]!.lift).toEqual(lift);
    expect(overall[0]!.adjustedPValue).toBe(lift.pValue);
  });

  it('adds the noise of sizes too, and takes bigint counts', () => {
    const noisySize = {
      n: 10n,
      conversions: 3n,
      noiseVariance: 1,
      noiseFourthCumulant: 4,
      sizeNoiseVariance: 5,
    };
    expect(sumConversionCells([noisySize, noisySize])).toEqual({
      n: 20,
      conversions: 6,
      noiseVariance: 2,
      noiseFourthCumulant: 8,
      sizeNoiseVariance: 10,
    });
  });

  it('names the cohorts that lack an arm and leaves their lift out', () => {
    const gaps = [...cells, cell('a', 'z', 5)];
    const result = conversionTable({ cells: gaps, controlArm: 'none', confidence: 0.95 });
    expect(result.incompleteCohorts).toEqual(['z']);
    expect(result.cohorts.find(({ cohort }) => cohort === 'z')!.arms).toEqual([]);
    expect(result.overall[0]!.lift.treatment.n).toBe(3000);
  });

  it.each([
    ['an arm and cohort twice', [...cells, cell('a', 'x', 1)], 'none', 'cells'],
    ['a control arm without a cell', cells, 'nobody', 'controlArm'],
    ['no treatment arm', [cell('none', 'x', 1)], 'none', 'cells'],
    ['no cell at all', [], 'none', 'controlArm'],
  ])('refuses %s', (_what, bad, controlArm, field) => {
    expect(() => conversionTable({ cells: bad, controlArm, confidence: 0.95 })).toThrow(
      expect.objectContaining({ code: 'measurement/invalid-input', field }) as Error,
    );
  });
});
