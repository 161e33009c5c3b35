import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import {
  useOne,
  type Agreement,
  type Dataset,
  type ListPage,
  type Partner,
  type Session,
} from '../../api/index.js';
import { ErrorState, Forbidden, Loading, Page as KitPage, useT } from '../../kit/index.js';
import { rolesOf, useMay } from '../../session/index.js';
import { EMPTY_FORM, formLike } from './ask-form.js';
import { StartForm } from './start-form.js';

/** Starts a session in steps. `?like=<session>` begins with what an earlier one asked. */
export function Page(): ReactNode {
  const t = useT();
  const may = useMay();
  return (
    <KitPage title={t('start.title')} lead={t('start.intro')}>
      {may('POST /v1/sessions') ? <Loaded /> : <Forbidden needs={rolesOf('POST /v1/sessions')} />}
    </KitPage>
  );
}

function Loaded(): ReactNode {
  const [search] = useSearchParams();
  const likeId = search.get('like');
  const all = { limit: 200 };
  const agreements = useOne<ListPage<Agreement>>('/v1/agreements', { query: { ...all, state: 'active' } });
  const datasets = useOne<ListPage<Dataset>>('/v1/datasets', { query: { ...all, state: 'active' } });
  const partners = useOne<ListPage<Partner>>('/v1/partners', { query: all });
  const like = useOne<Session>(likeId === null ? null : `/v1/sessions/${encodeURIComponent(likeId)}`);
  const failed = [agreements, datasets, partners].find(({ error }) => error !== null);
  if (failed !== undefined) return <ErrorState error={failed.error} onRetry={failed.refetch} />;
  if (
    agreements.data === undefined ||
    datasets.data === undefined ||
    partners.data === undefined ||
    like.isLoading
  ) {
    return <Loading lines={8} />;
  }
  const isLike = like.data?.side === 'initiator' ? like.data : undefined;
  const unanswered = search.get('unanswered') === 'charge' ? 'charge' : 'refuse';
  return (
    <StartForm
      known={{
        agreements: agreements.data.items,
        datasets: datasets.data.items,
        partners: partners.data.items,
      }}
      like={isLike}
      start={{ ...(isLike === undefined ? EMPTY_FORM : formLike(isLike)), onUnanswered: unanswered }}
    />
  );
}
