import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { usePage, type Schedule } from '../../api/index.js';
import {
  Button,
  DataTable,
  Empty,
  Name,
  None,
  Page as Frame,
  StateTag,
  Time,
  useT,
  type Column,
} from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { DeedButton, Listed } from '../parts/index.js';
import { ScheduleForm } from './schedule-form.js';

/** Sessions that start by themselves. */
export function Schedules(): ReactNode {
  const t = useT();
  const may = useMay();
  const [isNew, setIsNew] = useState(false);
  const list = usePage<Schedule>('/v1/schedules');
  const mayMake = may('POST /v1/schedules');
  const make = (
    <Button tone="primary" onClick={() => setIsNew(true)}>
      {t('upkeep.schedules.new')}
    </Button>
  );
  return (
    <Frame
      title={t('upkeep.schedules.title')}
      lead={t('upkeep.schedules.lead')}
      actions={mayMake && !isNew ? make : undefined}
    >
      {mayMake && isNew ? <ScheduleForm onClose={() => setIsNew(false)} /> : null}
      <Listed
        list={list}
        empty={
          <Empty title={t('upkeep.schedules.empty.title')} action={mayMake && !isNew ? make : undefined}>
            {t('upkeep.schedules.empty.text')} {mayMake ? null : t('upkeep.schedules.empty.next')}
          </Empty>
        }
      >
        {(schedules) => <ScheduleTable schedules={schedules} more={list} />}
      </Listed>
    </Frame>
  );
}

function ScheduleTable({
  schedules,
  more,
}: {
  readonly schedules: readonly Schedule[];
  readonly more: { hasMore: boolean; isLoadingMore: boolean; loadMore: () => void };
}): ReactNode {
  const t = useT();
  const may = useMay();
  const columns: readonly Column<Schedule>[] = [
    {
      id: 'name',
      header: t('upkeep.schedule.name'),
      isRowHeader: true,
      cell: ({ name }) => <Name>{name}</Name>,
    },
    { id: 'state', header: t('upkeep.schedule.state'), cell: ({ state }) => <StateTag state={state} /> },
    {
      id: 'next',
      header: t('upkeep.schedule.next'),
      cell: ({ nextRunAt }) => (nextRunAt === null ? t('upkeep.schedule.none') : <Time at={nextRunAt} />),
    },
    {
      id: 'last',
      header: t('upkeep.schedule.last'),
      cell: ({ lastRunAt, lastOutcome }) =>
        lastRunAt === null ? (
          <None />
        ) : (
          <>
            <Time at={lastRunAt} />
            {lastOutcome === null ? null : (
              <span className="fact-hint">{t(`upkeep.schedule.outcome.${lastOutcome}`)}</span>
            )}
          </>
        ),
    },
    {
      id: 'pattern',
      header: t('upkeep.schedule.pattern'),
      cell: ({ pattern, timeZone }) => (
        <>
          <code>{pattern}</code>
          <span className="fact-hint">{timeZone}</span>
        </>
      ),
    },
    {
      id: 'agreement',
      header: t('upkeep.schedule.agreement'),
      cell: ({ agreementId, agreementName, partner }) => (
        <>
          {may('GET /v1/agreements') ? (
            <Link href={`/agreements/${agreementId}`}>
              <Name>{agreementName}</Name>
            </Link>
          ) : (
            <Name>{agreementName}</Name>
          )}
          <span className="fact-hint">
            <Name>{partner.name}</Name>
          </span>
        </>
      ),
    },
    {
      id: 'dataset',
      header: t('upkeep.schedule.dataset'),
      cell: ({ datasetId, datasetName }) =>
        may('GET /v1/datasets') ? (
          <Link href={`/datasets/${datasetId}`}>
            <Name>{datasetName}</Name>
          </Link>
        ) : (
          <Name>{datasetName}</Name>
        ),
    },
    {
      id: 'actions',
      header: t('upkeep.schedule.actions'),
      cell: (schedule) => <Doings schedule={schedule} />,
    },
  ];
  return (
    <DataTable
      caption={t('upkeep.schedules.caption')}
      columns={columns}
      rows={schedules}
      rowKey={({ id }) => id}
      more={more}
    />
  );
}

function Doings({ schedule: { id, name, state } }: { readonly schedule: Schedule }): ReactNode {
  const t = useT();
  const may = useMay();
  const deed = (verb: 'pause' | 'resume' | 'end', isDanger = false): ReactNode => (
    <DeedButton
      small
      key={verb}
      deed={{
        needs: `POST /v1/schedules/:id/${verb}`,
        path: `/v1/schedules/${id}/${verb}`,
        verb: t(`upkeep.schedule.${verb}`),
        label: t(`upkeep.schedule.${verb}.label`, { name }),
        title: t(`upkeep.schedule.${verb}.title`, { name }),
        consequence: t(`upkeep.schedule.${verb}.text`),
        isDanger,
      }}
    />
  );
  return (
    <span className="cell-actions">
      {may('GET /v1/schedules/:id/trend') ? (
        <Link
          className="button button-plain button-small"
          href={`/trends?schedule=${id}`}
          aria-label={t('upkeep.schedule.trend.label', { name })}
        >
          {t('upkeep.schedule.trend')}
        </Link>
      ) : null}
      {state === 'active' ? deed('pause') : null}
      {state === 'paused' ? deed('resume') : null}
      {state === 'ended' ? null : deed('end', true)}
    </span>
  );
}
