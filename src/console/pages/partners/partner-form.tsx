import { useState, type ReactNode } from 'react';
import { useAction, useOne, type NodeInfo, type Partner } from '../../api/index.js';
import { Button, Checkbox, Field, Notice, Row, useT } from '../../kit/index.js';
import { errorAt, Form, FormError } from '../parts/index.js';
import { groupsOf } from './fingerprint.js';
import './partners.css';

interface PartnerInput {
  readonly name: string;
  readonly fingerprint: string;
  readonly address: string | null;
  readonly note: string | null;
}

const orNone = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** Enters a partner, or changes one. A key that is new is entered once somebody says that it was compared. */
export function PartnerForm({
  partner,
  onDone,
  onClose,
}: {
  readonly partner: Partner | undefined;
  readonly onDone: (partner: Partner) => void;
  readonly onClose: () => void;
}): ReactNode {
  const t = useT();
  const [name, setName] = useState(partner?.name ?? '');
  const [fingerprint, setFingerprint] = useState(partner?.fingerprint ?? '');
  const [address, setAddress] = useState(partner?.address ?? '');
  const [note, setNote] = useState(partner?.note ?? '');
  // For which fingerprint it was said; another one has to be compared anew.
  const [compared, setCompared] = useState('');
  const save = useAction<PartnerInput, Partner>(
    partner === undefined ? 'POST' : 'PATCH',
    partner === undefined ? '/v1/partners' : `/v1/partners/${partner.id}`,
    { onDone },
  );
  const groups = groupsOf(fingerprint);
  const isNewKey = fingerprint.trim() !== partner?.fingerprint;
  const isReady = !isNewKey || groups === undefined || compared === fingerprint;
  const submit = (): void => {
    if (!isReady) return;
    void save.run({
      name: name.trim(),
      fingerprint: fingerprint.trim(),
      address: orNone(address),
      note: orNone(note),
    });
  };
  return (
    <Form onSubmit={submit}>
      <Field
        label={t('partners.add.name')}
        hint={t('partners.add.name.hint')}
        value={name}
        onChange={setName}
        error={errorAt(save.error, 'name')}
        maxLength={100}
        required
      />
      <Field
        label={t('partners.add.fingerprint')}
        hint={t('partners.add.fingerprint.hint')}
        value={fingerprint}
        onChange={setFingerprint}
        error={errorAt(save.error, 'fingerprint')}
        maxLength={80}
        mono
        required
      />
      {isNewKey && groups !== undefined ? (
        <Comparison
          groups={groups}
          isCompared={compared === fingerprint}
          onCompared={(isCompared) => setCompared(isCompared ? fingerprint : '')}
        />
      ) : null}
      {partner !== undefined && isNewKey ? <Notice tone="warn">{t('partners.edit.warning')}</Notice> : null}
      <Field
        label={t('partners.add.address')}
        hint={t('partners.add.address.hint')}
        value={address}
        onChange={setAddress}
        error={errorAt(save.error, 'address')}
        maxLength={300}
        mono
      />
      <Field
        label={t('partners.add.note')}
        value={note}
        onChange={setNote}
        error={errorAt(save.error, 'note')}
        maxLength={1000}
      />
      <FormError error={save.error} />
      <Row>
        <Button type="submit" tone="primary" busy={save.isRunning} disabled={!isReady}>
          {partner === undefined ? t('partners.add.submit') : t('partners.edit.submit')}
        </Button>
        <Button onClick={onClose}>{t('partners.add.cancel')}</Button>
      </Row>
    </Form>
  );
}

/** The fingerprint in groups that can be read aloud, and that they were. */
function Comparison({
  groups,
  isCompared,
  onCompared,
}: {
  readonly groups: readonly string[];
  readonly isCompared: boolean;
  readonly onCompared: (isCompared: boolean) => void;
}): ReactNode {
  const t = useT();
  const { data: own } = useOne<NodeInfo>('/v1/node');
  const isOwn = own !== undefined && groupsOf(own.fingerprint)?.join('') === groups.join('');
  return (
    <fieldset className="group comparison">
      <legend>{t('partners.add.compare')}</legend>
      {isOwn ? (
        <Notice tone="bad" live>
          {t('partners.add.own')}
        </Notice>
      ) : (
        <p>{t('partners.add.compare.text')}</p>
      )}
      <ol className="digit-groups">
        {groups.map((group, index) => (
          <li key={index}>
            <code>{group}</code>
          </li>
        ))}
      </ol>
      <Checkbox label={t('partners.add.compared')} checked={isCompared} onChange={onCompared} />
    </fieldset>
  );
}
