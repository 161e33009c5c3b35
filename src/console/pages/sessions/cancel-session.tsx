import { useState, type ReactNode } from 'react';
import { useAction, type Session } from '../../api/index.js';
import { Button, Dialog, ErrorState, useT } from '../../kit/index.js';

/** Stops a session, once it is confirmed. */
export function CancelSession({ session: { id } }: { readonly session: Session }): ReactNode {
  const t = useT();
  const [isAsked, setIsAsked] = useState(false);
  const cancel = useAction<undefined, Session>('POST', `/v1/sessions/${id}/cancel`, {
    onDone: () => setIsAsked(false),
  });
  const close = (): void => {
    cancel.reset();
    setIsAsked(false);
  };
  return (
    <>
      <Button tone="danger" onClick={() => setIsAsked(true)}>
        {t('sessions.action.cancel')}
      </Button>
      {isAsked ? (
        <Dialog
          title={t('sessions.action.cancel.title')}
          onClose={close}
          actions={
            <>
              <Button onClick={close}>{t('sessions.action.cancel.keep')}</Button>
              <Button tone="danger" busy={cancel.isRunning} onClick={() => void cancel.run(undefined)}>
                {t('sessions.action.cancel')}
              </Button>
            </>
          }
        >
          <p>{t('sessions.action.cancel.text')}</p>
          {cancel.error === null ? null : <ErrorState error={cancel.error} />}
        </Dialog>
      ) : null}
    </>
  );
}
