import { useState, type ReactNode } from 'react';
import { useAction, usePage, type Dataset, type DatasetVersion } from '../../api/index.js';
import {
  Amount,
  Button,
  DataTable,
  Empty,
  None,
  Notice,
  Section,
  StateTag,
  Time,
  useFormats,
  useT,
} from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { Confirm, DeedButton, Listed } from '../parts/index.js';
import { Quality } from './quality.js';

/** The versions of a dataset, and the quality of the one that is chosen. */
export function Versions({ dataset }: { readonly dataset: Dataset }): ReactNode {
  const t = useT();
  const list = usePage<DatasetVersion>(`/v1/datasets/${dataset.id}/versions`);
  const [chosen, setChosen] = useState<string | null>(null);
  const shown =
    list.items.find(({ id }) => id === chosen) ?? list.items.find(({ quality }) => quality !== null);
  return (
    <>
      <Section
        title={t('datasets.versions')}
        actions={dataset.state === 'active' ? <Load dataset={dataset} onLoaded={setChosen} /> : undefined}
      >
        <Listed
          list={list}
          empty={
            <Empty title={t('datasets.versions.empty.title')}>{t('datasets.versions.empty.text')}</Empty>
          }
        >
          {(versions) => (
            <VersionTable
              versions={versions}
              dataset={dataset}
              more={list}
              shown={shown?.id}
              onShow={setChosen}
            />
          )}
        </Listed>
      </Section>
      {shown === undefined ? null : <Quality version={shown} />}
    </>
  );
}

function VersionTable({
  versions,
  dataset,
  more,
  shown,
  onShow,
}: {
  readonly versions: readonly DatasetVersion[];
  readonly dataset: Dataset;
  readonly more: Parameters<typeof DataTable<DatasetVersion>>[0]['more'];
  readonly shown: string | undefined;
  readonly onShow: (id: string) => void;
}): ReactNode {
  const t = useT();
  const formats = useFormats();
  return (
    <DataTable
      caption={t('datasets.versions.caption')}
      rows={versions}
      rowKey={({ id }) => id}
      {...(more === undefined ? {} : { more })}
      columns={[
        {
          id: 'number',
          header: t('datasets.version.column'),
          isRowHeader: true,
          cell: ({ id, number, quality }) =>
            quality === null ? (
              formats.number(number)
            ) : (
              <Button
                small
                tone={id === shown ? 'plain' : 'quiet'}
                onClick={() => onShow(id)}
                label={t('datasets.version.show', { number })}
              >
                {formats.number(number)}
              </Button>
            ),
        },
        {
          id: 'state',
          header: t('datasets.column.state'),
          cell: ({ state, errorCode, definitionDigest }) => (
            <>
              <StateTag state={state} />
              {errorCode === null ? null : (
                <span className="fact-hint">{t('datasets.quality.failed', { code: errorCode })}</span>
              )}
              {definitionDigest === dataset.definitionDigest ? null : (
                <span className="fact-hint">{t('datasets.version.current')}</span>
              )}
            </>
          ),
        },
        {
          id: 'keys',
          header: t('datasets.quality.keys'),
          isNumber: true,
          cell: ({ quality }) => <Amount value={quality?.keys} />,
        },
        {
          id: 'rejected',
          header: t('datasets.quality.rejected'),
          isNumber: true,
          cell: ({ quality }) => <Amount value={quality?.rejected} />,
        },
        {
          id: 'loaded',
          header: t('datasets.version.loaded'),
          cell: ({ loadedAt, createdAt }) => <Time at={loadedAt ?? createdAt} />,
        },
        {
          id: 'staged',
          header: t('datasets.version.staged'),
          cell: ({ staged, expiresAt }) =>
            staged === null ? (
              <None />
            ) : (
              <>
                <Amount value={staged.bytes} as="bytes" />
                {expiresAt === null ? null : (
                  <span className="fact-hint">
                    {t('datasets.version.expires')} <Time at={expiresAt} />
                  </span>
                )}
              </>
            ),
        },
        {
          id: 'delete',
          header: t('exports.actions'),
          cell: ({ id, number, state }) =>
            state === 'deleted' || state === 'loading' ? (
              <None />
            ) : (
              <DeedButton
                small
                deed={{
                  needs: 'DELETE /v1/datasets/:id/versions/:version',
                  method: 'DELETE',
                  path: `/v1/datasets/${dataset.id}/versions/${id}`,
                  verb: t('exports.delete'),
                  label: t('datasets.version.delete.title', { number }),
                  title: t('datasets.version.delete.title', { number }),
                  consequence: t('datasets.version.delete.text'),
                  isDanger: true,
                }}
              />
            ),
        },
      ]}
    />
  );
}

function Load({
  dataset: { id, definition },
  onLoaded,
}: {
  readonly dataset: Dataset;
  readonly onLoaded: (id: string) => void;
}): ReactNode {
  const t = useT();
  const may = useMay();
  const [isOpen, setIsOpen] = useState(false);
  const load = useAction<undefined, DatasetVersion>('POST', `/v1/datasets/${id}/versions`, {
    onDone: (version) => {
      setIsOpen(false);
      onLoaded(version.id);
    },
  });
  if (!may('POST /v1/datasets/:id/versions')) return null;
  const open = (): void => {
    load.reset();
    setIsOpen(true);
  };
  return (
    <>
      {load.data === undefined ? null : (
        <Notice tone="good" live>
          {t('datasets.load.done', { number: load.data.number, keys: load.data.quality?.keys ?? 0 })}
        </Notice>
      )}
      <Button onClick={open} busy={load.isRunning}>
        {t('datasets.load')}
      </Button>
      {isOpen ? (
        <Confirm
          title={t('datasets.load.title', { name: definition.name })}
          verb={t('datasets.load')}
          action={load}
          onConfirm={() => void load.run(undefined)}
          onClose={() => setIsOpen(false)}
        >
          {load.isRunning ? t('datasets.load.running') : t('datasets.load.text')}
        </Confirm>
      ) : null}
    </>
  );
}
