import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { useOne, type LedgerAccount } from '../../api/index.js';
import {
  ButtonLink,
  Empty,
  Facts,
  Message,
  Name,
  Page as Frame,
  Section,
  Amount,
  useT,
} from '../../kit/index.js';
import { Gate, Shown } from '../parts/index.js';
import { Gauge } from './gauge.js';
import { History } from './history.js';

/** Budgets: all accounts, or what one of them has spent (`?partner=` and `&lineage=`). */
export function Page(): ReactNode {
  const t = useT();
  const [search] = useSearchParams();
  const [partner, lineage] = [search.get('partner'), search.get('lineage')];
  return (
    <Gate needs="GET /v1/ledger/accounts" title={t('budget.title')}>
      {partner === null || lineage === null ? (
        <Accounts />
      ) : (
        <History key={`${partner} ${lineage}`} partner={partner} lineage={lineage} />
      )}
    </Gate>
  );
}

function Accounts(): ReactNode {
  const t = useT();
  const one = useOne<{ readonly items: readonly LedgerAccount[] }>('/v1/ledger/accounts');
  return (
    <Frame title={t('budget.title')} lead={t('budget.lead')}>
      <Shown one={one}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('budget.empty.title')}>{t('budget.empty.text')}</Empty>
          ) : (
            items.map((account) => (
              <Account key={`${account.partnerId} ${account.lineage}`} account={account} />
            ))
          )
        }
      </Shown>
    </Frame>
  );
}

function Account({ account }: { readonly account: LedgerAccount }): ReactNode {
  const t = useT();
  const { partnerId, partnerName, lineage, limit, spent, sessions } = account;
  return (
    <Section
      title={t('budget.account', { partner: partnerName, lineage })}
      actions={
        <ButtonLink href={`/budget?partner=${partnerId}&lineage=${encodeURIComponent(lineage)}`}>
          {t('budget.history')}
        </ButtonLink>
      }
    >
      <Gauge account={account} />
      <Facts
        columns={3}
        items={[
          { term: t('budget.partner'), value: <Name>{partnerName}</Name> },
          { term: t('budget.lineage'), value: <Name>{lineage}</Name> },
          {
            term: t('budget.sessions.label'),
            value: t('budget.sessions', { count: sessions }),
            hint:
              limit === null ? undefined : (
                <Message
                  of="budget.delta"
                  values={{
                    spent: <Amount value={spent.delta} digits={12} />,
                    limit: <Amount value={limit.delta} digits={12} />,
                  }}
                />
              ),
          },
        ]}
      />
    </Section>
  );
}
