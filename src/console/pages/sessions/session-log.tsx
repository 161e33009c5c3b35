import type { ReactNode } from 'react';
import type { Session, SessionEvent } from '../../api/index.js';
import { CopyText, DataTable, Facts, Time, useT } from '../../kit/index.js';
import { errorWords } from './words.js';

/** What happened to a session, in order. */
export function SessionLog({ events }: { readonly events: readonly SessionEvent[] }): ReactNode {
  const t = useT();
  if (events.length === 0) return <p>{t('sessions.events.empty')}</p>;
  return (
    <DataTable
      caption={t('sessions.events.title')}
      rows={events}
      rowKey={({ number }) => String(number)}
      columns={[
        { id: 'when', header: t('sessions.events.when'), width: '14rem', cell: ({ at }) => <Time at={at} /> },
        {
          id: 'what',
          header: t('sessions.events.what'),
          isRowHeader: true,
          cell: (event) => <What event={event} />,
        },
      ]}
    />
  );
}

function What({ event: { from, to, detail } }: { readonly event: SessionEvent }): ReactNode {
  const t = useT();
  const code = typeof detail['code'] === 'string' ? detail['code'] : undefined;
  const step =
    to === null
      ? t(detail['waiting'] === true ? 'sessions.events.waiting' : 'sessions.events.noted')
      : from === null
        ? t('sessions.events.created', { state: t(`sessions.state.${to}`) })
        : t('sessions.events.moved', { from: t(`sessions.state.${from}`), to: t(`sessions.state.${to}`) });
  return (
    <>
      {step}
      {code === undefined ? null : (
        <span className="event-why">
          {errorWords(t, code).what} <code>{code}</code>
        </span>
      )}
    </>
  );
}

/** What both sides signed. */
export function SessionReceipts({ session: { receipts } }: { readonly session: Session }): ReactNode {
  const t = useT();
  if (receipts === null) return <p>{t('sessions.receipts.none')}</p>;
  const { transcriptDigest, own, peer } = receipts;
  const shown = [
    { term: t('sessions.receipts.digest'), text: transcriptDigest },
    { term: t('sessions.receipts.own'), text: own },
    { term: t('sessions.receipts.peer'), text: peer },
  ];
  return (
    <>
      <p>{t('sessions.receipts.text')}</p>
      <Facts
        columns={1}
        items={shown.map(({ term, text }) => ({ term, value: <CopyText text={text} label={term} /> }))}
      />
    </>
  );
}
