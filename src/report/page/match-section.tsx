import type { ReactNode } from 'react';
import type { Language } from '../language.js';
import type { Report } from '../report-schema.js';
import { balanceTable, matchTable, sampleRatioTable } from '../tables.js';
import { countNoise } from '../words.js';
import { Terms } from './chart.js';
import { Facts } from './facts.js';
import { ReportTable } from './report-table.js';

interface Props {
  readonly report: Report;
  readonly language: Language;
}

/** How much of the lists matched. */
export function MatchSection({ report, language }: Props): ReactNode {
  const { mode, cells, lists, privacy, data } = report;
  const { t, figures } = language;
  const terms = privacy.counts === null ? [] : [countNoise(privacy.counts, language)];
  const keys = (count: number): string => t('report.match.keys', { count: figures.number(count) });
  return (
    <section>
      <h2>{t('report.match.title')}</h2>
      <Facts
        facts={[
          [t('report.match.own'), keys(lists.own)],
          [t('report.match.partner'), keys(lists.partner)],
          [t('report.match.matched'), matchedWords(report, language)],
        ]}
      />
      {mode === 'aggregate' && cells.length > 0 ? (
        <ReportTable
          table={matchTable(report, language)}
          caption={t('report.match.cells')}
          notes={terms}
          language={language}
        />
      ) : (
        <Terms lines={terms} />
      )}
      {Object.keys(data.byType).length > 0 && <p>{t('report.match.byType')}</p>}
    </section>
  );
}

function matchedWords({ mode, cells, matchRate, matchedKeys }: Report, { t, figures }: Language): string {
  if (mode === 'psi') {
    return matchedKeys === null
      ? t('report.match.untold')
      : t('report.match.keys', { count: figures.number(matchedKeys) });
  }
  if (cells.length === 0) return t('report.match.untold');
  const rate = matchRate?.text ?? '-';
  return mode === 'psi-ca'
    ? t('report.match.countAndRate', { count: figures.number(cells[0]?.count ?? 0), rate })
    : t('report.match.rate', { rate });
}

/** Whether the arms are what the design made them. */
export function ChecksSection({ report, language }: Props): ReactNode {
  const { sampleRatio, matchBalance, privacy } = report;
  if (sampleRatio === null && matchBalance === null) return null;
  const { t, figures } = language;
  const verdict = ({ mismatch, pValue }: { mismatch: boolean; pValue: number | null }): string =>
    t(mismatch ? 'report.checks.bad' : 'report.checks.good', { p: figures.pValue(pValue) });
  return (
    <section>
      <h2>{t('report.checks.title')}</h2>
      {sampleRatio !== null && (
        <ReportTable
          table={sampleRatioTable(sampleRatio, language)}
          caption={t('report.checks.sizes')}
          notes={[`${verdict(sampleRatio)} ${t('report.checks.sizesExact')}`]}
          language={language}
        />
      )}
      {matchBalance !== null && (
        <ReportTable
          table={balanceTable(matchBalance, language)}
          caption={t('report.checks.rates')}
          notes={[verdict(matchBalance), countNoise(privacy.counts, language)]}
          language={language}
        />
      )}
    </section>
  );
}
