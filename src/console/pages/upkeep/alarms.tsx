import { useState, type ReactNode } from 'react';
import { isMessageKey } from '../../../messages/index.js';
import { useAction, usePage, type Alarm } from '../../api/index.js';
import {
  Button,
  ButtonLink,
  Empty,
  ErrorState,
  Message,
  Name,
  Page as Frame,
  Row,
  Section,
  Select,
  StateTag,
  Time,
  useT,
} from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { DeedButton, Listed } from '../parts/index.js';

const STATES = ['open', 'acknowledged', 'closed'] as const;

/** What needs a person, what to do about it, and who looks after it. */
export function Alarms(): ReactNode {
  const t = useT();
  const [state, setState] = useState<'' | (typeof STATES)[number]>('');
  const list = usePage<Alarm>('/v1/alarms', { state });
  return (
    <Frame title={t('upkeep.alarms.title')} lead={t('upkeep.alarms.lead')}>
      <div className="fields">
        <Select
          label={t('upkeep.alarms.filter')}
          value={state}
          onChange={setState}
          choices={[
            { value: '', label: t('upkeep.alarms.filter.all') },
            ...STATES.map((value) => ({ value, label: t(`upkeep.alarm.state.${value}`) })),
          ]}
        />
      </div>
      <Listed
        list={list}
        empty={<Empty title={t('upkeep.alarms.empty.title')}>{t('upkeep.alarms.empty.text')}</Empty>}
      >
        {(alarms) => (
          <>
            {alarms.map((alarm) => (
              <OneAlarm key={alarm.id} alarm={alarm} />
            ))}
            {list.hasMore ? (
              <Row>
                <Button onClick={list.loadMore} busy={list.isLoadingMore}>
                  {t('shell.more')}
                </Button>
              </Row>
            ) : null}
          </>
        )}
      </Listed>
    </Frame>
  );
}

function OneAlarm({ alarm }: { readonly alarm: Alarm }): ReactNode {
  const t = useT();
  const may = useMay();
  const { kind, severity, state, detail, raisedAt, acknowledgedBy, acknowledgedAt, delivery } = alarm;
  const facts = Object.entries(detail);
  const wordOf = (key: string, term: string): string => (isMessageKey(key) ? t(key) : term);
  return (
    <Section
      title={t(`upkeep.kind.${kind}`)}
      actions={
        <>
          <StateTag state={severity} />
          <StateTag state={state} />
        </>
      }
    >
      <p>{t(`upkeep.kind.${kind}.next`)}</p>
      <p className="field-hint">
        <Message of="upkeep.alarm.raised" values={{ at: <Time at={raisedAt} /> }} />.{' '}
        {acknowledgedBy === null ? null : (
          <>
            <Message
              of="upkeep.alarm.by"
              values={{ name: <Name>{acknowledgedBy}</Name>, at: <Time at={acknowledgedAt} /> }}
            />
            .{' '}
          </>
        )}
        {t(`upkeep.alarm.delivery.${delivery}`)}.
      </p>
      {facts.length === 0 ? null : (
        <ul className="chips" aria-label={t('upkeep.alarm.details')}>
          {facts.map(([key, value]) => (
            <li key={key}>
              {wordOf(`upkeep.detail.${key}`, key)}:{' '}
              <Name max={80}>{wordOf(`upkeep.figure.${String(value)}`, String(value))}</Name>
            </li>
          ))}
        </ul>
      )}
      <Row>
        {alarm.sessionId === null ? null : (
          <ButtonLink small href={`/sessions/${alarm.sessionId}`}>
            {t('upkeep.alarm.session')}
          </ButtonLink>
        )}
        {alarm.partnerId === null || !may('GET /v1/partners') ? null : (
          <ButtonLink small href={`/partners/${alarm.partnerId}`}>
            {t('upkeep.alarm.partner')}
          </ButtonLink>
        )}
        <Doings alarm={alarm} />
      </Row>
    </Section>
  );
}

function Doings({ alarm: { id, kind, state } }: { readonly alarm: Alarm }): ReactNode {
  const t = useT();
  const may = useMay();
  const acknowledge = useAction('POST', `/v1/alarms/${id}/acknowledge`);
  const what = t(`upkeep.kind.${kind}`);
  return (
    <>
      {state === 'open' && may('POST /v1/alarms/:id/acknowledge') ? (
        <Button
          small
          busy={acknowledge.isRunning}
          label={t('upkeep.alarm.acknowledge.label', { what })}
          onClick={() => void acknowledge.run()}
        >
          {t('upkeep.alarm.acknowledge')}
        </Button>
      ) : null}
      {state === 'closed' ? null : (
        <DeedButton
          small
          deed={{
            needs: 'POST /v1/alarms/:id/close',
            path: `/v1/alarms/${id}/close`,
            verb: t('upkeep.alarm.close'),
            label: t('upkeep.alarm.close.label', { what }),
            title: t('upkeep.alarm.close.title'),
            consequence: t('upkeep.alarm.close.text'),
          }}
        />
      )}
      {acknowledge.error === null ? null : <ErrorState error={acknowledge.error} />}
    </>
  );
}
