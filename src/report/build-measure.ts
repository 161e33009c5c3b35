import type { MeasureSums } from '../protocol/index.js';
import { type NoisyCounts, conversionConsequences, conversionLiftOf } from './conversion-effects.js';
import { type Experiment, type ExperimentInput, armsOf, cellsOfArm } from './experiment.js';
import { measureFigures } from './measure-figures.js';
import { noiseOf } from './noise.js';
import { type ReportMeasure, NO_CONSEQUENCES, plainJson } from './report-types.js';
import { type NoisyMoments, valueConsequences, valueLiftOf, valueTableJson } from './value-effects.js';

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
  const { name, quantum, bound, statistic, squareUnit } = measure;
  const { kind, unit, counts, moments, summary } = measureFigures(measure);
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
