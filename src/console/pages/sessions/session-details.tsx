import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useOne, type Session } from '../../api/index.js';
import {
  ButtonLink,
  Empty,
  ErrorState,
  Loading,
  Message,
  Page,
  Row,
  Section,
  Time,
  useT,
} from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { CancelSession } from './cancel-session.js';
import { LivePanel } from './live-panel.js';
import { SessionFacts } from './session-facts.js';
import { SessionFailure } from './session-failure.js';
import { SessionLog, SessionReceipts } from './session-log.js';
import { StageList } from './stage-list.js';
import { endedFrom, isOpen } from './stage-track.js';
import { useLive } from './use-live.js';
import { isolated, isWaiting, SessionTag } from './words.js';

/** Asked again while it has not ended, besides what its events tell. */
const AGAIN_MS = 10_000;

export function SessionDetails({ id }: { readonly id: string }): ReactNode {
  const t = useT();
  const { data, error, refetch } = useOne<Session>(`/v1/sessions/${encodeURIComponent(id)}`, {
    every: AGAIN_MS,
  });
  if (data !== undefined) return <Details session={data} />;
  const back = <ButtonLink href="/sessions">{t('sessions.action.back')}</ButtonLink>;
  return (
    <Page title={t('sessions.title')}>
      {error === null ? (
        <Loading lines={10} />
      ) : error.status === 404 || error.code === 'api/invalid-request' ? (
        <Empty title={t('sessions.none.title')} action={back}>
          {t('sessions.none.text')}
        </Empty>
      ) : (
        <ErrorState error={error} onRetry={refetch} />
      )}
    </Page>
  );
}

function Details({ session }: { readonly session: Session }): ReactNode {
  const t = useT();
  const now = useLive(session);
  const { state, mode, partner } = session;
  const known = { progress: now.live.stage, endedFrom: endedFrom(now.events) };
  return (
    <Page
      title={t('sessions.one.title', { mode: t(`sessions.mode.${mode}`), partner: isolated(partner.name) })}
      trail={<Link href="/sessions">{t('sessions.action.back')}</Link>}
      lead={<NowSentence session={session} />}
      actions={<Actions session={session} />}
    >
      <SessionFailure session={session} />
      <Section title={t('sessions.track.title')} actions={<SessionTag session={session} />}>
        <StageList session={session} known={known} />
        {isOpen(state) ? <LivePanel session={session} now={now} /> : null}
      </Section>
      <Section title={t('sessions.facts.title')}>
        <SessionFacts session={session} />
      </Section>
      <Section title={t('sessions.receipts.title')}>
        <SessionReceipts session={session} />
      </Section>
      <Section title={t('sessions.events.title')}>
        <SessionLog events={now.events} />
      </Section>
    </Page>
  );
}

/** What goes on, in a sentence. */
function NowSentence({ session }: { readonly session: Session }): ReactNode {
  const { state, side, ownConsent, expiresAt } = session;
  const until = <Time at={expiresAt} />;
  if (state === 'draft') return <Message of="sessions.now.draft" values={{ until }} />;
  if (state !== 'offered') return <Message of={`sessions.now.${state}`} values={{}} />;
  if (side === 'initiator') return <Message of="sessions.now.offered.initiator" values={{ until }} />;
  return (
    <Message
      of={ownConsent === null ? 'sessions.now.offered.responder' : 'sessions.now.offered.waiting'}
      values={{}}
    />
  );
}

function Actions({ session }: { readonly session: Session }): ReactNode {
  const t = useT();
  const may = useMay();
  const { id, state, mode, role, reportId } = session;
  const hasRows = mode === 'psi' && state === 'done' && role !== 'sender';
  return (
    <Row>
      {isWaiting(session) && may('POST /v1/sessions/:id/approve') ? (
        <ButtonLink tone="primary" href={`/sessions/${id}/approve`}>
          {t('sessions.action.decide')}
        </ButtonLink>
      ) : null}
      {reportId !== null && may('GET /v1/reports/:id') ? (
        <ButtonLink tone="primary" href={`/reports/${reportId}`}>
          {t('sessions.action.report')}
        </ButtonLink>
      ) : null}
      {hasRows && may('GET /v1/exports') ? (
        <ButtonLink href={`/exports?session=${id}`}>{t('sessions.action.exports')}</ButtonLink>
      ) : null}
      {isOpen(state) && may('POST /v1/sessions/:id/cancel') ? <CancelSession session={session} /> : null}
    </Row>
  );
}
