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
  type ArmLift,
  type CohortLift,
  type ConversionCell,
  type ConversionTable,
  type ConversionTableInput,
  conversionTable,
  sumCells,
} from './cohort-table.js';
