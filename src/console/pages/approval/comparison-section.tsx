import type { ReactNode } from 'react';
import { isMessageKey, type Translate } from '../../../messages/index.js';
import { DataTable, Name, Notice, Section, Tag, useFormats, useT, type Tone } from '../../kit/index.js';
import { differences, verdictOf, type Compared, type Verdict } from './comparison.js';

const TONES: Readonly<Record<Verdict, Tone>> = {
  same: 'neutral',
  narrower: 'good',
  stricter: 'good',
  outside: 'bad',
};

/** Where an offer differs from the agreement, and all terms on demand. */
export function ComparisonSection({ comparison }: { readonly comparison: readonly Compared[] }): ReactNode {
  const t = useT();
  const differing = differences(comparison);
  const outside = differing.filter((compared) => verdictOf(compared) === 'outside').length;
  const summary =
    outside > 0
      ? t('approval.difference.outside', { count: outside })
      : differing.length > 0
        ? t('approval.difference.some', { count: differing.length })
        : t('approval.difference.none');
  return (
    <Section title={t('approval.difference.title')}>
      <Notice tone={outside > 0 ? 'bad' : 'good'}>{summary}</Notice>
      {differing.length > 0 ? <Terms rows={differing} /> : null}
      <details className="more">
        <summary>{t('approval.difference.all')}</summary>
        <div className="more-fields">
          <Terms rows={comparison} />
        </div>
      </details>
    </Section>
  );
}

function Terms({ rows }: { readonly rows: readonly Compared[] }): ReactNode {
  const t = useT();
  return (
    <DataTable
      caption={t('approval.difference.caption')}
      rows={rows}
      rowKey={({ term }) => term}
      columns={[
        {
          id: 'term',
          header: t('approval.difference.term'),
          isRowHeader: true,
          cell: ({ term }) => t(`approval.term.${term}`),
        },
        {
          id: 'agreed',
          header: t('approval.difference.agreed'),
          cell: (compared) => <Values of={compared} values={compared.agreed} isAgreed />,
        },
        {
          id: 'asked',
          header: t('approval.difference.asked'),
          cell: (compared) => <Values of={compared} values={compared.offered} />,
        },
        {
          id: 'verdict',
          header: t('approval.difference.verdict'),
          cell: (compared) => {
            const verdict = verdictOf(compared);
            return <Tag tone={TONES[verdict]}>{t(`approval.verdict.${verdict}`)}</Tag>;
          },
        },
      ]}
    />
  );
}

function Values({
  of: { term, limit },
  values,
  isAgreed = false,
}: {
  readonly of: Compared;
  readonly values: readonly string[];
  readonly isAgreed?: boolean;
}): ReactNode {
  const t = useT();
  const formats = useFormats();
  return (
    <ul className="plain-list">
      {values.map((value) => {
        const text = /^\d+(\.\d+)?$/.test(value) && term !== 'delta' ? formats.number(value, 6) : value;
        const isLimit = isAgreed && (limit === 'at-most' || limit === 'at-least');
        const words = isLimit
          ? t(`approval.limit.${limit}`, { value: text })
          : (wordOf(t, term, value) ?? text);
        return (
          <li key={value}>
            <Name max={48}>{words}</Name>
          </li>
        );
      })}
    </ul>
  );
}

/** The word for a value that the protocol has a name for. */
function wordOf(t: Translate, term: Compared['term'], value: string): string | undefined {
  if (value === 'true' || value === 'false') return t(value === 'true' ? 'approval.yes' : 'approval.no');
  const areas: Partial<Record<Compared['term'], string>> = {
    mode: 'sessions.mode',
    role: 'sessions.role',
    disclosure: 'sessions.facts.disclosure',
  };
  const key = `${areas[term] ?? ''}.${value}`;
  return isMessageKey(key) ? t(key) : undefined;
}
