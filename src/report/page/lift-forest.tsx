import type { ReactNode } from 'react';
import type { Language } from '../language.js';
import type { LiftFigures, Outcome } from '../outcome.js';
import { outcomeNoise } from '../words.js';
import { Chart, Terms } from './chart.js';
import { describeRows } from './describe.js';
import { type DrawnRow, drawRows } from './rows-drawing.js';

/** More rows than this make no drawing that anybody reads. */
const MOST_ROWS = 120;

/** Forest plot of the differences to the control arm: arms over all cohorts, then each cohort. */
export function LiftForest({
  outcome,
  language,
}: {
  readonly outcome: Outcome;
  readonly language: Language;
}): ReactNode {
  const { lifts, unit } = outcome;
  if (lifts === null) return null;
  const { t, locale } = language;
  const rowOf = (figures: LiftFigures): DrawnRow => drawnLift(outcome, figures, language);
  const all: DrawnRow[] = [
    ...(lifts.cohorts.length > 0 ? [{ name: t('report.forest.allCohorts'), isHeading: true }] : []),
    ...lifts.overall.map(rowOf),
    ...lifts.cohorts.flatMap((figures, i) => [
      ...(lifts.cohorts[i - 1]?.cohort === figures.cohort
        ? []
        : [{ name: figures.cohort ?? '', isHeading: true }]),
      rowOf(figures),
    ]),
  ];
  const rows = all.slice(0, MOST_ROWS);
  return (
    <Chart
      title={t('report.forest.title', { percent: Math.round(100 * lifts.confidence) })}
      description={describeRows(rows, language)}
      drawings={drawRows({
        rows,
        kind: 'points',
        axisTitle: t(unit.kind === 'share' ? 'report.forest.axisShare' : 'report.forest.axisAmount'),
        locale,
      })}
    >
      <Terms
        lines={[
          t('report.forest.read'),
          ...(all.length > rows.length
            ? [t('report.chart.more', { shown: rows.length, count: all.length })]
            : []),
          ...outcomeNoise(outcome, language),
        ]}
      />
    </Chart>
  );
}

function drawnLift(
  { unit }: Outcome,
  { arm, absolute, noiseDominated }: LiftFigures,
  { figures, t }: Language,
): DrawnRow {
  const format = figures.of(unit);
  const { value, interval, standardError } = absolute;
  const scale = unit.kind === 'share' ? 100 : 1;
  return {
    name: arm,
    text: figures.withInterval(absolute, (figure) => format.difference(figure, standardError)),
    ...(noiseDominated ? { remark: t('report.noisy') } : {}),
    value: value === null ? null : value * scale,
    interval: interval === null ? null : { lower: interval.lower * scale, upper: interval.upper * scale },
    isWeak: interval === null || (interval.lower <= 0 && interval.upper >= 0),
  };
}
