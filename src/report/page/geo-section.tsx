import type { ReactNode } from 'react';
import { type Language, carriedWords } from '../language.js';
import { type Outcome, outcomesOf } from '../outcome.js';
import type { Report } from '../report-schema.js';
import type { Table } from '../tables.js';
import { confidenceWords, outcomeNoise } from '../words.js';
import { Facts } from './facts.js';
import { Name, Said, harmless } from './names.js';
import { ReportTable } from './report-table.js';
import { LinesChart } from './trend-chart.js';

type Geo = NonNullable<Report['geo']>;
type GeoOutcome = Geo['outcomes'][number];

/** Half the width of a 95 % interval in standard deviations. */
const DEVIATIONS = 1.96;

/** What a geo experiment found: the regions, each method's estimate, and the series they stand on. */
export function GeoSection({
  report,
  language,
}: {
  readonly report: Report;
  readonly language: Language;
}): ReactNode {
  const { geo } = report;
  if (geo === null) return null;
  const { t, say } = language;
  const periods = say('report.geo.periodsLine', {
    pretest: geo.pretestPeriods,
    test: geo.testPeriods,
    start: { name: geo.startsAt },
  });
  const outcomes = outcomesOf(report);
  return (
    <section>
      <h2>{t('report.geo.title')}</h2>
      <Facts
        facts={[
          [t('report.geo.treated'), <Names key="t" names={geo.treated} language={language} />],
          [t('report.geo.control'), <Names key="c" names={geo.control} language={language} />],
          [t('report.geo.periods'), <Said key="p" sentence={periods} language={language} />],
        ]}
      />
      {geo.missing !== null && (
        <p>{harmless(t('report.geo.missing', { reason: carriedWords(geo.missing, language) }))}</p>
      )}
      {geo.outcomes.map((of) => (
        <GeoOutcomePart
          key={of.measure ?? ''}
          geo={geo}
          of={of}
          outcome={outcomes.find(({ name }) => name === of.measure)}
          language={language}
        />
      ))}
    </section>
  );
}

function Names({
  names,
  language,
}: {
  readonly names: readonly string[];
  readonly language: Language;
}): ReactNode {
  return names.map((name, i) => (
    <span key={i}>
      {i > 0 && ', '}
      <Name name={name} language={language} />
    </span>
  ));
}

function GeoOutcomePart({
  geo: { confidence },
  of,
  outcome,
  language,
}: {
  readonly geo: Geo;
  readonly of: GeoOutcome;
  readonly outcome: Outcome | undefined;
  readonly language: Language;
}): ReactNode {
  const { t, say, figures, locale } = language;
  const { measure, series } = of;
  const notes = outcome === undefined ? [] : outcomeNoise(outcome, language);
  const lineOf = (name: string, of: (point: GeoOutcome['series'][number]) => number | null, noise = 0) => ({
    name,
    points: series.map((point, x) => {
      const value = of(point);
      const reach = noise * point.noiseDeviation;
      const hasBand = value !== null && noise > 0;
      return { x, value, lower: hasBand ? value - reach : null, upper: hasBand ? value + reach : null };
    }),
  });
  const values = series.map(({ treated }) => treated);
  return (
    <>
      <h3>
        {measure === null ? (
          t('report.outcome.matched')
        ) : (
          <Said
            sentence={say('report.outcome.measure', { measure: { name: measure } })}
            language={language}
          />
        )}
      </h3>
      <ReportTable
        table={methodTable(of, outcome, language)}
        caption={t('report.geo.methods', { confidence: confidenceWords({ confidence }, language) })}
        notes={notes}
        language={language}
      />
      {series.length > 0 && (
        <>
          <LinesChart
            title={t('report.geo.chart')}
            description={t('report.chart.figures', {
              count: series.length,
              low: figures.brief(Math.min(...values)),
              high: figures.brief(Math.max(...values)),
            })}
            lines={[
              lineOf(t('report.geo.observed'), ({ treated }) => treated, DEVIATIONS),
              lineOf(t('report.geo.predicted'), ({ predicted }) => predicted),
              lineOf(t('report.geo.imitated'), ({ imitated }) => imitated),
            ]}
            axisTitle={t('report.geo.axis')}
            isFitted
            labelOf={(x) => series[x]?.period ?? ''}
            locale={locale}
            terms={[t('report.trend.read'), ...notes]}
          />
          <ReportTable
            table={seriesTable(of, outcome, language)}
            caption={t('report.geo.series')}
            notes={notes}
            language={language}
          />
        </>
      )}
    </>
  );
}

function totalOf(outcome: Outcome | undefined, { figures }: Language): (value: number) => string {
  const unit = outcome?.unit;
  return (value) => figures.decimal(value, unit?.kind === 'amount' ? unit.decimals : 0);
}

function methodTable(of: GeoOutcome, outcome: Outcome | undefined, language: Language): Table {
  const { t, figures } = language;
  const total = totalOf(outcome, language);
  const methods = [
    [t('report.geo.did'), of.differenceInDifferences],
    [t('report.geo.tbr'), of.timeBasedRegression],
    [t('report.geo.synthetic'), of.syntheticControl],
  ] as const;
  return {
    header: [
      t('report.geo.method'),
      t('report.geo.incremental'),
      t('report.table.relative'),
      t('report.table.p'),
      '',
    ],
    rows: methods.map(([name, { result, missing }]) => ({
      name,
      cells:
        result === null
          ? [carriedWords(missing ?? '-', language), '-', '-', '']
          : [
              figures.withInterval(result.incremental, total),
              result.relativeLift === null ? '-' : figures.relative(result.relativeLift),
              figures.pValue(result.pValue),
              result.noiseDominated ? t('report.noisy') : '',
            ],
    })),
  };
}

function seriesTable({ series }: GeoOutcome, outcome: Outcome | undefined, language: Language): Table {
  const { t } = language;
  const total = totalOf(outcome, language);
  const orDash = (value: number | null): string => (value === null ? '-' : total(value));
  return {
    header: [
      t('report.geo.period'),
      t('report.geo.observed'),
      t('report.geo.predicted'),
      t('report.geo.imitated'),
      t('report.geo.controlSum'),
    ],
    rows: series.map(({ period, isTest, treated, control, predicted, imitated }) => ({
      name: period,
      group: t(isTest ? 'report.geo.inTest' : 'report.geo.before'),
      cells: [total(treated), orDash(predicted), orDash(imitated), total(control)],
    })),
  };
}
