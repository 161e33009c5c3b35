import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { usePage, type Agreement, type Partner } from '../../api/index.js';
import {
  DataTable,
  Empty,
  Message,
  Name,
  Section,
  StateTag,
  Time,
  useT,
  type Column,
} from '../../kit/index.js';
import { Listed, usePartnerNames } from '../parts/index.js';

/** What was agreed with one partner, or with all. */
export function AgreementTable({
  partner,
  actions,
}: {
  readonly partner: Partner | undefined;
  readonly actions?: ReactNode;
}): ReactNode {
  const t = useT();
  const nameOf = usePartnerNames();
  const list = usePage<Agreement>('/v1/agreements', { partner: partner?.id });
  const who: Column<Agreement> = {
    id: 'partner',
    header: t('partners.agreement.new.partner'),
    cell: ({ partnerId }) => <Name>{nameOf(partnerId)}</Name>,
  };
  const columns: readonly Column<Agreement>[] = [
    {
      id: 'name',
      header: t('partners.agreement.name'),
      isRowHeader: true,
      cell: ({ id, name }) => (
        <Link href={`/agreements/${id}`}>
          <Name>{name}</Name>
        </Link>
      ),
    },
    ...(partner === undefined ? [who] : []),
    { id: 'state', header: t('partners.state'), cell: ({ state }) => <StateTag state={state} /> },
    {
      id: 'valid',
      header: t('partners.agreement.valid'),
      cell: ({ terms }) => (
        <Message
          of="partners.agreement.valid.text"
          values={{
            from: <Time at={terms.validFrom} as="date" />,
            until: <Time at={terms.validUntil} as="date" />,
          }}
        />
      ),
    },
  ];
  return (
    <Section title={t('partners.agreements')} actions={actions}>
      <Listed
        list={list}
        empty={
          <Empty title={t('partners.agreements.empty.title')}>{t('partners.agreements.empty.text')}</Empty>
        }
      >
        {(agreements) => (
          <DataTable
            caption={t(partner === undefined ? 'partners.agreements.all' : 'partners.agreements.caption')}
            columns={columns}
            rows={agreements}
            rowKey={({ id }) => id}
            more={list}
          />
        )}
      </Listed>
    </Section>
  );
}
