import type { ReactNode } from 'react';
import type { Agreement } from '../../api/index.js';
import { Empty, Message, Name, Time, useT } from '../../kit/index.js';
import { choicesOf, type AskForm } from './ask-form.js';
import { ChoiceCards } from './choice-cards.js';
import type { Known } from './known.js';

interface ChooseProps {
  readonly known: Known;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (changes: Partial<AskForm>) => void;
}

export function AgreementStep({ known, value, error, onChange }: ChooseProps): ReactNode {
  const t = useT();
  return (
    <ChoiceCards
      legend={t('start.agreement.legend')}
      error={error}
      value={value}
      onChange={(agreement) => onChange({ agreement })}
      choices={known.agreements.map(({ id, name, partnerId, terms, approval }) => {
        const partner = known.partners.find((one) => one.id === partnerId);
        return {
          value: id,
          label: (
            <>
              <Name>{name}</Name> · <Name>{partner?.name ?? partnerId}</Name>
            </>
          ),
          hint: (
            <>
              <Message
                of="start.agreement.until"
                values={{ until: <Time at={terms.validUntil} as="date" /> }}
              />
              {' · '}
              {t(`start.agreement.${approval}`)}
            </>
          ),
        };
      })}
    />
  );
}

export function DatasetStep({
  known,
  agreement,
  value,
  error,
  onChange,
}: ChooseProps & { readonly agreement: Agreement }): ReactNode {
  const t = useT();
  const datasets = known.datasets.filter(({ id }) => agreement.datasets.includes(id));
  if (datasets.length === 0) {
    return <Empty title={t('start.dataset.none.title')}>{t('start.dataset.none.text')}</Empty>;
  }
  return (
    <ChoiceCards
      legend={t('start.dataset.legend')}
      error={error}
      value={value}
      onChange={(dataset) => onChange({ dataset })}
      choices={datasets.map((dataset) => {
        const { name, lineage, role } = dataset.definition;
        const isUsable = choicesOf(agreement, dataset).modes.length > 0;
        return {
          value: dataset.id,
          label: <Name>{name}</Name>,
          disabled: !isUsable,
          hint: (
            <>
              {t(`sessions.role.${role}`)} ·{' '}
              <Message of="start.dataset.lineage" values={{ lineage: <Name max={40}>{lineage}</Name> }} />
              {isUsable ? null : ` · ${t('start.dataset.unfit')}`}
            </>
          ),
        };
      })}
    />
  );
}
