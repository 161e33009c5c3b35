import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { usePage, type ReportView } from '../../api/index.js';
import { ButtonLink, DataTable, Empty, Message, Name, Notice, Page, Time, useT } from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { Listed } from '../parts/index.js';

/** The reports that there are. Whoever may not read them sees that they are there. */
export function ReportList(): ReactNode {
  const t = useT();
  const may = useMay();
  const list = usePage<ReportView>('/v1/reports');
  const maySee = may('GET /v1/reports/:id');
  const what = ({ mode }: ReportView): string => t(`trend.reports.mode.${mode}`);
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
                    <Link href={`/reports/${report.id}`}>{what(report)}</Link>
                  ) : (
                    what(report)
                  ),
              },
              {
                id: 'partner',
                header: t('trend.reports.partner'),
                cell: ({ partner }) => <Name>{partner.name}</Name>,
              },
              {
                id: 'purpose',
                header: t('trend.reports.purpose'),
                cell: ({ purpose }) => <Name>{purpose}</Name>,
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
