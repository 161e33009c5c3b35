export type { Estimate, Interval, MissingReason, RatioEstimate } from './figures.js';
export type { Count } from './input.js';
export {
  type ConversionArm,
  type ConversionArmSummary,
  type ConversionLift,
  type ConversionLiftInput,
  conversionLift,
} from './lift-conversion.js';
export {
  type ValueArm,
  type ValueArmSummary,
  type ValueLift,
  type ValueLiftInput,
  valueLift,
} from './lift-value.js';
export type { ArmLift, CellLabels, CohortLift, LiftTable, OverallLift } from './arm-table.js';
export {
  type ConversionCell,
  type ConversionTable,
  type ConversionTableInput,
  type ValueCell,
  type ValueTable,
  type ValueTableInput,
  conversionTable,
  sumConversionCells,
  sumValueCells,
  valueTable,
} from './cohort-table.js';
export { holmAdjust } from './holm.js';
export { type Heterogeneity, heterogeneity } from './heterogeneity.js';
export { costPerOutcome, returnOnSpend } from './return-on-spend.js';
export {
  type SampleRatioArm,
  type SampleRatioCheck,
  type SampleRatioInput,
  sampleRatioCheck,
} from './sample-ratio.js';
export {
  type ConversionPlan,
  type DetectableEffect,
  type ValuePlan,
  minimumDetectableConversionEffect,
  minimumDetectableValueEffect,
  powerOfTest,
} from './power.js';
export {
  type NeededEpsilon,
  type PlanAtEpsilon,
  type PlannerInput,
  type WantedEffect,
  epsilonForEffect,
  planEffects,
} from './planner.js';
export { type Cace, type CaceInput, type ExposureArm, cace } from './cace.js';
export type { CheckedCount, CountEstimate, NoisyCount } from './noise-interval.js';
export {
  type FrequencyBucket,
  type FrequencyDistribution,
  type FrequencyInput,
  type FrequencyShare,
  type Overlap,
  type OverlapInput,
  type Reach,
  type ReachInput,
  frequencyDistribution,
  overlap,
  reach,
} from './reach.js';
export { MATCH_RATE_CAP_PERCENT, type MatchRate, type MatchRateInput, matchRate } from './match-rate.js';
export { type CohortKpi, type CohortKpiInput, cohortKpi } from './kpi.js';
export {
  type AttributedCell,
  type AttributionCell,
  type AttributionInput,
  type AttributionWindow,
  type ConversionDays,
  type SelectedColumns,
  attribute,
  attributionColumns,
} from './attribution.js';
export {
  type FigureTree,
  type ReconciledTotal,
  reconcileTotal,
  roundConsistently,
} from './consistent-totals.js';
export {
  type Alternative,
  type OneSidedTest,
  type Statistic,
  type TwoSidedTest,
  oneSidedTest,
  probabilityAbove,
  twoSidedTest,
} from './wald.js';
export { type ArmMean, type MeanComparison, compareMeans, differenceOfMeans } from './mean-comparison.js';
export {
  type Posterior,
  type SequentialInput,
  type SequentialTest,
  flatPriorPosterior,
  relativeByDeltaMethod,
  sequentialTest,
} from './platform-methods.js';
export type { GeoPeriods, GeoSeries } from './geo/panel.js';
export {
  type TimeBasedRegression,
  type TimeBasedRegressionInput,
  timeBasedRegression,
} from './geo/time-based-regression.js';
export {
  type GeoBasedRegression,
  type GeoBasedRegressionInput,
  type GeoTotals,
  geoBasedRegression,
} from './geo/geo-based-regression.js';
export {
  type Assignment,
  type DifferenceInDifferences,
  type DifferenceInDifferencesInput,
  allAssignments,
  differenceInDifferences,
} from './geo/difference-in-differences.js';
export {
  type DonorWeight,
  type SyntheticControl,
  type SyntheticControlInput,
  syntheticControl,
  syntheticControlFromWeights,
  syntheticControlPValue,
} from './geo/synthetic-control.js';
export { syntheticControlInterval } from './geo/synthetic-interval.js';
export { assignmentCount, sampledAssignments } from './geo/sampled-assignments.js';
