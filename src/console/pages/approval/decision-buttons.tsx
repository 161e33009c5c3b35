import { useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useAction, type Session, type SessionApproval, type SessionPreview } from '../../api/index.js';
import { Button, Dialog, ErrorState, Row, useFormats, useT } from '../../kit/index.js';
import { isolated } from '../sessions/words.js';
import { figuresOf } from '../start/budget-bar.js';

/** Approve or reject, each confirmed. Approving takes a dataset whose consequences have been shown. */
export function DecisionButtons({
  session,
  preview,
  approval,
}: {
  readonly session: Session;
  readonly preview: SessionPreview | undefined;
  readonly approval: SessionApproval;
}): ReactNode {
  const t = useT();
  const formats = useFormats();
  const [, go] = useLocation();
  const [asked, setAsked] = useState<'approve' | 'reject' | null>(null);
  const onDone = (): void => go(`/sessions/${session.id}`);
  const approve = useAction<SessionApproval, Session>('POST', `/v1/sessions/${session.id}/approve`, {
    onDone,
  });
  const reject = useAction<undefined, Session>('POST', `/v1/sessions/${session.id}/reject`, { onDone });
  const close = (): void => {
    approve.reset();
    reject.reset();
    setAsked(null);
  };
  const cost =
    preview?.cost && preview.budget
      ? t('approval.approve.cost', {
          epsilon: formats.number(preview.cost.epsilon, 3),
          left: formats.number(figuresOf(preview.cost.epsilon, preview.budget).left, 3),
          partner: isolated(session.partner.name, 40),
        })
      : t('approval.approve.free');
  const action = asked === 'approve' ? approve : reject;
  return (
    <>
      <Row>
        <Button tone="primary" disabled={preview === undefined} onClick={() => setAsked('approve')}>
          {t('approval.approve')}
        </Button>
        <Button tone="danger" onClick={() => setAsked('reject')}>
          {t('approval.reject')}
        </Button>
      </Row>
      {asked === null ? null : (
        <Dialog
          title={t(`approval.${asked}.title`)}
          onClose={close}
          actions={
            <>
              <Button onClick={close}>{t('approval.think')}</Button>
              {asked === 'approve' ? (
                <Button tone="primary" busy={approve.isRunning} onClick={() => void approve.run(approval)}>
                  {t('approval.approve')}
                </Button>
              ) : (
                <Button tone="danger" busy={reject.isRunning} onClick={() => void reject.run(undefined)}>
                  {t('approval.reject')}
                </Button>
              )}
            </>
          }
        >
          <p>{t(`approval.${asked}.text`)}</p>
          {asked === 'approve' ? <p>{cost}</p> : null}
          {action.error === null ? null : <ErrorState error={action.error} />}
        </Dialog>
      )}
    </>
  );
}
