import type { ReactNode } from 'react';
import { TrendChart } from '../../../report/page/index.js';
import type { TrendRun } from '../../../admin/index.js';
import { Section, useLocale, useT } from '../../kit/index.js';
import { budgetPoints, known, liftSeries, matchPoints, type Point } from './series.js';

/** The course of each figure over the runs. */
export function Courses({ runs }: { readonly runs: readonly TrendRun[] }): ReactNode {
  const t = useT();
  return (
    <>
      <Course title={t('trend.match.title')} axis={t('trend.match.axis')} points={matchPoints(runs)} />
      {liftSeries(runs).map(({ measure, arm, points }) => (
        <Course
          key={JSON.stringify([measure, arm])}
          title={t('trend.lift.title', { measure: measure ?? t('trend.lift.conversions'), arm })}
          axis={t('trend.lift.axis')}
          points={points}
        />
      ))}
      <Course title={t('trend.budget.title')} axis={t('trend.budget.axis')} points={budgetPoints(runs)} />
    </>
  );
}

function Course({
  title,
  axis,
  points,
}: {
  readonly title: string;
  readonly axis: string;
  readonly points: readonly Point[];
}): ReactNode {
  const t = useT();
  const locale = useLocale();
  const count = known(points);
  if (count === 0) return null;
  return (
    <Section title={title}>
      {count < 2 ? (
        <p>{t('trend.few', { count })}</p>
      ) : (
        <TrendChart title={title} axisTitle={axis} series={[{ name: title, points }]} t={t} locale={locale} />
      )}
    </Section>
  );
}
