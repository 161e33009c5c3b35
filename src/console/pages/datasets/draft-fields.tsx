import type { ReactNode } from 'react';
import { Field, Radios, Select, useT } from '../../kit/index.js';
import { errorAt } from '../parts/index.js';
import { CommaField } from './comma-field.js';
import { at, isRecord, textAt, withAt, type DraftProps } from './definition-draft.js';
import { IdentifierFields, MeasureFields } from './draft-lines.js';

const ROLES = ['cohorts', 'measures', 'sender', 'receiver', 'both'] as const;
const PROFILES = ['uid2', 'google', 'meta', 'pair'] as const;

/** The parts of a definition that most datasets have, as fields. */
export function DraftFields({
  draft,
  onChange,
  error,
  isNew,
}: DraftProps & { readonly isNew: boolean }): ReactNode {
  const t = useT();
  const set = (path: readonly string[], value: unknown): void => onChange(withAt(draft, path, value));
  const role = ROLES.find((one) => one === textAt(draft, ['role']));
  const changeRole = (next: string): void => {
    // What belongs to another role would be refused.
    let changed = withAt(draft, ['role'], next);
    if (next !== 'cohorts') changed = withAt(changed, ['data', 'cohorts'], undefined);
    if (next !== 'measures') changed = withAt(changed, ['data', 'measures'], undefined);
    onChange(changed);
  };
  return (
    <>
      <div className="fields">
        <Field
          label={t('datasets.form.name')}
          hint={t('datasets.form.name.hint')}
          value={textAt(draft, ['name'])}
          onChange={(value) => set(['name'], value)}
          error={errorAt(error, 'name')}
          maxLength={100}
          required
        />
        <Field
          label={t('datasets.form.lineage')}
          hint={t('datasets.form.lineage.hint')}
          value={textAt(draft, ['lineage'])}
          onChange={(value) => set(['lineage'], value)}
          error={errorAt(error, 'lineage')}
          disabled={!isNew}
          maxLength={63}
          required
        />
      </div>
      <Select
        label={t('datasets.form.role')}
        value={role ?? ''}
        onChange={changeRole}
        error={errorAt(error, 'role')}
        choices={ROLES.map((value) => ({ value, label: t(`datasets.role.${value}`) }))}
      />
      <SourceFields draft={draft} onChange={onChange} error={error} />
      <Select
        label={t('datasets.form.profile')}
        hint={t('datasets.form.profile.hint')}
        value={PROFILES.find((one) => one === textAt(draft, ['data', 'profile'])) ?? ''}
        onChange={(value) => set(['data', 'profile'], value)}
        error={errorAt(error, 'data.profile')}
        choices={PROFILES.map((value) => ({ value, label: value }))}
      />
      <IdentifierFields draft={draft} onChange={onChange} error={error} />
      {role === 'cohorts' ? <CohortField draft={draft} onChange={onChange} error={error} /> : null}
      {role === 'measures' ? <MeasureFields draft={draft} onChange={onChange} error={error} /> : null}
      <ConsentFields draft={draft} onChange={onChange} error={error} />
      <p className="field-hint">{t('datasets.form.more')}</p>
    </>
  );
}

function SourceFields({ draft, onChange, error }: DraftProps): ReactNode {
  const t = useT();
  const isSql = at(draft, ['data', 'sql']) !== undefined;
  const change = (kind: 'source' | 'sql'): void => {
    const other = kind === 'sql' ? 'source' : 'sql';
    onChange(withAt(withAt(draft, ['data', other], undefined), ['data', kind], ''));
  };
  return (
    <>
      <Radios
        label={t('datasets.form.kind')}
        value={isSql ? 'sql' : 'source'}
        onChange={change}
        choices={[
          { value: 'source', label: t('datasets.form.kind.source') },
          { value: 'sql', label: t('datasets.form.kind.sql') },
        ]}
      />
      {isSql ? (
        <Field
          label={t('datasets.form.sql')}
          value={textAt(draft, ['data', 'sql'])}
          onChange={(value) => onChange(withAt(draft, ['data', 'sql'], value))}
          error={errorAt(error, 'data.sql')}
          rows={6}
          mono
        />
      ) : (
        <Field
          label={t('datasets.form.source')}
          hint={t('datasets.form.source.hint')}
          value={textAt(draft, ['data', 'source'])}
          onChange={(value) => onChange(withAt(draft, ['data', 'source'], value))}
          error={errorAt(error, 'data.source')}
          mono
        />
      )}
    </>
  );
}

function CohortField({ draft, onChange, error }: DraftProps): ReactNode {
  const t = useT();
  const cohorts = at(draft, ['data', 'cohorts']);
  return (
    <CommaField
      label={t('datasets.form.cohorts')}
      hint={t('datasets.form.cohorts.hint')}
      items={Array.isArray(cohorts) ? cohorts.map(String) : []}
      onChange={(items) => onChange(withAt(draft, ['data', 'cohorts'], items))}
      error={errorAt(error, 'data.cohorts')}
    />
  );
}

function ConsentFields({ draft, onChange, error }: DraftProps): ReactNode {
  const t = useT();
  const consent = at(draft, ['data', 'consent']);
  if (isRecord(consent) && 'kind' in consent) {
    return <p className="field-hint">{t('datasets.form.consent.tcf')}</p>;
  }
  const column = textAt(consent, ['column']);
  const equals = textAt(consent, ['equals']);
  const set = (next: { readonly column: string; readonly equals: string }): void => {
    const isNone = next.column === '';
    onChange(withAt(draft, ['data', 'consent'], isNone ? undefined : next));
  };
  return (
    <div className="fields">
      <Field
        label={t('datasets.form.consent')}
        hint={t('datasets.form.consent.hint')}
        value={column}
        onChange={(value) => set({ column: value, equals: equals === '' ? 'true' : equals })}
        error={errorAt(error, 'data.consent')}
      />
      <Field
        label={t('datasets.form.consent.equals')}
        value={equals}
        onChange={(value) => set({ column, equals: value })}
        disabled={column === ''}
      />
    </div>
  );
}
