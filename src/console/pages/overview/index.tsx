import type { ReactNode } from 'react';
import type { Overview } from '../../../admin/index.js';
import { useOne } from '../../api/index.js';
import { ButtonLink, ErrorState, Loading, Page as KitPage, Section, useT } from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { NeedsList, isNothingNeeded } from './needs.js';
import { LastReports, UnderWay } from './recent.js';
import './overview.css';

const AGAIN_MS = 15_000;

/** What needs somebody, what runs, and what came of it. */
export function Page(): ReactNode {
  const t = useT();
  const may = useMay();
  const { data, error, refetch } = useOne<Overview>('/v1/overview', { every: AGAIN_MS });
  return (
    <KitPage
      title={t('overview.title')}
      lead={t('overview.intro')}
      actions={
        may('POST /v1/sessions') ? (
          <ButtonLink href="/sessions/start" tone="primary">
            {t('sessions.start')}
          </ButtonLink>
        ) : undefined
      }
    >
      {data !== undefined ? <Parts overview={data} /> : null}
      {data === undefined && error === null ? <Loading lines={10} /> : null}
      {error === null ? null : <ErrorState error={error} onRetry={refetch} />}
    </KitPage>
  );
}

function Parts({ overview }: { readonly overview: Overview }): ReactNode {
  const t = useT();
  const isReader = overview.alarms === null;
  return (
    <>
      <Section title={t('overview.needs.title')}>
        {isNothingNeeded(overview) ? (
          <p className="overview-none">
            {t(isReader ? 'overview.needs.none.analyst' : 'overview.needs.none')}
          </p>
        ) : (
          <NeedsList overview={overview} />
        )}
      </Section>
      {overview.running === null ? null : <UnderWay sessions={overview.running.items} />}
      {overview.reports === null ? null : <LastReports reports={overview.reports.items} />}
    </>
  );
}
