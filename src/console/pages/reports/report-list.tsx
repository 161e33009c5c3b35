import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { usePage, type ReportView } from '../../api/index.js';
import {
  ButtonLink,
  DataTable,
  Empty,
  Message,
  Name,
  None,
  Notice,
  Page,
  Time,
  useFormats,
  useT,
} from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { Listed, useSessionsById } from '../parts/index.js';

/** The reports that there are. Whoever may not read them sees that they are there. */
export function ReportList(): ReactNode {
  const t = useT();
  const formats = useFormats();
  const may = useMay();
  const sessions = useSessionsById();
  const list = usePage<ReportView>('/v1/reports');
  const maySee = may('GET /v1/reports/:id');
  const what = ({ sessionId }: ReportView): string | undefined => {
    const session = sessions.get(sessionId);
    return session && t(`trend.reports.mode.${session.mode}`);
  };
  const made = ({ createdAt }: ReportView): string => formats.dateTime(createdAt);
  return (
    <Page title={t('trend.reports.title')} lead={t('trend.reports.lead')}>
      {maySee ? null : <Notice>{t('trend.reports.hidden')}</Notice>}
      <Listed
        list={list}
        empty={
          <Empty
            title={t('trend.reports.empty.title')}
            action={<ButtonLink href="/sessions">{t('trend.reports.empty.next')}</ButtonLink>}
          >
            {t('trend.reports.empty.text')}
          </Empty>
        }
      >
        {(reports) => (
          <DataTable
            caption={t('trend.reports.caption')}
            rows={reports}
            rowKey={({ id }) => id}
            more={list}
            columns={[
              {
                id: 'what',
                header: t('trend.reports.what'),
                isRowHeader: true,
                cell: (report) =>
                  maySee && report.deletedAt === null ? (
                    <Link href={`/reports/${report.id}`}>{what(report) ?? made(report)}</Link>
                  ) : (
                    (what(report) ?? made(report))
                  ),
              },
              {
                id: 'partner',
                header: t('trend.reports.partner'),
                cell: ({ sessionId }) => {
                  const session = sessions.get(sessionId);
                  return session === undefined ? <None /> : <Name>{session.partner.name}</Name>;
                },
              },
              {
                id: 'purpose',
                header: t('trend.reports.purpose'),
                cell: ({ sessionId }) => {
                  const session = sessions.get(sessionId);
                  return session === undefined ? <None /> : <Name>{session.purpose}</Name>;
                },
              },
              {
                id: 'when',
                header: t('trend.reports.when'),
                cell: ({ createdAt }) => <Time at={createdAt} />,
              },
              {
                id: 'until',
                header: t('trend.reports.until'),
                cell: ({ expiresAt, deletedAt }) =>
                  deletedAt === null ? (
                    <Time at={expiresAt} as="date" />
                  ) : (
                    <Message of="trend.reports.deleted" values={{ at: <Time at={deletedAt} as="date" /> }} />
                  ),
              },
            ]}
          />
        )}
      </Listed>
    </Page>
  );
}
