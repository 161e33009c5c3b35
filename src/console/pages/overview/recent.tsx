import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ReportView, Session } from '../../api/index.js';
import { DataTable, Name, Section, Time, useT } from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { SessionTag } from '../sessions/words.js';

/** Sessions that are accepted or run. */
export function UnderWay({ sessions }: { readonly sessions: readonly Session[] }): ReactNode {
  const t = useT();
  return (
    <Section title={t('overview.running.title')}>
      {sessions.length === 0 ? (
        <p className="overview-none">{t('overview.running.none')}</p>
      ) : (
        <DataTable
          caption={t('overview.running.title')}
          rows={sessions}
          rowKey={({ id }) => id}
          columns={[
            {
              id: 'partner',
              header: t('sessions.table.partner'),
              isRowHeader: true,
              cell: ({ id, partner }) => (
                <Link href={`/sessions/${id}`}>
                  <Name>{partner.name}</Name>
                </Link>
              ),
            },
            { id: 'mode', header: t('sessions.table.mode'), cell: ({ mode }) => t(`sessions.mode.${mode}`) },
            {
              id: 'state',
              header: t('sessions.table.state'),
              cell: (session) => <SessionTag session={session} />,
            },
            {
              id: 'started',
              header: t('sessions.facts.started'),
              cell: ({ startedAt }) => <Time at={startedAt} as="relative" />,
            },
          ]}
        />
      )}
    </Section>
  );
}

/** The newest reports; who may not read them is led to their sessions. */
export function LastReports({ reports }: { readonly reports: readonly ReportView[] }): ReactNode {
  const t = useT();
  const may = useMay();
  const mayRead = may('GET /v1/reports/:id');
  return (
    <Section title={t('overview.reports.title')}>
      {reports.length === 0 ? (
        <p className="overview-none">{t('overview.reports.none')}</p>
      ) : (
        <DataTable
          caption={t('overview.reports.title')}
          rows={reports}
          rowKey={({ id }) => id}
          columns={[
            {
              id: 'partner',
              header: t('sessions.table.partner'),
              isRowHeader: true,
              cell: ({ id, sessionId, partner, deletedAt }) => (
                <Link href={mayRead && deletedAt === null ? `/reports/${id}` : `/sessions/${sessionId}`}>
                  <Name>{partner.name}</Name>
                </Link>
              ),
            },
            { id: 'mode', header: t('sessions.table.mode'), cell: ({ mode }) => t(`sessions.mode.${mode}`) },
            {
              id: 'purpose',
              header: t('sessions.table.purpose'),
              cell: ({ purpose }) => <Name max={40}>{purpose}</Name>,
            },
            {
              id: 'finished',
              header: t('sessions.facts.ended'),
              cell: ({ finishedAt, createdAt }) => <Time at={finishedAt ?? createdAt} />,
            },
          ]}
        />
      )}
    </Section>
  );
}
