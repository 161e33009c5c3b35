import { useState, type ReactNode } from 'react';
import {
  useAction,
  useOne,
  type Export,
  type ListPage,
  type NewExport,
  type Session,
} from '../../api/index.js';
import {
  Button,
  ErrorState,
  Loading,
  Notice,
  Radios,
  Row,
  Section,
  Select,
  useFormats,
  useT,
} from '../../kit/index.js';
import { errorAt, Form, FormError } from '../parts/index.js';

const KINDS = ['audience', 'suppression'] as const;
const PROFILES = ['own', 'meta', 'google', 'tiktok'] as const;
const FORMATS = ['csv', 'parquet'] as const;

/** Asks which people of which session are exported, and in what form. */
export function NewExportForm({
  session: asked,
  onClose,
}: {
  readonly session: string | null;
  readonly onClose: () => void;
}): ReactNode {
  const t = useT();
  const formats = useFormats();
  const list = useOne<ListPage<Session>>('/v1/sessions', {
    query: { state: 'done', mode: 'psi', limit: 200 },
  });
  const sessions = list.data?.items.filter(({ role }) => role !== 'sender');
  const [chosen, setChosen] = useState(asked ?? '');
  const [kind, setKind] = useState<NewExport['kind']>('audience');
  const [profile, setProfile] = useState<NewExport['profile']>('own');
  const [format, setFormat] = useState<NewExport['format']>('csv');
  const create = useAction<NewExport, Export>('POST', '/v1/exports', { onDone: onClose });
  const session = sessions?.find(({ id }) => id === chosen) ?? sessions?.[0];
  const frame = (children: ReactNode): ReactNode => (
    <Section title={t('exports.new.title')}>{children}</Section>
  );
  if (list.error !== null) return frame(<ErrorState error={list.error} onRetry={list.refetch} />);
  if (sessions === undefined) return frame(<Loading lines={6} />);
  if (session === undefined) {
    return frame(
      <Notice actions={<Button onClick={onClose}>{t('exports.new.cancel')}</Button>}>
        {t('exports.new.session.none')}
      </Notice>,
    );
  }
  return frame(
    <Form onSubmit={() => void create.run({ session: session.id, kind, profile, format })}>
      <Select
        label={t('exports.new.session')}
        hint={t('exports.new.purpose', { purpose: session.purpose })}
        value={session.id}
        onChange={setChosen}
        error={errorAt(create.error, 'session')}
        choices={sessions.map(({ id, partner, purpose, endedAt, createdAt }) => ({
          value: id,
          label: t('exports.new.session.option', {
            partner: partner.name,
            purpose,
            at: formats.dateTime(endedAt ?? createdAt),
          }),
        }))}
      />
      <Radios
        label={t('exports.new.kind')}
        value={kind}
        onChange={setKind}
        choices={KINDS.map((value) => ({
          value,
          label: t(`exports.kind.${value}`),
          hint: t(`exports.kind.${value}.text`),
        }))}
      />
      <Radios
        label={t('exports.new.profile')}
        value={profile}
        onChange={setProfile}
        choices={PROFILES.map((value) => ({
          value,
          label: t(`exports.profile.${value}`),
          hint: t(`exports.profile.${value}.text`),
        }))}
      />
      <Radios
        label={t('exports.new.format')}
        value={format}
        onChange={setFormat}
        choices={FORMATS.map((value) => ({
          value,
          label: t(`exports.format.${value}`),
          hint: t(`exports.format.${value}.text`),
        }))}
      />
      <FormError error={create.error} />
      <Row>
        <Button type="submit" tone="primary" busy={create.isRunning}>
          {t('exports.new.submit')}
        </Button>
        <Button onClick={onClose}>{t('exports.new.cancel')}</Button>
      </Row>
    </Form>,
  );
}
