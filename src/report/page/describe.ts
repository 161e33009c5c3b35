import type { Language } from '../language.js';
import type { DrawnRow } from './rows-drawing.js';

/** What a drawing of rows shows, in a sentence. */
export function describeRows(rows: readonly DrawnRow[], { t, figures }: Language): string {
  const values = rows.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  if (values.length === 0) return t('report.chart.empty');
  return t('report.chart.figures', {
    count: values.length,
    low: figures.brief(Math.min(...values)),
    high: figures.brief(Math.max(...values)),
  });
}
