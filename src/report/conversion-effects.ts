import {
  type Cace,
  type ConversionArm,
  type ConversionLift,
  type ConversionTable,
  cace,
  conversionTable,
  costPerOutcome,
  minimumDetectableConversionEffect,
  sumConversionCells,
} from '../measurement/index.js';
import { REPORT_CONFIDENCE, REPORT_POWER } from './confidence.js';
import { type Experiment, type ExperimentInput, type PlacedCell, cellsOfArm, entryOf } from './experiment.js';
import { type Consequences, plainJson } from './report-types.js';

/** A noisy count for each of the session's cells, all with the same noise. */
export interface NoisyCounts {
  readonly counts: readonly number[];
  readonly noiseVariance: number;
  readonly noiseFourthCumulant: number;
}

/** Some cells as one arm of a comparison of shares. */
export function conversionArm(
  cells: readonly PlacedCell[],
  { counts, ...noise }: NoisyCounts,
): ConversionArm {
  return sumConversionCells(
    cells.map(({ index, size }) => ({ n: size, conversions: counts[index] ?? 0, ...noise })),
  );
}

/** Lift in the share of people; `null` when there is nothing to compare. */
export function conversionLiftOf(experiment: Experiment, counts: NoisyCounts): ConversionTable | null {
  if (!experiment.comparable) return null;
  return conversionTable({
    cells: experiment.groups.map(({ arm, cohort, cells }) => ({
      arm,
      cohort,
      ...conversionArm(cells, counts),
    })),
    controlArm: experiment.control,
    confidence: REPORT_CONFIDENCE,
  });
}

/** What follows from a lift in shares: detectable effect, cost of an outcome, effect on exposed people. */
export function conversionConsequences(
  table: ConversionTable,
  { experiment, counts, input }: { experiment: Experiment; counts: NoisyCounts; input: ExperimentInput },
): Consequences {
  const costs = table.overall.flatMap(({ arm, lift }) => {
    const spent = entryOf(input.costs, arm);
    if (spent === undefined) return [];
    const costPerIncremental = plainJson(costPerOutcome(lift.incrementalConversions, spent));
    return [{ arm, spent, returnOnSpend: null, costPerIncremental }];
  });
  return {
    detectable: table.overall.map(({ arm, lift }) => ({ arm, power: REPORT_POWER, ...detectable(lift) })),
    costs: input.costs === undefined ? null : costs,
    exposed:
      experiment.exposure === null
        ? null
        : experiment.treatment.map((arm) => ({
            arm,
            ...plainJson(effectOnExposed(experiment, arm, counts)),
          })),
  };
}

function detectable({ treatment, control }: ConversionLift): {
  absolute: number | null;
  relative: number | null;
} {
  const none = { absolute: null, relative: null };
  if (treatment.n === 0 || control.n === 0) return none;
  const baseRate = Math.max(0, control.conversions / control.n);
  if (baseRate >= 1) return none;
  // One variance for both arms that gives the difference the noise which it has.
  const [t, c] = [1 / treatment.n ** 2, 1 / control.n ** 2];
  const noiseVariancePerArm = (treatment.noiseVariance * t + control.noiseVariance * c) / (t + c);
  const plan = {
    treatmentN: treatment.n,
    controlN: control.n,
    baseRate,
    noiseVariancePerArm,
    confidence: REPORT_CONFIDENCE,
    power: REPORT_POWER,
  };
  return minimumDetectableConversionEffect(plan) ?? none;
}

function effectOnExposed(experiment: Experiment, arm: string, counts: NoisyCounts): Cace {
  const split = (name: string) => {
    const cells = cellsOfArm(experiment, name);
    const exposed = cells.filter((cell) => cell.exposed);
    const unexposed = conversionArm(
      cells.filter((cell) => !cell.exposed),
      counts,
    );
    return exposed.length === 0 ? { unexposed } : { exposed: conversionArm(exposed, counts), unexposed };
  };
  return cace({
    treatment: split(arm),
    control: split(experiment.control),
    confidence: REPORT_CONFIDENCE,
  });
}
