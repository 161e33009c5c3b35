import type { ReactNode } from 'react';
import type { SessionPreview } from '../../api/index.js';
import { Notice, useFormats, useT } from '../../kit/index.js';
import { isolated } from '../sessions/words.js';

type Budget = NonNullable<SessionPreview['budget']>;

/** What a session takes of a budget: spent before, this one, and what is left after it. */
export function BudgetBar({
  cost,
  budget,
  partner,
}: {
  /** Epsilon, decimal. */
  readonly cost: string;
  readonly budget: Budget;
  /** Name of the partner. */
  readonly partner: string;
}): ReactNode {
  const t = useT();
  const formats = useFormats();
  const figures = figuresOf(cost, budget);
  const { limit, spent, own, left } = figures;
  const isOver = own > Number(budget.leftEpsilon);
  const parts = [
    { name: 'spent', label: t('start.cost.spent'), value: spent },
    { name: 'this', label: t('start.cost.this'), value: own },
    { name: 'left', label: t('start.cost.left'), value: left },
  ];
  return (
    <figure className="budget">
      <figcaption>
        {t('start.cost.caption', { partner: isolated(partner, 40), lineage: isolated(budget.lineage, 40) })}
      </figcaption>
      <div className="budget-bar" aria-hidden="true">
        {parts.map(({ name, value }) => (
          <span
            key={name}
            className={`budget-part budget-${name}`}
            style={{ flexGrow: limit > 0 ? Math.max(0, value) / limit : 0 }}
          />
        ))}
      </div>
      <dl className="budget-figures">
        {parts.map(({ name, label, value }) => (
          <div key={name}>
            <dt>
              <span className={`budget-key budget-${name}`} aria-hidden="true" />
              {label}
            </dt>
            <dd>
              {name === 'spent' && budget.spentEpsilon === null
                ? t('start.cost.spentUnknown')
                : formats.number(value, 3)}
            </dd>
          </div>
        ))}
        <div>
          <dt>{t('start.cost.limit')}</dt>
          <dd>{formats.number(limit, 3)}</dd>
        </div>
      </dl>
      {isOver ? <Notice tone="warn">{t('start.cost.over')}</Notice> : null}
      <p className="field-hint">{t('start.cost.repeat')}</p>
    </figure>
  );
}

/** Epsilon as numbers; what is left is that of the node less this session, and not below 0. */
export function figuresOf(
  cost: string,
  { limitEpsilon, spentEpsilon, leftEpsilon }: Budget,
): { readonly limit: number; readonly spent: number; readonly own: number; readonly left: number } {
  const limit = Number(limitEpsilon);
  const own = Number(cost);
  const left = Math.max(0, Number(leftEpsilon) - own);
  return { limit, spent: spentEpsilon === null ? limit : Number(spentEpsilon), own, left };
}
