import { useState, type ReactNode } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { usePage, type Dataset } from '../../api/index.js';
import {
  ButtonLink,
  DataTable,
  Empty,
  Name,
  Page as Frame,
  Select,
  StateTag,
  Time,
  useT,
} from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { Gate, Listed } from '../parts/index.js';
import { DatasetForm } from './dataset-form.js';
import { OneDataset } from './one-dataset.js';

/** Datasets: the list, a new one (`/datasets/new`), or one of them. */
export function Page(): ReactNode {
  const t = useT();
  const { id } = useParams<{ id?: string }>();
  if (id === 'new') {
    return (
      <Gate needs="POST /v1/datasets" title={t('datasets.form.new.title')}>
        <NewDataset />
      </Gate>
    );
  }
  return (
    <Gate needs="GET /v1/datasets" title={t('datasets.title')}>
      {id === undefined ? <DatasetList /> : <OneDataset key={id} id={id} />}
    </Gate>
  );
}

function NewDataset(): ReactNode {
  const t = useT();
  const [, go] = useLocation();
  return (
    <Frame
      title={t('datasets.form.new.title')}
      trail={<Link href="/datasets">{t('datasets.title')}</Link>}
      lead={t('datasets.empty.text')}
    >
      <DatasetForm
        dataset={undefined}
        onDone={({ id }) => go(`/datasets/${id}`)}
        onClose={() => go('/datasets')}
      />
    </Frame>
  );
}

const STATES = ['active', 'archived'] as const;

function DatasetList(): ReactNode {
  const t = useT();
  const may = useMay();
  const [state, setState] = useState<'' | (typeof STATES)[number]>('');
  const list = usePage<Dataset>('/v1/datasets', { state });
  const mayMake = may('POST /v1/datasets');
  const make = (
    <ButtonLink href="/datasets/new" tone="primary">
      {t('datasets.new')}
    </ButtonLink>
  );
  return (
    <Frame title={t('datasets.title')} lead={t('datasets.lead')} actions={mayMake ? make : undefined}>
      <div className="fields">
        <Select
          label={t('datasets.filter.state')}
          value={state}
          onChange={setState}
          choices={[
            { value: '', label: t('datasets.filter.all') },
            ...STATES.map((value) => ({ value, label: t(`datasets.state.${value}`) })),
          ]}
        />
      </div>
      <Listed
        list={list}
        empty={
          <Empty title={t('datasets.empty.title')} action={mayMake ? make : undefined}>
            {t('datasets.empty.text')} {mayMake ? null : t('datasets.empty.next')}
          </Empty>
        }
      >
        {(datasets) => (
          <DataTable
            caption={t('datasets.table.caption')}
            rows={datasets}
            rowKey={({ id }) => id}
            more={list}
            columns={[
              {
                id: 'name',
                header: t('datasets.column.name'),
                isRowHeader: true,
                cell: ({ id, definition }) => (
                  <Link href={`/datasets/${id}`}>
                    <Name>{definition.name}</Name>
                  </Link>
                ),
              },
              {
                id: 'lineage',
                header: t('datasets.column.lineage'),
                cell: ({ definition }) => <Name>{definition.lineage}</Name>,
              },
              {
                id: 'role',
                header: t('datasets.column.role'),
                cell: ({ definition }) => t(`datasets.role.short.${definition.role}`),
              },
              {
                id: 'profile',
                header: t('datasets.column.profile'),
                cell: ({ definition }) => definition.data.profile,
              },
              {
                id: 'state',
                header: t('datasets.column.state'),
                cell: (dataset) => <StateTag state={dataset.state} />,
              },
              {
                id: 'updated',
                header: t('datasets.column.updated'),
                cell: ({ updatedAt }) => <Time at={updatedAt} />,
              },
            ]}
          />
        )}
      </Listed>
    </Frame>
  );
}
