import { useState, type ReactNode } from 'react';
import { useAction, type Dataset, type DatasetDefinition } from '../../api/index.js';
import { Button, Field, Radios, Row, Section, useT } from '../../kit/index.js';
import { errorAt, Form, FormError } from '../parts/index.js';
import { definitionOf, EMPTY_DRAFT, isRecord, type Draft } from './definition-draft.js';
import { DraftFields } from './draft-fields.js';

const textOf = (draft: unknown): string => JSON.stringify(draft, null, 2);

/** Makes a dataset, or gives one another definition: by fields or as the document, which are two views of the same. */
export function DatasetForm({
  dataset,
  onDone,
  onClose,
}: {
  readonly dataset: Dataset | undefined;
  readonly onDone: (dataset: Dataset) => void;
  readonly onClose: () => void;
}): ReactNode {
  const t = useT();
  const [draft, setDraft] = useState<Draft>(dataset?.definition ?? EMPTY_DRAFT);
  const [mode, setMode] = useState<'form' | 'json'>('form');
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string>();
  const save = useAction<DatasetDefinition, Dataset>(
    dataset === undefined ? 'POST' : 'PUT',
    dataset === undefined ? '/v1/datasets' : `/v1/datasets/${dataset.id}`,
    { onDone },
  );

  /** The draft of the view that is open; `undefined` when the document cannot be read. */
  const current = (): Draft | undefined => {
    if (mode === 'form') return draft;
    try {
      const read: unknown = JSON.parse(text);
      if (!isRecord(read)) throw new SyntaxError('{ … }');
      setFault(undefined);
      setDraft(read);
      return read;
    } catch (error) {
      setFault(t('datasets.form.json.bad', { message: error instanceof Error ? error.message : '' }));
      return undefined;
    }
  };
  const change = (next: 'form' | 'json'): void => {
    const known = current();
    if (known === undefined) return;
    if (next === 'json') setText(textOf(known));
    setMode(next);
  };
  const submit = (): void => {
    const known = current();
    if (known !== undefined) void save.run(definitionOf(known));
  };

  return (
    <Section title={t('datasets.definition')}>
      <Form onSubmit={submit}>
        <Radios
          label={t('datasets.form.mode')}
          value={mode}
          onChange={change}
          choices={[
            { value: 'form', label: t('datasets.form.mode.form') },
            { value: 'json', label: t('datasets.form.mode.json') },
          ]}
        />
        {mode === 'form' ? (
          <DraftFields draft={draft} onChange={setDraft} error={save.error} isNew={dataset === undefined} />
        ) : (
          <Field
            label={t('datasets.form.json')}
            hint={t('datasets.form.json.hint')}
            value={text}
            onChange={setText}
            error={fault ?? errorAt(save.error, save.error?.field ?? '')}
            rows={24}
            mono
          />
        )}
        <FormError error={save.error} />
        <Row>
          <Button type="submit" tone="primary" busy={save.isRunning}>
            {dataset === undefined ? t('datasets.form.create') : t('datasets.form.save')}
          </Button>
          <Button onClick={onClose}>{t('datasets.form.cancel')}</Button>
        </Row>
      </Form>
    </Section>
  );
}
