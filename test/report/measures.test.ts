import { valueArm } from '../../src/report/value-effects.js';
import { describe, expect, it } from 'vitest';
import { discreteLaplace, fourthCumulant, variance } from '../../src/dp/index.js';
import { type ValueArm, valueLift } from '../../src/measurement/index.js';
import { NO_ARMS, type CountResult, type Inventory } from '../../src/protocol/index.js';
import { type ReportInput, buildReport } from '../../src/report/index.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';
import {
  CONTROL,
  MENS,
  NO_NOISE,
  WOMENS,
  advertiserInput,
  hillstromCells,
  hillstromInput,
} from './hillstrom.js';
import { INVENTORY, inputOf, outcomeOf } from './sample.js';

interface Published {
  readonly conversion: Record<'diff' | 'se_unpooled' | 'rate_t' | 'rate_c' | 'x_t' | 'n_t', number> & {
    readonly ci95_wald: [number, number];
  };
  readonly spend: Record<
    'sum_t' | 'mean_t' | 'mean_c' | 'diff' | 'se_welch' | 'p_two_sided' | 'sd_c',
    number
  > & {
    readonly ci95_welch: [number, number];
  };
}
type Expected = Record<typeof MENS | typeof WOMENS, Published> & {
  readonly srm_equal_thirds: { readonly chi2: number; readonly p: number };
};

describe.runIf(hasReferenceData)('the published figures of an experiment, from sums without noise', () => {
  const expected = referenceJson<Expected>('hillstrom/expected.json');
  const exact = () => buildReport(hillstromInput({ epsilon: NO_NOISE }));

  it.each([MENS, WOMENS] as const)('conversion of %s', (arm) => {
    const [bought] = exact().measures;
    const published = expected[arm].conversion;
    if (bought?.lift?.kind !== 'conversion') throw new Error('not a conversion lift');
    const { lift } = bought.lift.table.overall.find((entry) => entry.arm === arm)!;
    expect(bought.kind).toBe('yes-no');
    expect(lift.treatment).toMatchObject({ n: published.n_t, conversions: published.x_t });
    expect(lift.absolute.value).toBeCloseTo(published.diff, 12);
    expect(lift.absolute.standardError).toBeCloseTo(published.se_unpooled, 8);
    expect(lift.absolute.interval!.lower).toBeCloseTo(published.ci95_wald[0], 8);
    expect(lift.absolute.interval!.upper).toBeCloseTo(published.ci95_wald[1], 8);
  });

  it.each([MENS, WOMENS] as const)('spend of %s, in the unit of the measure', (arm) => {
    const [, spend] = exact().measures;
    const published = expected[arm].spend;
    if (spend?.lift?.kind !== 'value') throw new Error('not a value lift');
    const { lift } = spend.lift.table.overall.find((entry) => entry.arm === arm)!;
    expect(lift.treatment.sum).toBeCloseTo(published.sum_t, 6);
    expect(lift.treatment.mean.value).toBeCloseTo(published.mean_t, 8);
    expect(lift.absolute.value).toBeCloseTo(published.diff, 8);
    // The sums of squares are counted in units of 64 squared cents, rounded cell by cell.
    expect(lift.absolute.standardError).toBeCloseTo(published.se_welch, 6);
    expect(lift.absolute.interval!.lower).toBeCloseTo(published.ci95_welch[0], 5);
    expect(lift.absolute.interval!.upper).toBeCloseTo(published.ci95_welch[1], 5);
    expect(lift.pValue).toBeCloseTo(published.p_two_sided, 6);
    expect(lift.incrementalValue.value).toBeCloseTo(published.diff * lift.treatment.n, 4);
    expect(spend.arms!.find((entry) => entry.arm === arm)!.sum).toBe(published.sum_t);
  });

  it('sums of cells are money to the cent', () => {
    const { measures, cells } = exact();
    const at = cells.findIndex(({ label }) => label['arm'] === MENS && label['segment'] === '1) $0 - $100');
    expect(measures[1]!.cells[at]!.sum).toBe(8150.18);
  });

  it('the sample-ratio check of equal thirds', () => {
    const shares = { [MENS]: 2, [WOMENS]: 2, [CONTROL]: 2 };
    const { sampleRatio } = buildReport(hillstromInput({ experiment: { shares } }));
    expect(sampleRatio!.statistic).toBeCloseTo(expected.srm_equal_thirds.chi2, 9);
    expect(sampleRatio!.pValue).toBeCloseTo(expected.srm_equal_thirds.p, 9);
    expect(sampleRatio!.mismatch).toBe(false);
    expect(sampleRatio!.arms.map(({ share }) => share)).toEqual([1 / 3, 1 / 3, 1 / 3]);
    const wrong = buildReport(hillstromInput({ experiment: { shares: { ...shares, [MENS]: 2.2 } } }));
    expect(wrong.sampleRatio!.mismatch).toBe(true);
  });

  it('the noise widens the interval by the variance of every cell of both arms', () => {
    const [bought, spend] = buildReport(hillstromInput({ epsilon: '0.4' })).measures;
    if (bought?.lift?.kind !== 'conversion' || spend?.lift?.kind !== 'value') throw new Error('no lift');
    const published = expected[MENS];
    const { lift } = bought.lift.table.overall[0]!;
    const [n, m] = [lift.treatment.n, lift.control.n];
    const added = 7 * variance(discreteLaplace('0.4', 1n)) * (1 / n ** 2 + 1 / m ** 2);
    expect(lift.absolute.standardError! ** 2).toBeCloseTo(published.conversion.se_unpooled ** 2 + added, 12);
    const inMoney = 7 * variance(discreteLaplace('0.4', 50_000n)) * 0.01 ** 2 * (1 / n ** 2 + 1 / m ** 2);
    const noisy = spend.lift.table.overall[0]!.lift;
    expect(noisy.noiseShare! * noisy.absolute.standardError! ** 2).toBeCloseTo(inMoney, 12);
  });

  it('the noise of the sums of squares widens it too, through the degrees of freedom', () => {
    const [, spend] = buildReport(hillstromInput({ epsilon: '0.02' })).measures;
    if (spend?.lift?.kind !== 'value') throw new Error('no lift');
    const totals = [...hillstromCells()].map(([key, cell]) => ({
      arm: (JSON.parse(key) as string[])[0],
      ...cell,
    }));
    const armOf = (name: string): ValueArm => {
      const cells = totals.filter(({ arm }) => arm === name);
      const squares = cells.reduce((sum, cell) => sum + 64 * Math.round(cell.squares / 64), 0);
      return {
        n: cells.reduce((sum, { size }) => sum + size, 0),
        sumQuanta: cells.reduce((sum, { cents }) => sum + cents, 0),
        sumNoiseVariance: 7 * variance(discreteLaplace('0.02', 50_000n)),
        sumNoiseFourthCumulant: 7 * fourthCumulant(discreteLaplace('0.02', 50_000n)),
        sumOfSquaresQuanta: squares,
        sumOfSquaresNoiseVariance: 7 * 64 ** 2 * variance(discreteLaplace('0.02', 2_500_000_000n / 64n)),
      };
    };
    const input = { treatment: armOf(MENS), control: armOf(CONTROL), confidence: 0.95 };
    const expectedLift = valueLift({ ...input, quantumMinorUnits: 0.01 });
    const certain = { sumOfSquaresNoiseVariance: 0 };
    const tooSure = valueLift({
      treatment: { ...input.treatment, ...certain },
      control: { ...input.control, ...certain },
      confidence: 0.95,
      quantumMinorUnits: 0.01,
    });
    const { absolute } = spend.lift.table.overall[0]!.lift;
    expect(absolute.interval!.upper).toBeCloseTo(expectedLift.absolute.interval!.upper, 9);
    expect(absolute.interval!.upper).toBeGreaterThan(tooSure.absolute.interval!.upper + 1e-6);
  });

  it('the smallest effect that would have been found', () => {
    const [bought, spend] = exact().measures;
    const { conversion, spend: money } = expected[MENS];
    // (z_0.975 + z_0.8) times the standard error at equal rates; the rate of the effect itself makes it a little more.
    const [n, m, p] = [21_307, 21_306, conversion.rate_c];
    const flat = 2.801585 * Math.sqrt(p * (1 - p) * (1 / n + 1 / m));
    expect(bought!.detectable![0]!.absolute! / flat).toBeGreaterThan(1);
    expect(bought!.detectable![0]!.absolute! / flat).toBeLessThan(1.1);
    const reach = 2.801585 * money.sd_c * Math.sqrt(1 / n + 1 / m);
    expect(spend!.detectable![0]!.absolute).toBeCloseTo(reach, 4);
    expect(spend!.detectable![0]!.relative).toBeCloseTo(reach / money.mean_c, 4);
    const noisy = buildReport(hillstromInput()).measures[1]!;
    const added = 7 * variance(discreteLaplace('0.4', 50_000n)) * 0.01 ** 2 * (1 / n ** 2 + 1 / m ** 2);
    const further = Math.sqrt(reach ** 2 + 2.801585 ** 2 * added);
    expect(further).toBeGreaterThan(1.5 * reach);
    expect(noisy.detectable![0]!.absolute! / further).toBeCloseTo(1, 3);
  });

  it('what the money spent on an arm brought', () => {
    const costs = { [MENS]: 1000, elsewhere: 5 };
    const [bought, spend] = buildReport(
      hillstromInput({ epsilon: NO_NOISE, experiment: { costs } }),
    ).measures;
    const { diff, ci95_welch } = expected[MENS].spend;
    const [returned] = spend!.costs!;
    expect(spend!.costs).toHaveLength(1);
    expect(returned).toMatchObject({ arm: MENS, spent: 1000, costPerIncremental: null });
    expect(returned!.returnOnSpend!.value).toBeCloseTo((diff * 21_307) / 1000, 6);
    expect(returned!.returnOnSpend!.interval!.lower).toBeCloseTo((ci95_welch[0] * 21_307) / 1000, 3);
    const [each] = bought!.costs!;
    expect(each!.costPerIncremental!.value).toBeCloseTo(1000 / (expected[MENS].conversion.diff * 21_307), 8);
    expect(each!.returnOnSpend).toBeNull();
  });
});

describe.runIf(hasReferenceData)('what else a report says of measures', () => {
  it('has no lift of matched people: they tell the match rate, which the arms share', () => {
    const report = buildReport(hillstromInput());
    expect(report).toMatchObject({ lift: null, detectable: null, costs: null, exposed: null });
    expect(report.matchRate).toEqual({ percent: 60, capped: false, text: '60 %' });
    expect(report.matchBalance!.mismatch).toBe(false);
    expect(report.matchBalance!.arms.map(({ arm, matchRate }) => [arm, matchRate.text])).toEqual([
      [MENS, '60 %'],
      [WOMENS, '60 %'],
      [CONTROL, '60 %'],
    ]);
    expect(report.cells.every(({ rate }) => rate === null)).toBe(true);
  });

  it('raises an alarm when one arm matches more often', () => {
    const input = hillstromInput();
    const result = input.outcome.result as CountResult;
    const counts = result.counts!.map((cell) =>
      cell.label[0] === MENS ? { ...cell, count: cell.count + Math.round(0.03 * cell.size) } : cell,
    );
    const report = buildReport({ ...input, outcome: { ...input.outcome, result: { ...result, counts } } });
    expect(report.matchBalance!.mismatch).toBe(true);
    expect(report.matchBalance!.pValue).toBeLessThan(1e-6);
  });

  it('an amount without squares has sums and means, and says why there is no more', () => {
    const [, spend] = buildReport(hillstromInput({ spendStatistic: 'sum' })).measures;
    expect(spend).toMatchObject({ kind: 'amount', lift: null, detectable: null, costs: null });
    expect(spend!.privacy.squares).toBeNull();
    expect(spend!.missing).toContain('sum of squares was not released');
    const mens = spend!.arms![0]!;
    expect(mens.sum).toBe(30311.69);
    expect(mens.mean).toEqual({
      value: 30311.69 / 21_307,
      standardError: null,
      interval: null,
      missing: null,
    });
  });

  it('a party from which labels are kept has figures of cells and no arms', () => {
    const report = buildReport(advertiserInput('kept'));
    expect(report).toMatchObject({ role: 'measures', experiment: null, lift: null, matchBalance: null });
    expect(report.cells.every(({ label }) => Object.keys(label).length === 0)).toBe(true);
    for (const measure of report.measures) {
      expect(measure).toMatchObject({ arms: null, lift: null });
      expect(measure.missing).toContain('keeps the labels');
      expect(measure.cells).toHaveLength(21);
      expect(measure.cells[0]!.mean.interval).not.toBeNull();
    }
    // The match rate of each side is that of its own list.
    const matched = [...hillstromCells().values()].reduce((sum, { size }) => sum + Math.round(0.6 * size), 0);
    expect(report.matchRate!.percent).toBe(Math.min(85, Math.round((100 * matched) / 44_000)));
    expect(report.matchRate!.text).toBe('>85 %');
  });

  it('the other party with labels finds the same lift', () => {
    const [own] = buildReport(hillstromInput()).measures;
    const [other] = buildReport(advertiserInput('shared')).measures;
    expect(other!.lift).toEqual(own!.lift);
  });

  it('states the noise in the unit of each figure, and what all of it costs', () => {
    const report = buildReport(hillstromInput({ epsilon: '0.4' }));
    const { learned, told } = report.privacy;
    expect(learned.figures.map(({ figure, measure }) => [figure, measure])).toEqual([
      ['matched', null],
      ['sum', 'bought'],
      ['sum', 'spend'],
      ['squares', 'spend'],
    ]);
    const [count, , sum, squares] = learned.figures;
    expect(count!.mechanism).toBe('truncated-discrete-laplace');
    expect(told.figures[0]!.mechanism).toBe('discrete-laplace');
    // Laplace noise of scale b has the variance 2 b^2: b = 500 / 0.4 in money, 500^2 / 0.4 in squared money.
    expect(Math.sqrt(sum!.sigma2 / 2)).toBeCloseTo(500 / 0.4, 3);
    expect(Math.sqrt(squares!.sigma2 / 2)).toBeCloseTo(250_000 / 0.4, 1);
    expect(report.measures[1]!.privacy).toMatchObject({
      sum: { sigma2: sum!.sigma2, epsilon: 0.4 },
      squares: { sigma2: squares!.sigma2 },
    });
    // A part in six of epsilon 2 for the count, and three times 0.4.
    expect(learned.total!.epsilon).toBeCloseTo(2 / 6 + 1.2, 12);
    expect(learned.total!.delta).toBe(count!.delta);
    expect(told.total).toEqual({ epsilon: learned.total!.epsilon, delta: 0 });
  });

  it('marks sums below two standard deviations of their noise', () => {
    const [, spend] = buildReport(hillstromInput()).measures;
    const sigma = Math.sqrt(spend!.privacy.sum.sigma2);
    const flags = spend!.cells.map(({ noiseDominated }) => noiseDominated);
    expect(flags).toEqual(spend!.cells.map(({ sum }) => Math.abs(sum) < 2 * sigma));
    expect(new Set(flags).size).toBe(2);
  });
});

describe('exposure as a dimension', () => {
  const inventory: Inventory = {
    size: 4_000,
    dimensions: ['arm', 'region', 'saw it'],
    arms: INVENTORY.arms,
    cells: ['north', 'south'].flatMap((region) => [
      { size: 600, label: ['seen', region, 'yes'] },
      { size: 400, label: ['seen', region, 'no'] },
      { size: 1_000, label: ['held out', region, 'no'] },
    ]),
  };
  const counts = [90, 10, 40, 90, 10, 40];
  const exposure = { column: 'saw it', exposed: 'yes' };
  const input: ReportInput = inputOf({ inventory, outcome: outcomeOf(inventory, counts) });

  it('gives the effect on exposed people: that of the arm over the share exposed', () => {
    const { exposed, lift, experiment } = buildReport({ ...input, experiment: { exposure } });
    const [seen] = exposed!;
    expect(seen!.intentionToTreat.value).toBeCloseTo(200 / 2_000 - 80 / 2_000, 12);
    expect(seen!.exposureDifference.value).toBeCloseTo(0.6, 12);
    expect(seen!.effectOnExposed.value).toBeCloseTo(0.06 / 0.6, 12);
    expect(experiment!.exposure).toEqual(exposure);
    // Exposed people are no cohort: the control arm has none.
    expect(lift!.cohorts.map(({ cohort, arms }) => [cohort, arms.length])).toEqual([
      ['north', 1],
      ['south', 1],
    ]);
    expect(lift!.overall[0]!.lift.treatment).toMatchObject({ n: 2_000, conversions: 200 });
    expect(lift!.incompleteCohorts).toEqual([]);
  });

  it('is nothing when the cells have no such dimension', () => {
    const report = buildReport({ ...input, experiment: { exposure: { column: 'x', exposed: 'yes' } } });
    expect(report.exposed).toBeNull();
    expect(report.experiment!.exposure).toBeNull();
  });

  it('and a share or cost of a name that objects have anyway is none', () => {
    const arms = { column: 'arm', treatment: ['toString'], control: 'constructor' };
    const cells = [
      { size: 100, label: ['toString'] },
      { size: 100, label: ['constructor'] },
    ];
    const odd: Inventory = { size: 200, dimensions: ['arm'], arms, cells };
    const report = buildReport({
      ...inputOf({ inventory: odd, outcome: outcomeOf(odd, [20, 10]) }),
      experiment: { shares: {}, costs: {} },
    });
    expect(report).toMatchObject({ sampleRatio: null, costs: [] });
  });
});

describe('a session answered from the ledger', () => {
  it('names the session that was answered before, and an answer that could not be kept', () => {
    const input = inputOf();
    const outcome = { ...input.outcome, answeredFrom: new Uint8Array(32).fill(2) };
    expect(buildReport({ ...input, outcome }).answeredFrom).toBe('02'.repeat(32));
    expect(buildReport(input)).toMatchObject({ answeredFrom: null, notKept: null });
  });

  it('without labels and without cells has nothing to place', () => {
    const bare: Inventory = { size: 30, dimensions: [], arms: NO_ARMS, cells: [] };
    expect(buildReport(inputOf({ inventory: bare, outcome: outcomeOf(bare, []) })).experiment).toBeNull();
  });
});

it('a unit of squares above 1 adds what rounding them adds, for every person of the cells', () => {
  const cells = [
    { index: 0, size: 100, exposed: false },
    { index: 2, size: 50, exposed: false },
  ];
  const moments = {
    sums: [1, 2, 3],
    sumNoiseVariance: 4,
    sumNoiseFourthCumulant: 5,
    squares: [10, 20, 30],
    squaresNoiseVariance: 7,
    squaresRoundingVariance: 16,
    quantum: 1,
  };
  expect(valueArm(cells, moments)).toMatchObject({
    n: 150,
    sumOfSquaresNoiseVariance: 2 * 7 + 150 * 16,
  });
});
