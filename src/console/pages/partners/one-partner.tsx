import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useOne, type Partner } from '../../api/index.js';
import {
  Button,
  ButtonLink,
  CopyText,
  Facts,
  Name,
  None,
  Page as Frame,
  Section,
  StateTag,
  Time,
  useT,
} from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { DeedButton, Shown } from '../parts/index.js';
import { AgreementTable } from './agreement-table.js';
import { PartnerForm } from './partner-form.js';

/** One partner: its key, its state, and what was agreed with it. */
export function OnePartner({ id }: { readonly id: string }): ReactNode {
  const t = useT();
  const one = useOne<Partner>(`/v1/partners/${encodeURIComponent(id)}`);
  if (one.data !== undefined) return <Known partner={one.data} />;
  return (
    <Frame title={t('partners.title')} trail={<Link href="/partners">{t('partners.back')}</Link>}>
      <Shown one={one}>{() => null}</Shown>
    </Frame>
  );
}

function Known({ partner }: { readonly partner: Partner }): ReactNode {
  const t = useT();
  const may = useMay();
  const [isEdited, setIsEdited] = useState(false);
  const { id, name, state, fingerprint, address, note, createdAt, lastSeenAt } = partner;
  return (
    <Frame
      title={name}
      trail={<Link href="/partners">{t('partners.back')}</Link>}
      actions={
        <>
          <StateTag state={state} />
          {may('PATCH /v1/partners/:id') && !isEdited ? (
            <Button onClick={() => setIsEdited(true)}>{t('partners.edit')}</Button>
          ) : null}
          <StateDeeds partner={partner} />
        </>
      }
    >
      {isEdited ? (
        <Section title={t('partners.edit.title', { name })}>
          <PartnerForm
            partner={partner}
            onDone={() => setIsEdited(false)}
            onClose={() => setIsEdited(false)}
          />
        </Section>
      ) : (
        <Section title={t('partners.fingerprint')}>
          <CopyText text={fingerprint} label={t('partners.fingerprint')} />
          <Facts
            items={[
              {
                term: t('partners.address'),
                value: address === null ? t('partners.address.none') : <Name max={300}>{address}</Name>,
              },
              {
                term: t('partners.seen'),
                value: lastSeenAt === null ? t('partners.never') : <Time at={lastSeenAt} />,
              },
              { term: t('partners.added'), value: <Time at={createdAt} /> },
              { term: t('partners.note'), value: note === null ? <None /> : <Name max={1000}>{note}</Name> },
            ]}
          />
        </Section>
      )}
      <AgreementTable
        partner={partner}
        actions={
          may('POST /v1/agreements') && state !== 'removed' ? (
            <ButtonLink href={`/agreements/new?partner=${id}`}>{t('partners.agreement.new')}</ButtonLink>
          ) : undefined
        }
      />
    </Frame>
  );
}

function StateDeeds({ partner: { id, name, state } }: { readonly partner: Partner }): ReactNode {
  const t = useT();
  const deed = (verb: 'suspend' | 'activate' | 'remove', isDanger = false): ReactNode => (
    <DeedButton
      key={verb}
      deed={{
        needs: `POST /v1/partners/:id/${verb}`,
        path: `/v1/partners/${id}/${verb}`,
        verb: t(`partners.${verb}`),
        title: t(`partners.${verb}.title`, { name }),
        consequence: t(`partners.${verb}.text`),
        isDanger,
      }}
    />
  );
  return (
    <>
      {state === 'active' ? deed('suspend') : deed('activate')}
      {state === 'removed' ? null : deed('remove', true)}
    </>
  );
}
