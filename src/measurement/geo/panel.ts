import { ensure, finite } from '../input.js';

/** Outcome of one geographic region, one figure a day (or another period), all regions over the same days. */
export interface GeoSeries {
  readonly geo: string;
  readonly values: readonly number[];
}

/** Days before the experiment, and the days of the experiment that follow. A cool-down counts as part of it. */
export interface GeoPeriods {
  readonly pretestDays: number;
  readonly testDays: number;
}

/** Checks that the days add up and that every region has a finite figure for each of them. */
export function checkPanel(field: string, series: readonly GeoSeries[], periods: GeoPeriods): void {
  const { pretestDays, testDays } = periods;
  ensure(
    Number.isSafeInteger(pretestDays) && pretestDays >= 1,
    'periods.pretestDays',
    'a whole number above zero',
  );
  ensure(Number.isSafeInteger(testDays) && testDays >= 1, 'periods.testDays', 'a whole number above zero');
  ensure(series.length > 0, field, 'one region or more');
  for (const { values } of series) {
    ensure(
      values.length === pretestDays + testDays,
      `${field}.values`,
      'one figure for each day of both periods',
    );
    for (const value of values) finite(`${field}.values`, value);
  }
}

/** One figure a day over several regions. */
export function totalByDay(series: readonly GeoSeries[]): number[] {
  const days = series[0]?.values.length ?? 0;
  return Array.from({ length: days }, (_, day) =>
    series.reduce((total, { values }) => total + (values[day] ?? 0), 0),
  );
}

/** The regions' mean, one figure a day. */
export function meanByDay(series: readonly GeoSeries[]): number[] {
  return totalByDay(series).map((total) => total / series.length);
}

/** Each region less its own mean over the first `days`: regions of different size then move on one scale. */
export function demean(series: readonly GeoSeries[], days: number): GeoSeries[] {
  return series.map(({ geo, values }) => {
    const level = values.slice(0, days).reduce((total, value) => total + value, 0) / days;
    return { geo, values: values.map((value) => value - level) };
  });
}
