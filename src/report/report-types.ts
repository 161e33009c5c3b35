import type { Report } from './report-schema.js';

/** Parts of a report by name. */
export type ReportMeasure = Report['measures'][number];
export type Consequences = Pick<Report, 'detectable' | 'costs' | 'exposed'>;
export type EstimateJson = NonNullable<Report['lift']>['overall'][number]['lift']['absolute'];
export type RatioJson = NonNullable<Report['lift']>['overall'][number]['lift']['relative'];
export type MeasureLift = NonNullable<ReportMeasure['lift']>;
export type ConversionTableJson = NonNullable<Report['lift']>;
export type ValueTableJson = Extract<MeasureLift, { kind: 'value' }>['table'];

/** `Value` without `readonly`, as JSON has no such thing and the schema's types neither. */
export type Mutable<Value> = Value extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : Value extends object
    ? { -readonly [Key in keyof Value]: Mutable<Value[Key]> }
    : Value;

/** A result of the measurement room as the plain JSON that it becomes. */
export function plainJson<Value>(value: Value): Mutable<Value> {
  return structuredClone(value) as Mutable<Value>;
}

/** Nothing follows where there is no lift. */
export const NO_CONSEQUENCES: Consequences = { detectable: null, costs: null, exposed: null };
