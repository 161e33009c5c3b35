import {
  type Estimate,
  type ValueArm,
  type ValueLift,
  type ValueTable,
  minimumDetectableValueEffect,
  returnOnSpend,
  sumValueCells,
  valueLift,
  valueTable,
} from '../measurement/index.js';
import { REPORT_CONFIDENCE, REPORT_POWER } from './confidence.js';
import { type Experiment, type ExperimentInput, type PlacedCell, entryOf } from './experiment.js';
import { type Consequences, type ValueTableJson, plainJson } from './report-types.js';

/** Noisy sums and sums of squares for each of the session's cells, in quanta and squared quanta. */
export interface NoisyMoments {
  readonly sums: readonly number[];
  readonly sumNoiseVariance: number;
  readonly sumNoiseFourthCumulant: number;
  readonly squares: readonly number[];
  readonly squaresNoiseVariance: number;
  /** The most that one person's square adds to the variance by being rounded to a unit up or down. */
  readonly squaresRoundingVariance: number;
  /** One quantum in the unit of the measure: 0.01 for cents of a euro amount. */
  readonly quantum: number;
}

/** Some cells as one arm of a comparison of amounts. */
export function valueArm(cells: readonly PlacedCell[], moments: NoisyMoments): ValueArm {
  return sumValueCells(
    cells.map(({ index, size }) => ({
      n: size,
      sumQuanta: moments.sums[index] ?? 0,
      sumNoiseVariance: moments.sumNoiseVariance,
      sumNoiseFourthCumulant: moments.sumNoiseFourthCumulant,
      sumOfSquaresQuanta: moments.squares[index] ?? 0,
      sumOfSquaresNoiseVariance: moments.squaresNoiseVariance + size * moments.squaresRoundingVariance,
    })),
  );
}

/** Amount of an average person of `arm`, in the unit of the measure. */
export function meanOfArm(arm: ValueArm, quantum: number): Estimate {
  // The mean is a part of every comparison of the arm, also of that with itself.
  const lift = valueLift({
    treatment: arm,
    control: arm,
    confidence: REPORT_CONFIDENCE,
    quantumMinorUnits: quantum,
  });
  return lift.treatment.mean;
}

/**
 * Lift in the amount per person, in the unit of the measure: what the measurement room calls minor units is here
 * whatever `quantum` is a part of. `null` when there is nothing to compare.
 */
export function valueLiftOf(experiment: Experiment, moments: NoisyMoments): ValueTable | null {
  if (!experiment.comparable) return null;
  return valueTable({
    cells: experiment.groups.map(({ arm, cohort, cells }) => ({ arm, cohort, ...valueArm(cells, moments) })),
    controlArm: experiment.control,
    confidence: REPORT_CONFIDENCE,
    quantumMinorUnits: moments.quantum,
  });
}

/** The table in the names of the report, which speaks of the measure's own unit. */
export function valueTableJson(table: ValueTable): ValueTableJson {
  const armOf = ({ sumMinorUnits, sumNoiseMinorUnits, ...arm }: ValueLift['treatment']) => ({
    ...arm,
    sum: sumMinorUnits,
    sumNoise: sumNoiseMinorUnits,
  });
  const liftOf = ({ incrementalValueMinorUnits, treatment, control, ...lift }: ValueLift) => ({
    ...lift,
    treatment: armOf(treatment),
    control: armOf(control),
    incrementalValue: incrementalValueMinorUnits,
  });
  const ofArm = <Entry extends { readonly lift: ValueLift }>(entry: Entry) => ({
    ...entry,
    lift: liftOf(entry.lift),
  });
  return plainJson({
    ...table,
    overall: table.overall.map(ofArm),
    cohorts: table.cohorts.map(({ cohort, arms }) => ({ cohort, arms: arms.map(ofArm) })),
  });
}

/** What follows from a lift in amounts: detectable effect, and what the money spent brought. */
export function valueConsequences(table: ValueTable, input: ExperimentInput): Consequences {
  const costs = table.overall.flatMap(({ arm, lift }) => {
    const spent = entryOf(input.costs, arm);
    if (spent === undefined) return [];
    const returned = spent > 0 ? plainJson(returnOnSpend(lift.incrementalValueMinorUnits, spent)) : null;
    return [{ arm, spent, returnOnSpend: returned, costPerIncremental: null }];
  });
  return {
    detectable: table.overall.map(({ arm, lift }) => ({ arm, power: REPORT_POWER, ...detectable(lift) })),
    costs: input.costs === undefined ? null : costs,
    exposed: null,
  };
}

function detectable({ treatment, control }: ValueLift): { absolute: number | null; relative: number | null } {
  const none = { absolute: null, relative: null };
  const { value, standardError } = control.mean;
  if (treatment.n === 0 || value === null || standardError === null) return none;
  // The standard error holds the spread of the people and the noise; only the former is the same in both arms.
  const spread = control.n * standardError ** 2 - control.sumNoiseMinorUnits ** 2 / control.n;
  if (spread <= 0) return none;
  const [t, c] = [1 / treatment.n ** 2, 1 / control.n ** 2];
  return minimumDetectableValueEffect({
    treatmentN: treatment.n,
    controlN: control.n,
    meanMinorUnits: value,
    standardDeviationMinorUnits: Math.sqrt(spread),
    noiseVariancePerArm:
      (treatment.sumNoiseMinorUnits ** 2 * t + control.sumNoiseMinorUnits ** 2 * c) / (t + c),
    confidence: REPORT_CONFIDENCE,
    power: REPORT_POWER,
  });
}
