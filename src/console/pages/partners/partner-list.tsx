import { useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useOne, usePage, type NodeInfo, type Partner } from '../../api/index.js';
import {
  Button,
  CopyText,
  DataTable,
  Empty,
  Name,
  Page as Frame,
  Section,
  StateTag,
  Time,
  useT,
} from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { Listed } from '../parts/index.js';
import { AgreementTable } from './agreement-table.js';
import { groupsOf } from './fingerprint.js';
import { PartnerForm } from './partner-form.js';

/** Who this node knows, its own fingerprint to tell them, and what was agreed with all of them. */
export function PartnerList(): ReactNode {
  const t = useT();
  const may = useMay();
  const [, go] = useLocation();
  const [isNew, setIsNew] = useState(false);
  const list = usePage<Partner>('/v1/partners');
  const mayAdd = may('POST /v1/partners');
  const add = (
    <Button tone="primary" onClick={() => setIsNew(true)}>
      {t('partners.new')}
    </Button>
  );
  return (
    <Frame title={t('partners.title')} lead={t('partners.lead')} actions={mayAdd && !isNew ? add : undefined}>
      {isNew ? (
        <Section title={t('partners.add.title')}>
          <PartnerForm
            partner={undefined}
            onDone={({ id }) => go(`/partners/${id}`)}
            onClose={() => setIsNew(false)}
          />
        </Section>
      ) : null}
      <Listed
        list={list}
        empty={
          <Empty title={t('partners.empty.title')} action={mayAdd && !isNew ? add : undefined}>
            {t('partners.empty.text')} {mayAdd ? null : t('partners.empty.next')}
          </Empty>
        }
      >
        {(partners) => (
          <DataTable
            caption={t('partners.caption')}
            rows={partners}
            rowKey={({ id }) => id}
            more={list}
            columns={[
              {
                id: 'name',
                header: t('partners.name'),
                isRowHeader: true,
                cell: ({ id, name }) => (
                  <Link href={`/partners/${id}`}>
                    <Name>{name}</Name>
                  </Link>
                ),
              },
              { id: 'state', header: t('partners.state'), cell: ({ state }) => <StateTag state={state} /> },
              {
                id: 'fingerprint',
                header: t('partners.fingerprint'),
                cell: ({ fingerprint }) => <code>{groupsOf(fingerprint)?.slice(0, 3).join(' ')} …</code>,
              },
              {
                id: 'address',
                header: t('partners.address'),
                cell: ({ address }) =>
                  address === null ? t('partners.address.none') : <Name>{address}</Name>,
              },
              {
                id: 'seen',
                header: t('partners.seen'),
                cell: ({ lastSeenAt }) =>
                  lastSeenAt === null ? t('partners.never') : <Time at={lastSeenAt} />,
              },
            ]}
          />
        )}
      </Listed>
      <AgreementTable partner={undefined} />
      <OwnKey />
    </Frame>
  );
}

function OwnKey(): ReactNode {
  const t = useT();
  const { data } = useOne<NodeInfo>('/v1/node');
  if (data === undefined) return null;
  return (
    <Section title={t('partners.own.title')} lead={t('partners.own.text')}>
      <CopyText text={data.fingerprint} label={t('partners.fingerprint')} />
    </Section>
  );
}
