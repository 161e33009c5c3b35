import { type Rational, fourthCumulant, parseDecimal, rationalToNumber, variance } from '../dp/index.js';
import { VesicaError } from '../errors.js';
import { type Estimate, cohortKpi } from '../measurement/index.js';
import type { MeasureSums } from '../protocol/index.js';
import { REPORT_CONFIDENCE } from './confidence.js';
import {
  type NoisyCounts,
  conversionArm,
  conversionConsequences,
  conversionLiftOf,
} from './conversion-effects.js';
import { type Experiment, type ExperimentInput, type PlacedCell, armsOf, cellsOfArm } from './experiment.js';
import { noiseOf } from './noise.js';
import { type ReportMeasure, NO_CONSEQUENCES, plainJson } from './report-types.js';
import {
  type NoisyMoments,
  meanOfArm,
  valueArm,
  valueConsequences,
  valueLiftOf,
  valueTableJson,
} from './value-effects.js';

/** What a measure is placed among. */
export interface MeasureContext {
  /** Sizes of the session's cells. */
  readonly sizes: readonly number[];
  /** `undefined` without one, or when the partner keeps the labels. */
  readonly experiment: Experiment | undefined;
  readonly labelsKept: boolean;
  readonly input: ExperimentInput;
}

const NO_SQUARES = 'the sum of squares was not released, so nothing tells how far a mean may be off';
const NO_LABELS = 'the partner keeps the labels of the cells, so this side knows no arms';

/** One measure of the session in the unit of the measure, with what follows from it. */
export function buildMeasure(measure: MeasureSums, context: MeasureContext): ReportMeasure {
  const { name, quantum, bound, statistic, sums, squares, squareUnit } = measure;
  const exact = parseDecimal(quantum);
  if (exact === undefined) throw new VesicaError('internal/defect', 'a quantum that is no number');
  const unit = rationalToNumber(exact, 'nearest');
  const kind = quantum === '1' && bound === '1' ? 'yes-no' : 'amount';
  const sumVariance = variance(measure.sumMechanism);
  const sumCumulant = fourthCumulant(measure.sumMechanism);
  const squaresVariance =
    measure.squaresMechanism === undefined ? 0 : variance(measure.squaresMechanism) * squareUnit ** 2;
  const moments: NoisyMoments | undefined = squares && {
    sums,
    sumNoiseVariance: sumVariance,
    sumNoiseFourthCumulant: sumCumulant,
    squares: squares.map((value) => value * squareUnit),
    squaresNoiseVariance: squaresVariance,
    squaresRoundingVariance: squareUnit === 1 ? 0 : squareUnit ** 2 / 4,
    quantum: unit,
  };
  const counts: NoisyCounts = {
    counts: sums,
    noiseVariance: sumVariance,
    noiseFourthCumulant: sumCumulant,
  };
  const summary = (cells: readonly PlacedCell[]) => {
    const arm = conversionArm(cells, counts);
    const { n, conversions, noiseVariance } = arm;
    const mean =
      kind === 'yes-no'
        ? cohortKpi({ conversions: arm, confidence: REPORT_CONFIDENCE }).conversionRate
        : moments === undefined
          ? bareMean(inUnit(Number(conversions), exact), Number(n))
          : meanOfArm(valueArm(cells, moments), unit);
    return {
      people: Number(n),
      sum: inUnit(Number(conversions), exact),
      sumNoise: Math.sqrt(noiseVariance) * unit,
      noiseDominated: Math.abs(Number(conversions)) < 2 * Math.sqrt(noiseVariance),
      mean: plainJson(mean),
    };
  };
  const { experiment, sizes, labelsKept } = context;
  return {
    name,
    quantum,
    bound,
    statistic,
    kind,
    privacy: {
      sum: noiseOf(measure.sumMechanism, unit),
      squares:
        measure.squaresMechanism === undefined
          ? null
          : noiseOf(measure.squaresMechanism, squareUnit * unit * unit),
    },
    cells: sizes.map((size, index) => {
      const { sum, noiseDominated, mean } = summary([{ index, size, exposed: false }]);
      return { sum, noiseDominated, mean };
    }),
    arms: experiment
      ? armsOf(experiment).map((arm) => ({ arm, ...summary(cellsOfArm(experiment, arm)) }))
      : null,
    missing: kind === 'amount' && moments === undefined ? NO_SQUARES : labelsKept ? NO_LABELS : null,
    ...liftOf(experiment, context.input, kind === 'yes-no' ? counts : moments),
  };
}

/** The lift of a yes/no measure from its counts, or of an amount from its moments. */
function liftOf(
  experiment: Experiment | undefined,
  input: ExperimentInput,
  figures: NoisyCounts | NoisyMoments | undefined,
): Pick<ReportMeasure, 'lift' | 'detectable' | 'costs' | 'exposed'> {
  const none = { lift: null, ...NO_CONSEQUENCES };
  if (experiment === undefined || figures === undefined) return none;
  if ('counts' in figures) {
    const table = conversionLiftOf(experiment, figures);
    if (table === null) return none;
    return {
      lift: { kind: 'conversion', table: plainJson(table) },
      ...conversionConsequences(table, { experiment, counts: figures, input }),
    };
  }
  const table = valueLiftOf(experiment, figures);
  if (table === null) return none;
  return { lift: { kind: 'value', table: valueTableJson(table) }, ...valueConsequences(table, input) };
}

/** Whole quanta in the unit of the measure, rounded once. */
function inUnit(quanta: number, { numerator, denominator }: Rational): number {
  return (quanta * Number(numerator)) / Number(denominator);
}

function bareMean(sum: number, people: number): Estimate {
  const value = people > 0 ? sum / people : null;
  return { value, standardError: null, interval: null, missing: people > 0 ? null : 'empty-arm' };
}
