import { useId, useState, type ReactNode } from 'react';
import { CATALOGUES, isMessageKey } from '../../../messages/index.js';
import type { Query } from '../../api/index.js';
import { Button, Field, Row, Select, useT } from '../../kit/index.js';
import { Form } from '../parts/index.js';
import './audit.css';

const ACTORS = ['token', 'node', 'partner', 'command'] as const;
const SUBJECTS = [
  'node',
  'state',
  'partner',
  'agreement',
  'dataset',
  'session',
  'report',
  'export',
  'schedule',
  'token',
  'alarm',
  'audit',
] as const;
const PREFIX = 'audit.action.';
/** Every action has words, so the catalogue has them all. */
const ACTIONS = Object.keys(CATALOGUES.en)
  .filter((key) => key.startsWith(PREFIX))
  .map((key) => key.slice(PREFIX.length));

/** What the entries are narrowed to; empty is no narrowing. Times are of the reader's zone, as a field has them. */
export interface Filters {
  readonly actorKind: (typeof ACTORS)[number] | '';
  readonly actorName: string;
  readonly action: string;
  readonly subjectKind: (typeof SUBJECTS)[number] | '';
  readonly subjectId: string;
  readonly from: string;
  readonly until: string;
  readonly order: 'newest-first' | 'oldest-first';
}

export const NO_FILTERS: Filters = {
  actorKind: '',
  actorName: '',
  action: '',
  subjectKind: '',
  subjectId: '',
  from: '',
  until: '',
  order: 'newest-first',
};

export function queryOf({ from, until, ...rest }: Filters): Query {
  return { ...rest, from: utcOf(from), until: utcOf(until) };
}

/** A time as `datetime-local` has it, in UTC. */
function utcOf(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}

export function AuditFilters({
  filters,
  onChange,
}: {
  readonly filters: Filters;
  readonly onChange: (filters: Filters) => void;
}): ReactNode {
  const t = useT();
  const id = useId();
  const [draft, setDraft] = useState(filters);
  const change = (part: Partial<Filters>): void => setDraft({ ...draft, ...part });
  const any = { value: '', label: t('audit.filter.any') } as const;
  return (
    <Form
      onSubmit={() =>
        onChange({ ...draft, actorName: draft.actorName.trim(), subjectId: draft.subjectId.trim() })
      }
    >
      <div className="fields" role="group" aria-labelledby={id}>
        <h3 id={id} className="visually-hidden">
          {t('audit.filters')}
        </h3>
        <Select
          label={t('audit.filter.action')}
          value={draft.action}
          onChange={(action) => change({ action })}
          choices={[
            any,
            ...ACTIONS.map((value) => ({ value, label: wordsOf(t, `${PREFIX}${value}`, value) })),
          ]}
        />
        <Select
          label={t('audit.filter.actor.kind')}
          value={draft.actorKind}
          onChange={(actorKind) => change({ actorKind })}
          choices={[any, ...ACTORS.map((value) => ({ value, label: t(`audit.actor.${value}`) }))]}
        />
        <Field
          label={t('audit.filter.actor')}
          value={draft.actorName}
          onChange={(actorName) => change({ actorName })}
          maxLength={200}
        />
        <Select
          label={t('audit.filter.subject')}
          value={draft.subjectKind}
          onChange={(subjectKind) => change({ subjectKind })}
          choices={[any, ...SUBJECTS.map((value) => ({ value, label: t(`audit.subject.${value}`) }))]}
        />
        <Field
          label={t('audit.filter.subject.id')}
          value={draft.subjectId}
          onChange={(subjectId) => change({ subjectId })}
          maxLength={200}
          mono
        />
        <Field
          type="datetime-local"
          label={t('audit.filter.from')}
          value={draft.from}
          onChange={(from) => change({ from })}
        />
        <Field
          type="datetime-local"
          label={t('audit.filter.until')}
          value={draft.until}
          onChange={(until) => change({ until })}
        />
        <Select
          label={t('audit.filter.order')}
          value={draft.order}
          onChange={(order) => change({ order })}
          choices={(['newest-first', 'oldest-first'] as const).map((value) => ({
            value,
            label: t(`audit.filter.order.${value}`),
          }))}
        />
      </div>
      <Row>
        <Button type="submit">{t('audit.filter.apply')}</Button>
        <Button
          tone="quiet"
          onClick={() => {
            setDraft(NO_FILTERS);
            onChange(NO_FILTERS);
          }}
        >
          {t('audit.filter.clear')}
        </Button>
      </Row>
    </Form>
  );
}

function wordsOf(t: ReturnType<typeof useT>, key: string, fallback: string): string {
  return isMessageKey(key) ? t(key) : fallback;
}
