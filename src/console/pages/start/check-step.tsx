import type { ReactNode } from 'react';
import type { Dataset, SessionPreview } from '../../api/index.js';
import { Facts, Name, Section, useFormats, useT } from '../../kit/index.js';
import { isolated } from '../sessions/words.js';
import { Consequences } from './consequences.js';

/** What will be sent, and what would come of it. */
export function CheckStep({
  preview,
  partner,
  dataset,
}: {
  readonly preview: SessionPreview;
  readonly partner: string;
  readonly dataset: Dataset;
}): ReactNode {
  const t = useT();
  const formats = useFormats();
  const { terms } = preview;
  const measures = terms.measures.map(({ name }) => isolated(name, 40));
  return (
    <>
      <Section
        title={t('start.check.title')}
        lead={t('start.check.text', { partner: isolated(partner, 40) })}
      >
        <Facts
          columns={3}
          items={[
            { term: t('sessions.facts.mode'), value: t(`sessions.mode.${terms.mode}.long`) },
            { term: t('sessions.facts.purpose'), value: <Name>{terms.purpose}</Name> },
            { term: t('sessions.facts.dataset'), value: <Name>{dataset.definition.name}</Name> },
            { term: t('sessions.facts.identifiers'), value: formats.list(terms.keyTypes) },
            ...(measures.length === 0
              ? []
              : [{ term: t('sessions.facts.measures'), value: formats.list(measures) }]),
            ...(terms.disclosure === 'dp'
              ? [
                  { term: t('sessions.facts.epsilon'), value: formats.number(terms.epsilon, 6) },
                  { term: t('sessions.facts.delta'), value: terms.delta },
                ]
              : [
                  {
                    term: t('sessions.facts.disclosure'),
                    value: t(`sessions.facts.disclosure.${terms.disclosure}`),
                  },
                ]),
          ]}
        />
      </Section>
      <Consequences preview={preview} partner={partner} />
    </>
  );
}
