import { useState, type ReactNode } from 'react';
import { useAction, type NewFactor, type Token } from '../../api/index.js';
import { Button, CopyText, Dialog, ErrorState, Field, Notice, Row, Tag, useT } from '../../kit/index.js';
import { QrCode } from './qr-code.js';

const plainCode = (code: string): { readonly code: string } => ({ code: code.replaceAll(/\s/g, '') });

/** Whether the own token needs a code, and the way to change that. */
export function SecondFactor({ token }: { readonly token: Token }): ReactNode {
  const t = useT();
  const [factor, setFactor] = useState<NewFactor | null>(null);
  const [isRemoving, setIsRemoving] = useState(false);
  const [said, setSaid] = useState<'done' | 'removed' | null>(null);
  const start = useAction<undefined, NewFactor>('POST', '/v1/token/factor', { onDone: setFactor });
  const isOn = token.hasSecondFactor;
  return (
    <div className="stack">
      <h3>{t('settings.factor')}</h3>
      <Row>
        <Tag tone={isOn ? 'good' : 'neutral'}>
          {isOn ? t('settings.factor.on') : t('settings.factor.off')}
        </Tag>
        {isOn ? (
          <Button small onClick={() => setIsRemoving(true)}>
            {t('settings.factor.remove')}
          </Button>
        ) : (
          <Button small busy={start.isRunning} onClick={() => void start.run(undefined)}>
            {t('settings.factor.start')}
          </Button>
        )}
      </Row>
      {said === null ? null : <Notice tone="good" live title={t(`settings.factor.${said}`)} />}
      <p>{t('settings.factor.why')}</p>
      {start.error === null ? null : <ErrorState error={start.error} />}
      {factor === null ? null : (
        <SetUp
          factor={factor}
          onClose={(isDone) => {
            setFactor(null);
            if (isDone) setSaid('done');
          }}
        />
      )}
      {isRemoving ? (
        <Remove
          onClose={(isDone) => {
            setIsRemoving(false);
            if (isDone) setSaid('removed');
          }}
        />
      ) : null}
    </div>
  );
}

type Close = (isDone: boolean) => void;

function SetUp({ factor, onClose }: { readonly factor: NewFactor; readonly onClose: Close }): ReactNode {
  const t = useT();
  return (
    <CodeDialog
      title={t('settings.factor.setup')}
      path="/v1/token/factor/confirm"
      submit={t('settings.factor.confirm')}
      onClose={onClose}
    >
      <Notice tone="warn">{t('settings.factor.scripts')}</Notice>
      <p>{t('settings.factor.scan')}</p>
      <QrCode text={factor.uri} label={t('settings.factor.qr')} />
      <div>
        <p className="field-label">{t('settings.factor.key')}</p>
        <CopyText text={factor.secret} label={t('settings.factor.key')} />
      </div>
    </CodeDialog>
  );
}

function Remove({ onClose }: { readonly onClose: Close }): ReactNode {
  const t = useT();
  return (
    <CodeDialog
      title={t('settings.factor.removeTitle')}
      path="/v1/token/factor/remove"
      submit={t('settings.factor.remove')}
      onClose={onClose}
    >
      <p>{t('settings.factor.removeWhy')}</p>
    </CodeDialog>
  );
}

/** Asks for a code of the authenticator and sends it. */
function CodeDialog({
  title,
  path,
  submit,
  onClose,
  children,
}: {
  readonly title: string;
  readonly path: string;
  readonly submit: string;
  readonly onClose: Close;
  readonly children: ReactNode;
}): ReactNode {
  const t = useT();
  const [code, setCode] = useState('');
  const send = useAction<string>('POST', path, { body: plainCode, onDone: () => onClose(true) });
  const isWrongCode = send.error?.code === 'api/code-required' || send.error?.field === 'code';
  return (
    <Dialog title={title} onClose={() => onClose(false)}>
      {children}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void send.run(code);
        }}
      >
        <Field
          label={t('settings.factor.code')}
          hint={t('settings.factor.codeHint')}
          error={
            isWrongCode ? `${t('error.api/code-required.what')} ${t('error.api/code-required.next')}` : null
          }
          value={code}
          onChange={setCode}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={12}
          required
        />
        {send.error === null || isWrongCode ? null : <ErrorState error={send.error} />}
        <Row>
          <Button type="submit" tone="primary" busy={send.isRunning}>
            {submit}
          </Button>
          <Button onClick={() => onClose(false)}>{t('shell.cancel')}</Button>
        </Row>
      </form>
    </Dialog>
  );
}
