import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'wouter';
import { usePage, type Paged, type Session } from '../../api/index.js';
import {
  Button,
  ButtonLink,
  Empty,
  ErrorState,
  Loading,
  Name,
  Page,
  Time,
  useT,
  VirtualList,
  VirtualTable,
  type Column,
} from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { SessionFilters, queryOf } from './session-filters.js';
import { useIsNarrow } from './use-is-narrow.js';
import { SessionTag } from './words.js';

const ITEMS_A_PAGE = 100;
/** Sessions change by themselves; those that run have a page of their own that tells at once. */
const AGAIN_MS = 10_000;

export function SessionList(): ReactNode {
  const t = useT();
  const may = useMay();
  const [search, setSearch] = useSearchParams();
  const query = queryOf(search);
  const list = usePage<Session>('/v1/sessions', { ...query, limit: ITEMS_A_PAGE }, { every: AGAIN_MS });
  const isFiltered = Object.keys(query).length > 0;
  const start = may('POST /v1/sessions') ? (
    <ButtonLink href="/sessions/start" tone="primary">
      {t('sessions.start')}
    </ButtonLink>
  ) : undefined;
  return (
    <Page title={t('sessions.title')} lead={t('sessions.intro')} actions={start}>
      <SessionFilters search={search} onChange={setSearch} />
      {list.isLoading ? (
        <Loading lines={8} />
      ) : list.error !== null ? (
        <ErrorState error={list.error} onRetry={list.refetch} />
      ) : list.items.length > 0 ? (
        <Found list={list} />
      ) : isFiltered ? (
        <Empty
          title={t('sessions.empty.filtered')}
          action={<Button onClick={() => setSearch({})}>{t('sessions.empty.clear')}</Button>}
        />
      ) : (
        <Empty title={t('sessions.empty.title')} action={start}>
          {t('sessions.empty.text')}
        </Empty>
      )}
    </Page>
  );
}

function Found({ list }: { readonly list: Paged<Session> }): ReactNode {
  const t = useT();
  const isNarrow = useIsNarrow();
  const { items, hasMore, isLoadingMore, loadMore } = list;
  const columns: readonly Column<Session>[] = [
    {
      id: 'partner',
      header: t('sessions.table.partner'),
      isRowHeader: true,
      cell: (session) => <SessionLink session={session} />,
    },
    { id: 'mode', header: t('sessions.table.mode'), cell: ({ mode }) => t(`sessions.mode.${mode}`) },
    {
      id: 'purpose',
      header: t('sessions.table.purpose'),
      cell: ({ purpose }) => <Name max={32}>{purpose}</Name>,
    },
    { id: 'state', header: t('sessions.table.state'), cell: (session) => <SessionTag session={session} /> },
    { id: 'side', header: t('sessions.table.side'), cell: ({ side }) => t(`sessions.side.${side}`) },
    { id: 'created', header: t('sessions.table.created'), cell: ({ createdAt }) => <Time at={createdAt} /> },
  ];
  return (
    <>
      <p className="session-count" role="status">
        {t('sessions.count', { count: items.length, more: String(hasMore) })}
      </p>
      {isNarrow ? (
        <>
          <VirtualList
            label={t('sessions.table.caption')}
            items={items}
            itemKey={({ id }) => id}
            itemHeight={84}
          >
            {(session) => <SessionCard session={session} />}
          </VirtualList>
          {hasMore ? (
            <div>
              <Button onClick={loadMore} busy={isLoadingMore}>
                {t('shell.more')}
              </Button>
            </div>
          ) : null}
        </>
      ) : (
        <VirtualTable
          caption={t('sessions.table.caption')}
          columns={columns}
          rows={items}
          rowKey={({ id }) => id}
          more={{ hasMore, isLoadingMore, loadMore }}
        />
      )}
    </>
  );
}

function SessionLink({ session: { id, partner } }: { readonly session: Session }): ReactNode {
  return (
    <Link href={`/sessions/${id}`}>
      <Name max={40}>{partner.name}</Name>
    </Link>
  );
}

function SessionCard({ session }: { readonly session: Session }): ReactNode {
  const t = useT();
  const { id, partner, mode, createdAt } = session;
  return (
    <Link href={`/sessions/${id}`} className="session-card">
      <span className="session-card-line">
        <span className="session-card-name">
          <Name max={40}>{partner.name}</Name>
        </span>
        <SessionTag session={session} />
      </span>
      <span className="session-card-line session-card-more">
        <span>{t(`sessions.mode.${mode}`)}</span>
        <Time at={createdAt} />
      </span>
    </Link>
  );
}
