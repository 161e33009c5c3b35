import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { useOne, usePage, type Schedule } from '../../api/index.js';
import { ButtonLink, Empty, Name, Page as Frame, Select, useT } from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { Gate, Listed, Shown } from '../parts/index.js';
import { useReportStyles } from '../parts/report-styles.js';
import { Courses } from './courses.js';
import { RunTable } from './run-table.js';
import type { TrendRun } from '../../../admin/index.js';

/** How the figures of a schedule went, run by run. `?schedule=` says which. */
export function Page(): ReactNode {
  const t = useT();
  return (
    <Gate needs="GET /v1/schedules/:id/trend" title={t('trend.title')}>
      <Trends />
    </Gate>
  );
}

function Trends(): ReactNode {
  const t = useT();
  const may = useMay();
  const [search, setSearch] = useSearchParams();
  const list = usePage<Schedule>('/v1/schedules', { limit: 200 });
  const chosen = list.items.find(({ id }) => id === search.get('schedule')) ?? list.items[0];
  useReportStyles();
  return (
    <Frame title={t('trend.title')} lead={t('trend.lead')}>
      <Listed
        list={list}
        empty={
          <Empty
            title={t('trend.empty.title')}
            action={
              may('POST /v1/schedules') ? (
                <ButtonLink href="/schedules">{t('trend.empty.next')}</ButtonLink>
              ) : undefined
            }
          >
            {t('trend.empty.text')}
          </Empty>
        }
      >
        {(schedules) => (
          <>
            <Select
              label={t('trend.choose')}
              hint={
                chosen === undefined ? undefined : (
                  <Name>{`${chosen.partner.name}, ${chosen.agreementName}`}</Name>
                )
              }
              value={chosen?.id ?? ''}
              onChange={(id) => setSearch({ schedule: id })}
              choices={schedules.map(({ id, name }) => ({ value: id, label: name }))}
            />
            {chosen === undefined ? null : <Trend key={chosen.id} schedule={chosen} />}
          </>
        )}
      </Listed>
    </Frame>
  );
}

function Trend({ schedule }: { readonly schedule: Schedule }): ReactNode {
  const t = useT();
  const one = useOne<{ readonly items: readonly TrendRun[] }>(`/v1/schedules/${schedule.id}/trend`);
  return (
    <Shown one={one}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title={t('trend.runs.empty.title')}>{t('trend.runs.empty.text')}</Empty>
        ) : (
          <>
            <Courses runs={items} />
            <RunTable runs={items} />
          </>
        )
      }
    </Shown>
  );
}
