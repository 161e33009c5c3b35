import { useState, type ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { usePage, type Export } from '../../api/index.js';
import { Button, Empty, Page as Frame, useT } from '../../kit/index.js';
import { useMay } from '../../session/index.js';
import { Gate, Listed } from '../parts/index.js';
import { ExportTable } from './export-table.js';
import { NewExportForm } from './new-export-form.js';

const WRITING_MS = 1_000;

/** Exports of audiences and suppression lists. `?session=` opens the form for one session. */
export function Page(): ReactNode {
  const t = useT();
  return (
    <Gate needs="GET /v1/exports" title={t('exports.title')}>
      <Exports />
    </Gate>
  );
}

function Exports(): ReactNode {
  const t = useT();
  const may = useMay();
  const [search, setSearch] = useSearchParams();
  const asked = search.get('session');
  const [isNew, setIsNew] = useState(asked !== null);
  const [every, setEvery] = useState<number | undefined>(undefined);
  const list = usePage<Export>('/v1/exports', {}, every === undefined ? {} : { every });
  const isWriting = list.items.some(({ state }) => state === 'writing');
  if (isWriting !== (every !== undefined)) setEvery(isWriting ? WRITING_MS : undefined);
  const mayMake = may('POST /v1/exports');
  const close = (): void => {
    setIsNew(false);
    setSearch({});
  };
  return (
    <Frame
      title={t('exports.title')}
      lead={t('exports.lead')}
      actions={
        mayMake && !isNew ? (
          <Button tone="primary" onClick={() => setIsNew(true)}>
            {t('exports.new')}
          </Button>
        ) : undefined
      }
    >
      {mayMake && isNew ? <NewExportForm session={asked} onClose={close} /> : null}
      <Listed list={list} empty={<Empty title={t('exports.empty.title')}>{t('exports.empty.text')}</Empty>}>
        {(items) => <ExportTable items={items} more={list} />}
      </Listed>
    </Frame>
  );
}
