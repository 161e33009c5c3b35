import { VesicaError } from '../errors.js';
import { type ConversionArm, type ConversionLift, conversionLift } from './lift-conversion.js';
import { ensure, finite, nonNegative } from './input.js';

/** One cell of a session's answer: the customers of one cohort in one arm. */
export interface ConversionCell extends ConversionArm {
  readonly arm: string;
  /** Label of the cohort; every label stands once for each arm. */
  readonly cohort: string;
}

export interface ConversionTableInput {
  readonly cells: readonly ConversionCell[];
  /** The arm every other arm is compared with. */
  readonly controlArm: string;
  readonly confidence: number;
}

type CellsByCohort = ReadonlyMap<string, ConversionCell>;
const NO_CELLS: CellsByCohort = new Map();

export interface ArmLift {
  readonly arm: string;
  readonly lift: ConversionLift;
}

export interface CohortLift {
  readonly cohort: string;
  /** One entry for each treatment arm that has a cell in this cohort; empty when the control arm has none. */
  readonly arms: readonly ArmLift[];
}

export interface ConversionTable {
  readonly controlArm: string;
  /** In the order of their first cell. */
  readonly treatmentArms: readonly string[];
  /** Each treatment arm against the control arm, over the cohorts together. */
  readonly overall: readonly ArmLift[];
  /** The same within each cohort, in the order of their first cell. */
  readonly cohorts: readonly CohortLift[];
  /**
   * Cohorts that lack a cell of some arm. Their other cells still count towards `overall`, where arms may then differ
   * in make-up; a report should say so.
   */
  readonly incompleteCohorts: readonly string[];
}

/**
 * Conversion lift of every treatment arm against the control arm, overall and within each cohort. An arm's total is
 * the sum of its cells, and the variance of its noise is the sum of theirs: each cell drew its own noise.
 *
 * Throws `measurement/invalid-input` for an arm and cohort that occur twice, a control arm without a cell, no treatment
 * arm, and for what `conversionLift` refuses.
 */
export function conversionTable(input: ConversionTableInput): ConversionTable {
  const { controlArm, confidence } = input;
  const arms = groupCells(input.cells);
  const control = arms.get(controlArm);
  ensure(control !== undefined, 'controlArm', 'an arm that has a cell');
  const treatmentArms = [...arms.keys()].filter((arm) => arm !== controlArm);
  ensure(treatmentArms.length > 0, 'cells', 'of at least one arm beside the control arm');

  const compare = (pick: (cells: CellsByCohort) => ConversionArm | undefined) => {
    const lifts: ArmLift[] = [];
    const controlSide = pick(control);
    for (const arm of treatmentArms) {
      const treatment = pick(arms.get(arm) ?? NO_CELLS);
      if (treatment === undefined || controlSide === undefined) continue;
      lifts.push({ arm, lift: conversionLift({ treatment, control: controlSide, confidence }) });
    }
    return lifts;
  };

  const cohorts = [...new Set(input.cells.map((cell) => cell.cohort))];
  return {
    controlArm,
    treatmentArms,
    overall: compare((cells) => sumCells([...cells.values()])),
    cohorts: cohorts.map((cohort) => ({ cohort, arms: compare((cells) => cells.get(cohort)) })),
    incompleteCohorts: cohorts.filter((cohort) => [...arms.values()].some((cells) => !cells.has(cohort))),
  };
}

/** Cells by arm and then by cohort, both in the order they first occur. */
function groupCells(cells: readonly ConversionCell[]): Map<string, Map<string, ConversionCell>> {
  const arms = new Map<string, Map<string, ConversionCell>>();
  for (const cell of cells) {
    const inArm = arms.get(cell.arm) ?? new Map<string, ConversionCell>();
    if (inArm.has(cell.cohort)) {
      throw new VesicaError('measurement/invalid-input', 'cells hold one arm and cohort twice', {
        field: 'cells',
      });
    }
    arms.set(cell.arm, inArm.set(cell.cohort, cell));
  }
  return arms;
}

/** One arm out of cells that do not overlap. Sizes and counts add, and so do the variances of independent noise. */
export function sumCells(cells: readonly ConversionArm[]): ConversionArm {
  let n = 0;
  let conversions = 0;
  let noiseVariance = 0;
  let sizeNoiseVariance = 0;
  for (const cell of cells) {
    n += finite('cells.n', cell.n);
    conversions += finite('cells.conversions', cell.conversions);
    noiseVariance += nonNegative('cells.noiseVariance', cell.noiseVariance);
    sizeNoiseVariance += nonNegative('cells.sizeNoiseVariance', cell.sizeNoiseVariance ?? 0);
  }
  return { n, conversions, noiseVariance, sizeNoiseVariance };
}
