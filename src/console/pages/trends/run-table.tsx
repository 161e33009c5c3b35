import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { TrendRun } from '../../../admin/index.js';
import {
  Amount,
  DataTable,
  Message,
  Name,
  None,
  Section,
  StateTag,
  Time,
  useFormats,
  useT,
} from '../../kit/index.js';

/** The figures of each run, the newest first. */
export function RunTable({ runs }: { readonly runs: readonly TrendRun[] }): ReactNode {
  const t = useT();
  const formats = useFormats();
  return (
    <Section title={t('trend.table')}>
      <DataTable
        caption={t('trend.table.caption')}
        rows={[...runs].reverse()}
        rowKey={({ sessionId }) => sessionId}
        columns={[
          {
            id: 'at',
            header: t('trend.table.at'),
            isRowHeader: true,
            cell: ({ at, sessionId }) => (
              <Link href={`/sessions/${sessionId}`}>
                <Time at={at} />
              </Link>
            ),
          },
          { id: 'state', header: t('trend.table.state'), cell: ({ state }) => <StateTag state={state} /> },
          {
            id: 'match',
            header: t('trend.table.match'),
            isNumber: true,
            cell: ({ matchRatePercent: rate, matchRateCapped }) =>
              rate === null ? <None /> : `${matchRateCapped ? '> ' : ''}${formats.percent(rate, 0)}`,
          },
          {
            id: 'lift',
            header: t('trend.table.lift'),
            cell: ({ lifts }) => (lifts.length === 0 ? <None /> : <Lifts lifts={lifts} />),
          },
          {
            id: 'epsilon',
            header: t('trend.table.epsilon'),
            isNumber: true,
            cell: ({ epsilon }) => <Amount value={epsilon} digits={4} />,
          },
          {
            id: 'report',
            header: t('trend.table.report'),
            cell: ({ reportId }) =>
              reportId === null ? (
                <None />
              ) : (
                <Link href={`/reports/${reportId}`}>{t('trend.table.report.open')}</Link>
              ),
          },
        ]}
      />
    </Section>
  );
}

function Lifts({ lifts }: { readonly lifts: TrendRun['lifts'] }): ReactNode {
  const t = useT();
  const formats = useFormats();
  return lifts.map(({ measure, arm, value, lower, upper }) => (
    <span className="fact-hint" key={JSON.stringify([measure, arm])}>
      <Name>{measure ?? t('trend.lift.conversions')}</Name>, <Name>{arm}</Name>:{' '}
      {value === null || lower === null || upper === null ? (
        <None />
      ) : (
        <Message
          of="trend.interval"
          values={{
            value: formats.signed(value, 4),
            lower: formats.signed(lower, 4),
            upper: formats.signed(upper, 4),
          }}
        />
      )}
    </span>
  ));
}
