import type { ReactNode } from 'react';
import { useT } from '../../kit/index.js';
import { ChoiceCards } from './choice-cards.js';

type OnUnanswered = 'refuse' | 'charge';

/** What to do when the same request was paid for and its answer was lost. */
export function UnansweredChoice({
  value,
  onChange,
}: {
  readonly value: OnUnanswered;
  readonly onChange: (value: OnUnanswered) => void;
}): ReactNode {
  const t = useT();
  return (
    <ChoiceCards
      legend={t('start.unanswered.legend')}
      hint={t('start.unanswered.text')}
      value={value}
      onChange={onChange}
      choices={(['refuse', 'charge'] as const).map((choice) => ({
        value: choice,
        label: t(`start.unanswered.${choice}`),
      }))}
    />
  );
}
