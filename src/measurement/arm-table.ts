import type { Estimate } from './figures.js';
import { type Heterogeneity, heterogeneity } from './heterogeneity.js';
import { holmAdjust } from './holm.js';
import { ensure } from './input.js';

/** What places a cell in the table: its arm, and its cohort within the arm. Every pair occurs at most once. */
export interface CellLabels {
  readonly arm: string;
  readonly cohort: string;
}

/** What every kind of lift has, and the table needs. */
export interface Comparison {
  readonly absolute: Estimate;
  readonly pValue: number | null;
}

export interface ArmLift<Lift> {
  readonly arm: string;
  readonly lift: Lift;
}

export interface OverallLift<Lift> extends ArmLift<Lift> {
  /** p-value after Holm's correction over the treatment arms. */
  readonly adjustedPValue: number | null;
  /** Whether the absolute effect differs between the cohorts; `null` with fewer than two cohorts to compare. */
  readonly heterogeneity: Heterogeneity | null;
}

export interface CohortLift<Lift> {
  readonly cohort: string;
  /** One entry for each treatment arm that has a cell in this cohort; empty when the control arm has none. */
  readonly arms: readonly ArmLift<Lift>[];
}

export interface LiftTable<Lift> {
  readonly controlArm: string;
  /** In the order of their first cell. */
  readonly treatmentArms: readonly string[];
  /** Each treatment arm against the control arm, over the cohorts together. */
  readonly overall: readonly OverallLift<Lift>[];
  /** The same within each cohort, in the order of their first cell. */
  readonly cohorts: readonly CohortLift<Lift>[];
  /**
   * Cohorts that lack a cell of some arm. Their other cells still count towards `overall`, where arms may then differ
   * in make-up; a report should say so.
   */
  readonly incompleteCohorts: readonly string[];
}

export interface LiftTableInput<Cell extends CellLabels, Arm, Lift extends Comparison> {
  readonly cells: readonly Cell[];
  /** The arm every other arm is compared with. */
  readonly controlArm: string;
  /** One arm out of all its cells. */
  readonly sumCells: (cells: readonly Cell[]) => Arm;
  readonly compare: (treatment: Arm, control: Arm) => Lift;
}

type CellsByCohort<Cell> = ReadonlyMap<string, Cell>;

/**
 * Lift of every treatment arm against the control arm, overall and within each cohort.
 *
 * Throws `measurement/invalid-input` for an arm and cohort that occur twice, a control arm without a cell, no treatment
 * arm, and for what `compare` refuses.
 */
export function liftTable<Cell extends CellLabels, Arm, Lift extends Comparison>(
  input: LiftTableInput<Cell, Arm, Lift>,
): LiftTable<Lift> {
  const { controlArm, sumCells, compare } = input;
  const arms = groupCells(input.cells);
  const control = arms.get(controlArm);
  ensure(control !== undefined, 'controlArm', 'an arm that has a cell');
  const treatments = [...arms].filter(([arm]) => arm !== controlArm);
  ensure(treatments.length > 0, 'cells', 'of at least one arm beside the control arm');

  const labels = [...new Set(input.cells.map(({ cohort }) => cohort))];
  const cohorts = labels.map((cohort) => {
    const controlCell = control.get(cohort);
    const lifts = treatments.flatMap(([arm, cells]) => {
      const cell = cells.get(cohort);
      if (cell === undefined || controlCell === undefined) return [];
      return [{ arm, lift: compare(sumCells([cell]), sumCells([controlCell])) }];
    });
    return { cohort, arms: lifts };
  });

  const controlTotal = sumCells([...control.values()]);
  const overall = treatments.map(([arm, cells]) => ({
    arm,
    lift: compare(sumCells([...cells.values()]), controlTotal),
  }));
  const adjusted = holmAdjust(overall.map(({ lift }) => lift.pValue));
  return {
    controlArm,
    treatmentArms: treatments.map(([arm]) => arm),
    overall: overall.map(({ arm, lift }, i) => ({
      arm,
      lift,
      adjustedPValue: adjusted[i] ?? null,
      heterogeneity: heterogeneity(
        cohorts.flatMap((cohort) =>
          cohort.arms.filter((entry) => entry.arm === arm).map((entry) => entry.lift.absolute),
        ),
      ),
    })),
    cohorts,
    incompleteCohorts: labels.filter((cohort) => [...arms.values()].some((cells) => !cells.has(cohort))),
  };
}

/** Cells by arm and then by cohort, both in the order they first occur. */
function groupCells<Cell extends CellLabels>(cells: readonly Cell[]): Map<string, CellsByCohort<Cell>> {
  const arms = new Map<string, Map<string, Cell>>();
  for (const cell of cells) {
    const inArm = arms.get(cell.arm) ?? new Map<string, Cell>();
    ensure(!inArm.has(cell.cohort), 'cells', 'different in arm or cohort, each from each');
    arms.set(cell.arm, inArm.set(cell.cohort, cell));
  }
  return arms;
}
