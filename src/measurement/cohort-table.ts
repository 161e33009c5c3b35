import { type CellLabels, type LiftTable, liftTable } from './arm-table.js';
import { type Count, exactCount, finite, nonNegative } from './input.js';
import { type ConversionArm, type ConversionLift, conversionLift } from './lift-conversion.js';
import { type ValueArm, type ValueLift, valueLift } from './lift-value.js';

/** One cell of a session's answer: the converted customers of one cohort in one arm. */
export type ConversionCell = CellLabels & ConversionArm;
/** One cell of a session's answer: the value of one measure over one cohort in one arm. */
export type ValueCell = CellLabels & ValueArm;

interface TableInput<Cell> {
  readonly cells: readonly Cell[];
  /** The arm every other arm is compared with. */
  readonly controlArm: string;
  /** Confidence of every interval, for example 0.95. */
  readonly confidence: number;
}

export type ConversionTableInput = TableInput<ConversionCell>;
export interface ValueTableInput extends TableInput<ValueCell> {
  /** Minor currency units in one quantum; default 1. */
  readonly quantumMinorUnits?: number;
}

export type ConversionTable = LiftTable<ConversionLift>;
export type ValueTable = LiftTable<ValueLift>;

/**
 * Conversion lift of every treatment arm against the control arm, overall and within each cohort. An arm's total is
 * the sum of its cells, and the variance of its noise is the sum of theirs, as is
 * its fourth cumulant: each cell drew its own noise.
 *
 * Throws `measurement/invalid-input` for an arm and cohort that occur twice, a control arm without a cell, no treatment
 * arm, and for what `conversionLift` refuses.
 */
export function conversionTable(input: ConversionTableInput): ConversionTable {
  const { cells, controlArm, confidence } = input;
  return liftTable({
    cells,
    controlArm,
    sumCells: sumConversionCells,
    compare: (treatment, control) => conversionLift({ treatment, control, confidence }),
  });
}

/** Lift in value of every treatment arm against the control arm, as `conversionTable` does it for conversions. */
export function valueTable(input: ValueTableInput): ValueTable {
  const { cells, controlArm, confidence, quantumMinorUnits = 1 } = input;
  return liftTable({
    cells,
    controlArm,
    sumCells: sumValueCells,
    compare: (treatment, control) => valueLift({ treatment, control, confidence, quantumMinorUnits }),
  });
}

/** One arm out of cells that do not overlap. Sizes and counts add, and so do the variances of independent noise. */
export function sumConversionCells(cells: readonly ConversionArm[]): ConversionArm {
  let n = 0;
  let conversions = 0;
  let noiseVariance = 0;
  let noiseFourthCumulant = 0;
  let sizeNoiseVariance = 0;
  for (const cell of cells) {
    const cellSizeNoise = nonNegative('cells.sizeNoiseVariance', cell.sizeNoiseVariance ?? 0);
    n += cellSizeNoise === 0 ? exactCount('cells.n', cell.n) : finite('cells.n', cell.n);
    conversions += finite('cells.conversions', cell.conversions);
    noiseVariance += nonNegative('cells.noiseVariance', cell.noiseVariance);
    noiseFourthCumulant += nonNegative('cells.noiseFourthCumulant', cell.noiseFourthCumulant ?? 0);
    sizeNoiseVariance += cellSizeNoise;
  }
  return { n, conversions, noiseVariance, noiseFourthCumulant, sizeNoiseVariance };
}

/** The same for values. Sums that are all bigint stay exact. */
export function sumValueCells(cells: readonly ValueArm[]): ValueArm {
  let n = 0;
  let sumNoiseVariance = 0;
  let sumNoiseFourthCumulant = 0;
  let sumOfSquaresNoiseVariance = 0;
  for (const cell of cells) {
    n += exactCount('cells.n', cell.n);
    sumNoiseVariance += nonNegative('cells.sumNoiseVariance', cell.sumNoiseVariance);
    sumNoiseFourthCumulant += nonNegative('cells.sumNoiseFourthCumulant', cell.sumNoiseFourthCumulant ?? 0);
    sumOfSquaresNoiseVariance += nonNegative(
      'cells.sumOfSquaresNoiseVariance',
      cell.sumOfSquaresNoiseVariance,
    );
  }
  return {
    n,
    sumQuanta: addCounts(
      'cells.sumQuanta',
      cells.map((cell) => cell.sumQuanta),
    ),
    sumNoiseVariance,
    sumNoiseFourthCumulant,
    sumOfSquaresQuanta: addCounts(
      'cells.sumOfSquaresQuanta',
      cells.map((cell) => cell.sumOfSquaresQuanta),
    ),
    sumOfSquaresNoiseVariance,
  };
}

function addCounts(field: string, counts: readonly Count[]): Count {
  let exact = 0n;
  let rounded = 0;
  for (const count of counts) {
    if (typeof count === 'bigint') exact += count;
    else rounded += finite(field, count);
  }
  return rounded === 0 ? exact : Number(exact) + rounded;
}
