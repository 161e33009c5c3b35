import type { ReactNode } from 'react';
import type { Session } from '../../api/index.js';
import { ButtonLink, Facts, Notice, useT, type Fact } from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { errorWords } from './words.js';

/** Why a session ended early, in a sentence, and what can be done now. */
export function SessionFailure({ session }: { readonly session: Session }): ReactNode {
  const t = useT();
  const may = useMay();
  const { error, id, side, state } = session;
  if (error === null) return null;
  const { what, next } = errorWords(t, error.code);
  const isUnanswered = error.code === 'budget/unanswered';
  const isAskable = side === 'initiator' && may('POST /v1/sessions');
  const facts: Fact[] = [
    {
      term: t('sessions.error.code'),
      value: <code>{error.code}</code>,
      hint: t(`sessions.error.found.${error.reportedBy}`),
    },
    ...(error.field === null ? [] : [{ term: t('sessions.error.field'), value: <code>{error.field}</code> }]),
    ...(error.message === null ? [] : [{ term: t('shell.error.detail'), value: <bdi>{error.message}</bdi> }]),
  ];
  const like = `/sessions/start?like=${id}`;
  return (
    <Notice
      tone={state === 'failed' ? 'bad' : 'warn'}
      title={what}
      actions={
        isAskable ? (
          <ButtonLink href={isUnanswered ? `${like}&unanswered=charge` : like}>
            {t(isUnanswered ? 'sessions.error.charge' : 'sessions.error.again')}
          </ButtonLink>
        ) : undefined
      }
    >
      <p>{next}</p>
      {isUnanswered ? <p>{t('sessions.error.unanswered')}</p> : null}
      <div className="failure-facts">
        <Facts items={facts} columns={3} />
      </div>
    </Notice>
  );
}
