import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import {
  asProblem,
  request,
  type Agreement,
  type Dataset,
  type Session,
  type SessionPreview,
} from '../../api/index.js';
import {
  Empty,
  ErrorState,
  Facts,
  Loading,
  Message,
  Name,
  Section,
  Time,
  useFormats,
  useT,
} from '../../kit/index.js';
import { isolated } from '../sessions/words.js';
import { ChoiceCards } from '../start/choice-cards.js';
import { Consequences } from '../start/consequences.js';
import { UnansweredChoice } from '../start/unanswered.js';
import { ComparisonSection } from './comparison-section.js';
import { DecisionButtons } from './decision-buttons.js';

/** What a partner asks, which dataset to use, what would come of it, and the two buttons. */
export function Decision({
  session,
  agreement,
  datasets,
}: {
  readonly session: Session;
  readonly agreement: Agreement;
  readonly datasets: readonly Dataset[];
}): ReactNode {
  const t = useT();
  const { partner, terms, role } = session;
  const fitting = datasets.filter(
    ({ id, definition }) => agreement.datasets.includes(id) && definition.role === role,
  );
  const [chosen, setChosen] = useState(fitting.length === 1 ? (fitting[0]?.id ?? '') : '');
  const [onUnanswered, setOnUnanswered] = useState<'refuse' | 'charge'>('refuse');
  const preview = usePreview(session.id, chosen);
  return (
    <>
      <Offer session={session} />
      <Section title={t('sessions.facts.dataset')}>
        {fitting.length === 0 ? (
          <Empty title={t('start.dataset.none.title')}>{t('approval.dataset.none')}</Empty>
        ) : (
          <ChoiceCards
            legend={t('approval.dataset.legend')}
            value={chosen}
            onChange={setChosen}
            choices={fitting.map(({ id, definition: { name, lineage } }) => ({
              value: id,
              label: <Name>{name}</Name>,
              hint: (
                <Message of="start.dataset.lineage" values={{ lineage: <Name max={40}>{lineage}</Name> }} />
              ),
            }))}
          />
        )}
        {terms.disclosure === 'dp' && fitting.length > 0 ? (
          <UnansweredChoice value={onUnanswered} onChange={setOnUnanswered} />
        ) : null}
      </Section>
      {preview.error !== null ? (
        <ErrorState error={asProblem(preview.error)} onRetry={() => void preview.refetch()} />
      ) : preview.data !== undefined ? (
        <>
          <ComparisonSection comparison={preview.data.comparison} />
          <Consequences preview={preview.data} partner={partner.name} />
        </>
      ) : chosen === '' ? (
        fitting.length > 0 ? (
          <p>{t('approval.dataset.choose')}</p>
        ) : null
      ) : (
        <Loading lines={8} />
      )}
      <DecisionButtons
        session={session}
        preview={preview.data}
        approval={{ dataset: chosen, onUnanswered }}
      />
    </>
  );
}

function usePreview(id: string, dataset: string) {
  return useQuery({
    queryKey: ['approval', id, dataset],
    queryFn: ({ signal }) =>
      request<SessionPreview>('POST', `/v1/sessions/${encodeURIComponent(id)}/preview`, {
        body: { dataset },
        signal,
      }),
    enabled: dataset !== '',
    retry: false,
    gcTime: 0,
  });
}

function Offer({ session }: { readonly session: Session }): ReactNode {
  const t = useT();
  const formats = useFormats();
  const { partner, mode, purpose, terms, createdAt, expiresAt, agreementName } = session;
  return (
    <Section
      title={t('approval.from', { partner: isolated(partner.name), mode: t(`sessions.mode.${mode}.long`) })}
      lead={
        <Message
          of="approval.until"
          values={{ at: <Time at={createdAt} />, until: <Time at={expiresAt} /> }}
        />
      }
    >
      <Facts
        columns={3}
        items={[
          { term: t('sessions.facts.purpose'), value: <Name>{purpose}</Name> },
          { term: t('sessions.facts.role'), value: t(`sessions.role.${session.role}`) },
          { term: t('sessions.facts.agreement'), value: <Name>{agreementName ?? ''}</Name> },
          { term: t('sessions.facts.identifiers'), value: formats.list(terms.keyTypes) },
          { term: t('sessions.facts.disclosure'), value: t(`sessions.facts.disclosure.${terms.disclosure}`) },
          ...(terms.disclosure === 'dp'
            ? [{ term: t('sessions.facts.epsilon'), value: formats.number(terms.epsilon, 6) }]
            : []),
          ...(terms.measures.length === 0
            ? []
            : [
                {
                  term: t('sessions.facts.measures'),
                  value: formats.list(terms.measures.map(({ name }) => isolated(name, 40))),
                },
              ]),
        ]}
      />
    </Section>
  );
}
