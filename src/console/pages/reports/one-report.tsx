import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { ReportPage } from '../../../report/page/index.js';
import { asProblem, request, useOne, type ListPage, type Report, type ReportView } from '../../api/index.js';
import { ButtonLink, ErrorState, Loading, Page, useLocale, useT } from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { useReportStyles } from '../parts/report-styles.js';
import './report.css';

/** One report, and the ways to take it along. */
export function OneReport({ id }: { readonly id: string }): ReactNode {
  const t = useT();
  const locale = useLocale();
  const may = useMay();
  // Each request for a report is an entry of the audit log, and what it says never changes: it is asked for once.
  const report = useQuery({
    queryKey: ['report', id],
    queryFn: ({ signal }) => request<Report>('GET', `/v1/reports/${encodeURIComponent(id)}`, { signal }),
    staleTime: 'static',
  });
  const view = useViewOf(id);
  useReportStyles();
  const path = `/v1/reports/${encodeURIComponent(id)}`;
  return (
    <Page
      title={view === undefined ? t('trend.reports.title') : t(`trend.reports.mode.${view.mode}`)}
      lead={t('trend.report.audited')}
      trail={<Link href="/reports">{t('trend.report.back')}</Link>}
      actions={
        report.data === undefined ? undefined : (
          <>
            {view === undefined ? null : (
              <ButtonLink href={`/sessions/${view.sessionId}`}>{t('trend.report.session')}</ButtonLink>
            )}
            {view === undefined || view.scheduleId === null || !may('GET /v1/schedules/:id/trend') ? null : (
              <ButtonLink href={`/trends?schedule=${view.scheduleId}`}>{t('trend.report.trend')}</ButtonLink>
            )}
            <span className="downloads" role="group" aria-label={t('trend.report.download')}>
              <Download href={`${path}/html?locale=${locale}`} name={`report-${id}.html`}>
                {t('trend.report.download.html')}
              </Download>
              <Download href={`${path}/csv`} name={`report-${id}.csv`}>
                {t('trend.report.download.csv')}
              </Download>
              <Download href={path} name={`report-${id}.json`}>
                {t('trend.report.download.json')}
              </Download>
            </span>
          </>
        )
      }
    >
      {report.data === undefined ? (
        report.error === null ? (
          <Loading lines={12} />
        ) : (
          <ErrorState error={asProblem(report.error)} onRetry={() => void report.refetch()} />
        )
      ) : (
        <div className="report-frame">
          <ReportPage report={report.data} t={t} locale={locale} hasTitle={false} />
        </div>
      )}
    </Page>
  );
}

function Download({
  href,
  name,
  children,
}: {
  readonly href: string;
  readonly name: string;
  readonly children: string;
}): ReactNode {
  return (
    <a className="button button-plain" href={href} download={name}>
      {children}
    </a>
  );
}

/** What the list tells of a report, which is more than the report tells of itself. */
function useViewOf(id: string): ReportView | undefined {
  const { data } = useOne<ListPage<ReportView>>('/v1/reports', { query: { limit: 200 } });
  return data?.items.find((one) => one.id === id);
}
