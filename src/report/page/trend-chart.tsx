import type { ReactNode } from 'react';
import { type Locale, type Translate, formatsOf } from '../../messages/index.js';
import { languageOf } from '../language.js';
import { Chart, Terms } from './chart.js';
import { type DrawnLine, drawLines } from './lines-drawing.js';
import { Name } from './names.js';

export interface TrendPoint {
  /** RFC 3339. */
  readonly at: string;
  /** `null` leaves a gap. */
  readonly value: number | null;
  readonly lower?: number | null;
  readonly upper?: number | null;
}

export interface TrendSeries {
  readonly name: string;
  readonly points: readonly TrendPoint[];
}

/** Lines over time, each with the band of its intervals. A table of the same figures belongs beside it. */
export function TrendChart({
  title,
  axisTitle,
  series,
  t,
  locale = 'en',
}: {
  readonly title: string;
  /** What the figures count, such as `percent`. */
  readonly axisTitle: string;
  readonly series: readonly TrendSeries[];
  readonly t: Translate;
  readonly locale?: Locale;
}): ReactNode {
  const formats = formatsOf(locale);
  const values = series.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []));
  const lines = series.map(({ name, points }): DrawnLine => ({
    name,
    points: points.map(({ at, value, lower, upper }) => ({
      x: Date.parse(at),
      value,
      lower: lower ?? null,
      upper: upper ?? null,
    })),
  }));
  const hasBands = series.some(({ points }) => points.some(({ lower }) => typeof lower === 'number'));
  return (
    <LinesChart
      title={title}
      description={
        values.length === 0
          ? t('report.chart.empty')
          : t('report.chart.figures', {
              count: values.length,
              low: formats.number(Math.min(...values)),
              high: formats.number(Math.max(...values)),
            })
      }
      lines={lines}
      axisTitle={axisTitle}
      labelOf={(x) => formats.date(new Date(x), 'UTC')}
      locale={locale}
      terms={hasBands ? [t('report.trend.read')] : []}
    />
  );
}

/** Lines with a legend. Each differs from the others by its dashes too, not by its colour alone. */
export function LinesChart({
  title,
  description,
  lines,
  axisTitle,
  isFitted = false,
  labelOf,
  locale,
  terms,
}: {
  readonly title: string;
  readonly description: string;
  readonly lines: readonly DrawnLine[];
  readonly axisTitle: string;
  readonly isFitted?: boolean;
  readonly labelOf: (x: number) => string;
  readonly locale: Locale;
  readonly terms: readonly string[];
}): ReactNode {
  return (
    <Chart
      title={title}
      description={description}
      drawings={drawLines({ lines, axisTitle, isFitted, labelOf, locale })}
    >
      {lines.length > 1 && (
        <ul className="legend">
          {lines.map(({ name }, i) => (
            <li key={i}>
              <svg width="36" height="10" viewBox="0 0 36 10" aria-hidden="true">
                <line className={`line series-${i % 4}`} x1="0" x2="36" y1="5" y2="5" />
              </svg>{' '}
              <Name name={name} language={languageOf(locale)} />
            </li>
          ))}
        </ul>
      )}
      <Terms lines={terms} />
    </Chart>
  );
}
