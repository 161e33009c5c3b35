import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import { useOne, type Agreement, type Dataset, type ListPage, type Session } from '../../api/index.js';
import { ButtonLink, Empty, ErrorState, Forbidden, Loading, Page as KitPage, useT } from '../../kit/index.js';
import { rolesOf, useMay } from '../../session/index.js';
import { isWaiting } from '../sessions/words.js';
import { Decision } from './decision.js';
import '../sessions/sessions.css';
import '../start/start.css';

/** Decides on what a partner offers. */
export function Page(): ReactNode {
  const t = useT();
  const may = useMay();
  const { id } = useParams<{ id: string }>();
  return (
    <KitPage
      title={t('approval.title')}
      trail={<Link href={`/sessions/${encodeURIComponent(id)}`}>{t('approval.over.link')}</Link>}
    >
      {may('POST /v1/sessions/:id/approve') ? (
        <Loaded key={id} id={id} />
      ) : (
        <Forbidden needs={rolesOf('POST /v1/sessions/:id/approve')} />
      )}
    </KitPage>
  );
}

function Loaded({ id }: { readonly id: string }): ReactNode {
  const session = useOne<Session>(`/v1/sessions/${encodeURIComponent(id)}`, { every: 10_000 });
  const { data } = session;
  const isOpen = data !== undefined && isWaiting(data);
  const agreement = useOne<Agreement>(isOpen ? `/v1/agreements/${data.agreementId ?? ''}` : null);
  const datasets = useOne<ListPage<Dataset>>(isOpen ? '/v1/datasets' : null, {
    query: { state: 'active', limit: 200 },
  });
  const failed = [session, agreement, datasets].find(({ error }) => error !== null);
  if (failed !== undefined) return <ErrorState error={failed.error} onRetry={failed.refetch} />;
  if (data !== undefined && !isOpen) return <Over session={data} />;
  if (data === undefined || agreement.data === undefined || datasets.data === undefined) {
    return <Loading lines={10} />;
  }
  return <Decision session={data} agreement={agreement.data} datasets={datasets.data.items} />;
}

/** Somebody decided before, or the offer has lapsed. */
function Over({ session: { id, state, side, ownConsent } }: { readonly session: Session }): ReactNode {
  const t = useT();
  return (
    <Empty
      title={t('approval.over.title')}
      action={<ButtonLink href={`/sessions/${encodeURIComponent(id)}`}>{t('approval.over.link')}</ButtonLink>}
    >
      {side === 'initiator'
        ? t('approval.over.own')
        : state === 'offered' && ownConsent !== null
          ? t('approval.over.given', { name: ownConsent.by })
          : t('approval.over.text', { state: t(`sessions.state.${state}`) })}
    </Empty>
  );
}
