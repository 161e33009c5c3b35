import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useOne, type Dataset } from '../../api/index.js';
import { Button, Notice, Page as Frame, Section, StateTag, useT } from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { DeedButton, DocumentText, Shown } from '../parts/index.js';
import { DatasetForm } from './dataset-form.js';
import { DefinitionFacts } from './definition-facts.js';
import { Versions } from './versions.js';

/** One dataset: how it is read, and what became of it whenever it was loaded. */
export function OneDataset({ id }: { readonly id: string }): ReactNode {
  const t = useT();
  const one = useOne<Dataset>(`/v1/datasets/${encodeURIComponent(id)}`);
  const trail = <Link href="/datasets">{t('datasets.title')}</Link>;
  if (one.data === undefined) {
    return (
      <Frame title={t('datasets.title')} trail={trail}>
        <Shown one={one} lines={10}>
          {() => null}
        </Shown>
      </Frame>
    );
  }
  return <Known dataset={one.data} trail={trail} />;
}

function Known({ dataset, trail }: { readonly dataset: Dataset; readonly trail: ReactNode }): ReactNode {
  const t = useT();
  const may = useMay();
  const [isEdited, setIsEdited] = useState(false);
  const [isSaved, setIsSaved] = useState(false);
  const { id, state, definition } = dataset;
  if (isEdited) {
    return (
      <Frame title={t('datasets.form.edit.title', { name: definition.name })} trail={trail}>
        <DatasetForm
          dataset={dataset}
          onDone={() => {
            setIsEdited(false);
            setIsSaved(true);
          }}
          onClose={() => setIsEdited(false)}
        />
      </Frame>
    );
  }
  return (
    <Frame
      title={definition.name}
      trail={trail}
      actions={
        <>
          <StateTag state={state} />
          {may('PUT /v1/datasets/:id') ? (
            <Button onClick={() => setIsEdited(true)}>{t('datasets.edit')}</Button>
          ) : null}
          {state === 'active' ? (
            <DeedButton
              key="archive"
              deed={{
                needs: 'POST /v1/datasets/:id/archive',
                path: `/v1/datasets/${id}/archive`,
                verb: t('datasets.archive'),
                title: t('datasets.archive.title'),
                consequence: t('datasets.archive.text'),
              }}
            />
          ) : (
            <DeedButton
              key="activate"
              deed={{
                needs: 'POST /v1/datasets/:id/activate',
                path: `/v1/datasets/${id}/activate`,
                verb: t('datasets.activate'),
                title: t('datasets.activate.title'),
                consequence: t('datasets.activate.text'),
              }}
            />
          )}
        </>
      }
    >
      {isSaved ? (
        <Notice tone="good" live>
          {t('datasets.form.saved')}
        </Notice>
      ) : null}
      {state === 'archived' ? <Notice tone="warn">{t('datasets.archived.note')}</Notice> : null}
      <Versions dataset={dataset} />
      <Section title={t('datasets.definition')}>
        <DefinitionFacts dataset={dataset} />
        <details>
          <summary>{t('datasets.definition.document')}</summary>
          <DocumentText label={t('datasets.definition.document')} document={definition} />
        </details>
      </Section>
    </Frame>
  );
}
