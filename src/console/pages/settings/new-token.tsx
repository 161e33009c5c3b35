import { useState, type ReactNode } from 'react';
import { useAction, type CreatedToken, type NewToken } from '../../api/index.js';
import { Button, CopyText, Dialog, ErrorState, Field, Notice, Radios, Row, useT } from '../../kit/index.js';
import type { Role } from '../../session/index.js';

const ROLES: readonly Role[] = ['analyst', 'operator', 'auditor', 'admin'];

/** Makes a token and shows its secret, once. */
export function NewTokenDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const t = useT();
  const make = useAction<NewToken, CreatedToken>('POST', '/v1/tokens');
  if (make.data !== undefined) return <Made created={make.data} onClose={onClose} />;
  return (
    <Dialog title={t('settings.new.title')} onClose={onClose}>
      <Form onSend={(token) => void make.run(token)} isRunning={make.isRunning} onClose={onClose}>
        {make.error === null ? null : <ErrorState error={make.error} />}
      </Form>
    </Dialog>
  );
}

function Form({
  onSend,
  isRunning,
  onClose,
  children,
}: {
  readonly onSend: (token: NewToken) => void;
  readonly isRunning: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const t = useT();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('analyst');
  const [day, setDay] = useState('');
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        const expiresAt = endOf(day);
        onSend({ name: name.trim(), role, ...(expiresAt === null ? {} : { expiresAt }) });
      }}
    >
      <Field
        label={t('settings.new.name')}
        hint={t('settings.new.nameHint')}
        value={name}
        onChange={setName}
        maxLength={63}
        autoComplete="off"
        required
      />
      <Radios
        label={t('settings.new.role')}
        value={role}
        onChange={setRole}
        choices={ROLES.map((value) => ({
          value,
          label: t(`shell.role.${value}`),
          hint: t(`settings.role.${value}`),
        }))}
      />
      <Field
        label={t('settings.new.expires')}
        hint={t('settings.new.expiresHint')}
        type="date"
        value={day}
        onChange={setDay}
      />
      {children}
      <Row>
        <Button type="submit" tone="primary" busy={isRunning}>
          {t('settings.new.make')}
        </Button>
        <Button onClick={onClose}>{t('shell.cancel')}</Button>
      </Row>
    </form>
  );
}

/** The end of a day in the zone of the reader, in UTC. */
function endOf(day: string): string | null {
  return day === '' ? null : new Date(`${day}T23:59:59`).toISOString();
}

function Made({
  created,
  onClose,
}: {
  readonly created: CreatedToken;
  readonly onClose: () => void;
}): ReactNode {
  const t = useT();
  const { secret } = created;
  return (
    <Dialog
      title={t('settings.new.done')}
      onClose={onClose}
      actions={
        <Button tone="primary" onClick={onClose}>
          {t('settings.new.ready')}
        </Button>
      }
    >
      {secret === null ? (
        <Notice tone="warn">{t('settings.new.repeat')}</Notice>
      ) : (
        <>
          <Notice tone="warn" live title={t('settings.new.once')} />
          <CopyText text={secret} label={t('settings.new.secret')} />
        </>
      )}
    </Dialog>
  );
}
