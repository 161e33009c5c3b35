import type { ReactNode } from 'react';
import type { Language } from '../language.js';
import type { Outcome } from '../outcome.js';
import { outcomeNoise } from '../words.js';
import { Chart, Terms } from './chart.js';
import { describeRows } from './describe.js';
import { type DrawnRow, drawRows } from './rows-drawing.js';

/** More bars than this make no drawing that anybody reads. */
const MOST_ROWS = 120;

/** A bar for each cell: its rate or mean, with the interval as error bar. */
export function CellBars({
  outcome,
  language,
}: {
  readonly outcome: Outcome;
  readonly language: Language;
}): ReactNode {
  const { cells, unit } = outcome;
  if (cells.length === 0) return null;
  const { t, figures, locale } = language;
  const format = figures.of(unit);
  const scale = unit.kind === 'share' ? 100 : 1;
  const withIntervals = cells.some(({ mean }) => mean.interval !== null);
  const rows = cells.slice(0, MOST_ROWS).map(({ name, mean, noiseDominated }): DrawnRow => {
    const { value, interval } = mean;
    return {
      name,
      text: withIntervals ? format.meanWithInterval(mean) : format.mean(mean),
      ...(noiseDominated ? { remark: t('report.noisy') } : {}),
      value: value === null ? null : value * scale,
      interval: interval === null ? null : { lower: interval.lower * scale, upper: interval.upper * scale },
      isWeak: noiseDominated,
    };
  });
  const ofShare = unit.kind === 'share';
  return (
    <Chart
      title={t(ofShare ? 'report.bars.titleShare' : 'report.bars.titleAmount', {
        ranges: withIntervals ? 'yes' : 'no',
      })}
      description={describeRows(rows, language)}
      drawings={drawRows({
        rows,
        kind: 'bars',
        axisTitle: t(ofShare ? 'report.bars.axisShare' : 'report.bars.axisAmount'),
        locale,
      })}
    >
      <Terms
        lines={[
          t('report.bars.read'),
          ...(cells.length > rows.length
            ? [t('report.chart.more', { shown: rows.length, count: cells.length })]
            : []),
          ...outcomeNoise(outcome, language),
        ]}
      />
    </Chart>
  );
}
