import type { ReactNode } from 'react';
import type { SessionPreview } from '../../api/index.js';
import { Message, Name, Notice, Section, useFormats, useT } from '../../kit/index.js';
import { isolated } from '../sessions/words.js';
import { BudgetBar } from './budget-bar.js';
import { EffectTable } from './effect-table.js';
import './start.css';

type Fact = SessionPreview['learns']['own'][number];

/** What would come of a session: who learns what, what it costs, and what effect it could show. */
export function Consequences({
  preview,
  partner,
}: {
  readonly preview: SessionPreview;
  /** Name of the partner. */
  readonly partner: string;
}): ReactNode {
  const t = useT();
  const { learns, cost, budget } = preview;
  return (
    <>
      <Section title={t('start.learn.title')}>
        <div className="learn">
          <Learnt title={t('start.learn.own')} facts={learns.own} />
          <Learnt
            title={t('start.learn.partner', { partner: isolated(partner, 40) })}
            facts={learns.partner}
          />
        </div>
        <p className="learn-never">{t('start.learn.never')}</p>
      </Section>
      <Section title={t('start.cost.title')}>
        {cost === null || budget === null ? (
          <p>{t('start.cost.none')}</p>
        ) : (
          <BudgetBar cost={cost.epsilon} budget={budget} partner={partner} />
        )}
      </Section>
      {preview.terms.mode === 'aggregate' ? (
        <Section title={t('start.effect.title')}>
          {preview.detectable === null ? (
            <Notice>{t(`start.effect.missing.${preview.detectableMissing ?? 'not-measured'}`)}</Notice>
          ) : (
            <EffectTable effects={preview.detectable} />
          )}
        </Section>
      ) : null}
    </>
  );
}

function Learnt({ title, facts }: { readonly title: string; readonly facts: readonly Fact[] }): ReactNode {
  return (
    <div className="learn-side">
      <h3>{title}</h3>
      <ul>
        {facts.map((fact, index) => (
          <li key={index}>
            <LearntFact fact={fact} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function LearntFact({ fact: { what, measure, noise, epsilon } }: { readonly fact: Fact }): ReactNode {
  const t = useT();
  const formats = useFormats();
  const how =
    noise === null
      ? ''
      : t(`start.learn.noise.${noise}`, { epsilon: epsilon === null ? '' : formats.number(epsilon, 6) });
  return (
    <Message
      of={`start.learn.${what}`}
      values={{ noise: how, measure: <Name max={40}>{measure ?? ''}</Name> }}
    />
  );
}
