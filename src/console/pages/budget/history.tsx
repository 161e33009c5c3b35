import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { TrendChart } from '../../../report/page/index.js';
import { useOne, type LedgerAccount, type LedgerEntry } from '../../api/index.js';
import {
  Amount,
  DataTable,
  Empty,
  None,
  Page as Frame,
  Section,
  Time,
  useFormats,
  useLocale,
  useT,
} from '../../kit/index.js';
import { Shown } from '../parts/index.js';
import { useReportStyles } from '../parts/report-styles.js';
import { Gauge } from './gauge.js';

interface Account {
  readonly partner: string;
  readonly lineage: string;
}

/** What one account has spent, over time and line by line. */
export function History({ partner, lineage }: Account): ReactNode {
  const t = useT();
  const accounts = useOne<{ readonly items: readonly LedgerAccount[] }>('/v1/ledger/accounts');
  const account = accounts.data?.items.find((one) => one.partnerId === partner && one.lineage === lineage);
  const path = `/v1/ledger/accounts/${encodeURIComponent(partner)}/${encodeURIComponent(lineage)}/history`;
  const history = useOne<{ readonly items: readonly LedgerEntry[] }>(path);
  useReportStyles();
  return (
    <Frame
      title={
        account === undefined
          ? t('budget.title')
          : t('budget.history.title', { partner: account.partnerName })
      }
      lead={account === undefined ? undefined : t('budget.history.lead', { lineage })}
      trail={<Link href="/budget">{t('budget.back')}</Link>}
    >
      <Shown one={accounts} lines={2}>
        {() =>
          account === undefined ? (
            <Empty title={t('budget.missing.title')}>{t('budget.missing.text')}</Empty>
          ) : (
            <Gauge account={account} />
          )
        }
      </Shown>
      <Shown one={history}>{({ items }) => (account === undefined ? null : <Spent entries={items} />)}</Shown>
    </Frame>
  );
}

function Spent({ entries }: { readonly entries: readonly LedgerEntry[] }): ReactNode {
  const t = useT();
  const locale = useLocale();
  if (entries.length === 0) {
    return <Empty title={t('budget.history.empty.title')}>{t('budget.history.empty.text')}</Empty>;
  }
  const points = entries.map(({ at, spentEpsilon }) => ({
    at,
    value: spentEpsilon === null ? null : Number(spentEpsilon),
  }));
  return (
    <>
      {entries.length < 2 ? null : (
        <Section title={t('budget.chart.title')}>
          <TrendChart
            title={t('budget.chart.title')}
            axisTitle={t('budget.chart.axis')}
            series={[{ name: t('budget.spent'), points }]}
            t={t}
            locale={locale}
          />
        </Section>
      )}
      <Section title={t('budget.history.lines')}>
        <Lines entries={entries} />
      </Section>
    </>
  );
}

function Lines({ entries }: { readonly entries: readonly LedgerEntry[] }): ReactNode {
  const t = useT();
  const formats = useFormats();
  return (
    <DataTable
      caption={t('budget.history.caption')}
      rows={entries}
      rowKey={({ id }) => id}
      columns={[
        {
          id: 'at',
          header: t('budget.history.when'),
          isRowHeader: true,
          cell: ({ at }) => <Time at={at} />,
        },
        {
          id: 'cost',
          header: t('budget.history.cost'),
          isNumber: true,
          cell: ({ cost }) =>
            cost.epsilon === null ? (
              t('budget.history.gaussian', { rho: formats.number(cost.rho, 6) })
            ) : (
              <Amount value={cost.epsilon} digits={4} />
            ),
        },
        {
          id: 'delta',
          header: t('budget.history.delta'),
          isNumber: true,
          cell: ({ cost }) => <Amount value={cost.delta} digits={12} />,
        },
        {
          id: 'total',
          header: t('budget.history.total'),
          isNumber: true,
          cell: ({ spentEpsilon }) => <Amount value={spentEpsilon} digits={4} />,
        },
        {
          id: 'answered',
          header: t('budget.history.answered'),
          cell: ({ isAnswered }) =>
            t(isAnswered ? 'budget.history.answered.yes' : 'budget.history.answered.no'),
        },
        {
          id: 'session',
          header: t('budget.history.session'),
          cell: ({ sessionId }) =>
            sessionId === null ? <None /> : <Link href={`/sessions/${sessionId}`}>{t('budget.open')}</Link>,
        },
      ]}
    />
  );
}
