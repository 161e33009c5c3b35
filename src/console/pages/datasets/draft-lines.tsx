import { useState, type ReactNode } from 'react';
import { Button, Field, Select, useT } from '../../kit/index.js';
import { errorAt } from '../parts/index.js';
import {
  identifierLines,
  measureLines,
  NEW_MEASURE,
  textAt,
  withAt,
  type IdentifierLine,
  type MeasureLine,
} from './definition-draft.js';
import type { DraftProps } from './definition-draft.js';
import './draft-lines.css';

const TYPES = ['email', 'phone', 'maid', 'customer_id', 'domain'] as const;

/** Columns of identifiers, a line each. */
export function IdentifierFields({ draft, onChange, error }: DraftProps): ReactNode {
  const t = useT();
  // Lines are kept apart from the draft: in it a name that is there twice would be one line.
  const [lines, setLines] = useState<readonly IdentifierLine[]>(() => identifierLines(draft));
  const change = (next: readonly IdentifierLine[]): void => {
    setLines(next);
    const named = next.filter(({ column }) => column !== '');
    const identifiers = Object.fromEntries(named.map(({ column, rule }) => [column, rule]));
    onChange(withAt(draft, ['data', 'identifiers'], identifiers));
  };
  const replace = (index: number, line: IdentifierLine): void =>
    change(lines.map((one, i) => (i === index ? line : one)));
  const said = errorAt(error, 'data.identifiers');
  return (
    <fieldset className="group">
      <legend>{t('datasets.form.identifiers')}</legend>
      {lines.map((line, index) => (
        <div className="line" key={index}>
          <Field
            label={t('datasets.form.column')}
            value={line.column}
            onChange={(column) => replace(index, { ...line, column })}
            error={index === 0 ? said : undefined}
          />
          <Select
            label={t('datasets.form.type')}
            value={TYPES.find((type) => type === line.rule['type']) ?? ''}
            onChange={(type) => replace(index, { ...line, rule: { ...line.rule, type } })}
            choices={TYPES.map((value) => ({ value, label: t(`datasets.type.${value}`) }))}
          />
          <Remove
            label={t('datasets.form.remove', { number: index + 1 })}
            onClick={() => change(lines.filter((_, i) => i !== index))}
            isDisabled={lines.length < 2}
          />
        </div>
      ))}
      <div>
        <Button small onClick={() => change([...lines, { column: '', rule: { type: 'email' } }])}>
          {t('datasets.form.add')}
        </Button>
      </div>
    </fieldset>
  );
}

/** Measures, a line each; how values are rounded and cut is kept as the document has it. */
export function MeasureFields({ draft, onChange, error }: DraftProps): ReactNode {
  const t = useT();
  const lines = measureLines(draft);
  const change = (next: readonly MeasureLine[]): void =>
    onChange(withAt(draft, ['data', 'measures'], next.length === 0 ? undefined : next));
  const replace = (index: number, line: MeasureLine): void =>
    change(lines.map((one, i) => (i === index ? line : one)));
  const said = errorAt(error, 'data.measures');
  return (
    <fieldset className="group">
      <legend>{t('datasets.form.measures')}</legend>
      {lines.map((line, index) => (
        <div className="line line-long" key={index}>
          <Field
            label={t('datasets.form.measure.name')}
            value={line.name}
            onChange={(name) => replace(index, { ...line, name })}
            error={index === 0 ? said : undefined}
          />
          <Field
            label={t('datasets.form.column')}
            value={line.column}
            onChange={(column) => replace(index, { ...line, column })}
          />
          {(['quantum', 'bound'] as const).map((key) => (
            <Field
              key={key}
              label={t(`datasets.form.measure.${key}`)}
              value={textAt(line.rule, [key])}
              onChange={(value) => replace(index, { ...line, rule: { ...line.rule, [key]: value } })}
              inputMode="decimal"
            />
          ))}
          <Remove
            label={t('datasets.form.measure.remove', { number: index + 1 })}
            onClick={() => change(lines.filter((_, i) => i !== index))}
            isDisabled={false}
          />
        </div>
      ))}
      <div>
        <Button small onClick={() => change([...lines, NEW_MEASURE])}>
          {t('datasets.form.measure.add')}
        </Button>
      </div>
    </fieldset>
  );
}

function Remove({
  label,
  onClick,
  isDisabled,
}: {
  readonly label: string;
  readonly onClick: () => void;
  readonly isDisabled: boolean;
}): ReactNode {
  return (
    <Button tone="quiet" label={label} onClick={onClick} disabled={isDisabled}>
      <span aria-hidden="true">✕</span>
    </Button>
  );
}
