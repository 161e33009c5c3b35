import { type Rational, fourthCumulant, parseDecimal, rationalToNumber, variance } from '../dp/index.js';
import { VesicaError } from '../errors.js';
import { type Estimate, cohortKpi } from '../measurement/index.js';
import type { MeasureSums } from '../protocol/index.js';
import { REPORT_CONFIDENCE } from './confidence.js';
import { type NoisyCounts, conversionArm } from './conversion-effects.js';
import type { PlacedCell } from './experiment.js';
import { type EstimateJson, type ReportMeasure, plainJson } from './report-types.js';
import { type NoisyMoments, meanOfArm, valueArm } from './value-effects.js';

/** Figures of some cells together, in the unit of the measure. */
export interface Summary {
  readonly people: number;
  readonly sum: number;
  /** Standard deviation of the noise in `sum`. */
  readonly sumNoise: number;
  readonly noiseDominated: boolean;
  readonly mean: EstimateJson;
}

export interface MeasureFigures {
  readonly kind: ReportMeasure['kind'];
  /** One quantum in the unit of the measure. */
  readonly unit: number;
  /** The sums as counts of quanta. */
  readonly counts: NoisyCounts;
  /** `undefined` when no squares were released. */
  readonly moments: NoisyMoments | undefined;
  readonly summary: (cells: readonly PlacedCell[]) => Summary;
}

/** What a session tells of a measure, ready to be added up over cells. */
export function measureFigures(measure: MeasureSums): MeasureFigures {
  const { quantum, bound, sums, squares, squareUnit } = measure;
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
  const summary = (cells: readonly PlacedCell[]): Summary => {
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
  return { kind, unit, counts, moments, summary };
}

/** Whole quanta in the unit of the measure, rounded once. */
function inUnit(quanta: number, { numerator, denominator }: Rational): number {
  return (quanta * Number(numerator)) / Number(denominator);
}

function bareMean(sum: number, people: number): Estimate {
  const value = people > 0 ? sum / people : null;
  return { value, standardError: null, interval: null, missing: people > 0 ? null : 'empty-arm' };
}

/** One outcome of the session's cells: a measure, or matched people in a session without measures. */
export interface CellOutcome {
  readonly measure: string | null;
  readonly summary: MeasureFigures['summary'];
}

/** The outcomes of a session, from its counts and its measures. */
export function cellOutcomes(counts: NoisyCounts, measures: readonly MeasureSums[]): CellOutcome[] {
  if (measures.length > 0)
    return measures.map((measure) => ({ measure: measure.name, summary: measureFigures(measure).summary }));
  const summary = (cells: readonly PlacedCell[]): Summary => {
    const arm = conversionArm(cells, counts);
    const [people, sum] = [Number(arm.n), Number(arm.conversions)];
    return {
      people,
      sum,
      sumNoise: Math.sqrt(arm.noiseVariance),
      noiseDominated: Math.abs(sum) < 2 * Math.sqrt(arm.noiseVariance),
      mean: plainJson(cohortKpi({ conversions: arm, confidence: REPORT_CONFIDENCE }).conversionRate),
    };
  };
  return [{ measure: null, summary }];
}
