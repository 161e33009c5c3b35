import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Export } from '../../api/index.js';
import {
  Amount,
  DataTable,
  Name,
  None,
  StateTag,
  Time,
  useFormats,
  useT,
  type Column,
  type More,
} from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { DeedButton } from '../parts/index.js';

/** What was exported, and the ways to get it or be rid of it. */
export function ExportTable({
  items,
  more,
}: {
  readonly items: readonly Export[];
  readonly more: More;
}): ReactNode {
  const t = useT();
  const columns: readonly Column<Export>[] = [
    {
      id: 'kind',
      header: t('exports.kind'),
      isRowHeader: true,
      cell: ({ kind }) => t(`exports.kind.${kind}`),
    },
    {
      id: 'session',
      header: t('exports.session'),
      cell: ({ sessionId, partner }) => (
        <Link href={`/sessions/${sessionId}`}>
          <Name>{partner.name}</Name>
        </Link>
      ),
    },
    {
      id: 'profile',
      header: t('exports.profile'),
      cell: ({ profile, format }) => `${t(`exports.profile.${profile}`)}, ${t(`exports.format.${format}`)}`,
    },
    { id: 'state', header: t('exports.state'), cell: (item) => <State item={item} /> },
    {
      id: 'rows',
      header: t('exports.rows'),
      isNumber: true,
      cell: ({ rowCount }) => <Amount value={rowCount} />,
    },
    {
      id: 'size',
      header: t('exports.size'),
      isNumber: true,
      cell: ({ byteCount }) => <Amount value={byteCount} as="bytes" />,
    },
    { id: 'created', header: t('exports.created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
    { id: 'by', header: t('exports.by'), cell: ({ requestedBy }) => <Name>{requestedBy}</Name> },
    {
      id: 'until',
      header: t('exports.until'),
      cell: ({ state, expiresAt }) => (state === 'deleted' ? <None /> : <Time at={expiresAt} as="date" />),
    },
  ];
  const may = useMay();
  const doing: Column<Export> = {
    id: 'actions',
    header: t('exports.actions'),
    cell: (item) => <Doings item={item} />,
  };
  const isOperator = may('GET /v1/exports/:id/download');
  return (
    <>
      <DataTable
        caption={t('exports.caption')}
        columns={isOperator ? [...columns, doing] : columns}
        rows={items}
        rowKey={({ id }) => id}
        more={more}
      />
      {isOperator ? <p className="field-hint">{t('exports.download.audited')}</p> : null}
    </>
  );
}

function State({ item: { state, errorCode, quality } }: { readonly item: Export }): ReactNode {
  const t = useT();
  return (
    <>
      <StateTag state={state} />
      {errorCode === null ? null : (
        <span className="fact-hint">{t('exports.failed', { code: errorCode })}</span>
      )}
      {quality === null || quality.rowsLeftOut === 0 ? null : (
        <span className="fact-hint">{t('exports.quality', { left: quality.rowsLeftOut })}</span>
      )}
    </>
  );
}

function Doings({ item: { id, kind, state, createdAt } }: { readonly item: Export }): ReactNode {
  const t = useT();
  const formats = useFormats();
  const what = { kind: t(`exports.kind.${kind}`), at: formats.dateTime(createdAt) };
  return (
    <span className="cell-actions">
      {state === 'ready' ? (
        <a
          className="button button-plain button-small"
          href={`/v1/exports/${id}/download`}
          download
          aria-label={t('exports.download.label', what)}
        >
          {t('exports.download')}
        </a>
      ) : null}
      {state === 'ready' || state === 'failed' ? (
        <DeedButton
          small
          deed={{
            needs: 'DELETE /v1/exports/:id',
            method: 'DELETE',
            path: `/v1/exports/${id}`,
            verb: t('exports.delete'),
            label: t('exports.delete.label', what),
            title: t('exports.delete.title'),
            consequence: t('exports.delete.text'),
            isDanger: true,
          }}
        />
      ) : null}
    </span>
  );
}
