import type { ReactNode } from 'react';
import { type Language, carriedWords } from '../language.js';
import { type Outcome, outcomesOf } from '../outcome.js';
import type { Report } from '../report-schema.js';
import type { Table } from '../tables.js';
import { countNoise, outcomeNoise } from '../words.js';
import { Chart, Terms } from './chart.js';
import { describeRows } from './describe.js';
import { Facts } from './facts.js';
import { Said, harmless } from './names.js';
import { ReportTable } from './report-table.js';
import { drawRows } from './rows-drawing.js';

type Frequency = NonNullable<Report['frequency']>;
interface Props {
  readonly report: Report;
  readonly language: Language;
}

/** How many people were reached, and how often. */
export function ReachSection({ report, language }: Props): ReactNode {
  const { reach, frequency } = report;
  if (reach === null && frequency === null) return null;
  return (
    <section>
      <h2>{language.t('report.reach.title')}</h2>
      {reach !== null && <Reach reach={reach} report={report} language={language} />}
      {frequency !== null && <FrequencyPart frequency={frequency} report={report} language={language} />}
    </section>
  );
}

function Reach({
  reach,
  report,
  language,
}: Props & { readonly reach: NonNullable<Report['reach']> }): ReactNode {
  const { t, figures } = language;
  const count = (figure: typeof reach.matched): string => {
    const shown = figures.withInterval(figure, figures.number);
    return figure.noiseDominated ? `${shown}, ${t('report.noisy')}` : shown;
  };
  return (
    <>
      <Facts
        facts={[
          [t('report.reach.exposed'), figures.number(reach.exposedPeople)],
          [t('report.reach.matched'), count(reach.matched)],
          [t('report.reach.reached'), count(reach.reached)],
          [t('report.reach.shareOfMatched'), figures.withInterval(reach.shareOfMatched, figures.relative)],
          [
            t('report.reach.shareOfAudience', { audience: figures.number(reach.audience) }),
            figures.withInterval(reach.shareOfAudience, figures.relative),
          ],
        ]}
      />
      <Terms lines={[t('report.reach.terms'), countNoise(report.privacy.counts, language)]} />
    </>
  );
}

function FrequencyPart({
  frequency,
  report,
  language,
}: Props & { readonly frequency: Frequency }): ReactNode {
  const { t, figures, locale } = language;
  const { buckets, missing, averageExposures, confidence } = frequency;
  if (missing !== null) {
    return <p>{harmless(t('report.frequency.missing', { reason: carriedWords(missing, language) }))}</p>;
  }
  const percent = (value: number): number => 100 * value;
  const rows = buckets
    .filter(({ leastExposures }) => leastExposures > 0)
    .map(({ label, shareAtLeast: { value, interval }, matchedAtLeast, shareAtLeast }) => ({
      name: label,
      text: figures.withInterval(shareAtLeast, figures.relative),
      ...(matchedAtLeast.noiseDominated ? { remark: t('report.noisy') } : {}),
      value: value === null ? null : percent(value),
      interval: interval && { lower: percent(interval.lower), upper: percent(interval.upper) },
      isWeak: matchedAtLeast.noiseDominated,
    }));
  const terms = [t('report.reach.terms'), countNoise(report.privacy.counts, language)];
  return (
    <>
      {averageExposures !== null && (
        <Facts
          facts={[
            [
              t('report.reach.average'),
              figures.withInterval(averageExposures, (value) => figures.decimal(value, 2)),
            ],
          ]}
        />
      )}
      <Chart
        title={t('report.frequency.chart', { percent: Math.round(100 * confidence) })}
        description={describeRows(rows, language)}
        drawings={drawRows({ rows, kind: 'bars', axisTitle: t('report.frequency.axis'), locale })}
      >
        <Terms lines={[t('report.bars.read'), ...terms]} />
      </Chart>
      <ReportTable
        table={bucketTable(frequency, language)}
        caption={t('report.frequency.caption')}
        notes={terms}
        language={language}
      />
      {outcomesOf(report).map((outcome) => (
        <OutcomeByFrequency
          key={outcome.name ?? ''}
          frequency={frequency}
          outcome={outcome}
          language={language}
        />
      ))}
    </>
  );
}

function bucketTable({ buckets }: Frequency, { t, figures }: Language): Table {
  return {
    header: [
      t('report.frequency.exposures'),
      t('report.table.people'),
      t('report.table.matched'),
      t('report.table.share'),
      t('report.frequency.shareAtLeast'),
      '',
    ],
    rows: buckets.map(({ label, people, matched, shareOfMatched, shareAtLeast }) => ({
      name: label,
      cells: [
        figures.number(people),
        figures.withInterval(matched, figures.number),
        figures.withInterval(shareOfMatched, figures.relative),
        figures.withInterval(shareAtLeast, figures.relative),
        matched.noiseDominated ? t('report.noisy') : '',
      ],
    })),
  };
}

/** What the people of each bucket did, of one measure. */
function OutcomeByFrequency({
  frequency: { buckets },
  outcome,
  language,
}: {
  readonly frequency: Frequency;
  readonly outcome: Outcome;
  readonly language: Language;
}): ReactNode {
  const { t, figures, say } = language;
  const { name, unit } = outcome;
  const format = figures.of(unit);
  const rows = buckets.flatMap(({ label, outcomes }) => {
    const found = outcomes.find(({ measure }) => measure === name);
    if (found === undefined) return [];
    return [
      {
        name: label,
        cells: [
          format.total(found.sum),
          format.meanWithInterval(found.mean),
          found.noiseDominated ? t('report.noisy') : '',
        ],
      },
    ];
  });
  if (rows.length === 0) return null;
  const header = [
    t('report.frequency.exposures'),
    t(name === null ? 'report.table.matched' : 'report.table.sum'),
    t(unit.kind === 'share' ? 'report.table.rate' : 'report.table.mean'),
    '',
  ];
  return (
    <>
      {name !== null && (
        <h3>
          <Said sentence={say('report.outcome.measure', { measure: { name } })} language={language} />
        </h3>
      )}
      <ReportTable
        table={{ header, rows }}
        caption={t('report.frequency.outcomes')}
        notes={[t('report.frequency.noEffect'), ...outcomeNoise(outcome, language)]}
        language={language}
      />
    </>
  );
}
