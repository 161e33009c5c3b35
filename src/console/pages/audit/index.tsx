import { useState, type ReactNode } from 'react';
import { usePage, type AuditEntry } from '../../api/index.js';
import { Empty, Page as Frame, Section, useT } from '../../kit/index.js';
import { Gate, Listed } from '../parts/index.js';
import { AuditFilters, NO_FILTERS, queryOf, type Filters } from './filters.js';
import { EntryTable } from './entry-table.js';
import { Verification } from './verification.js';

const PAGE_ENTRIES = 500;

/** The audit log: verified, filtered, read. */
export function Page(): ReactNode {
  const t = useT();
  return (
    <Gate needs="GET /v1/audit/entries" title={t('audit.title')}>
      <Frame title={t('audit.title')} lead={t('audit.lead')}>
        <Verification />
        <Entries />
      </Frame>
    </Gate>
  );
}

function Entries(): ReactNode {
  const t = useT();
  const [filters, setFilters] = useState<Filters>(NO_FILTERS);
  const list = usePage<AuditEntry>('/v1/audit/entries', { ...queryOf(filters), limit: PAGE_ENTRIES });
  const { order, ...narrowing } = filters;
  const isWhole = Object.values(narrowing).every((value) => value === '');
  // Numbers of entries have no gaps, so the newest one tells how many there are.
  const total = isWhole && order === 'newest-first' ? list.items[0]?.sequence : undefined;
  const loaded = list.items.length;
  return (
    <Section title={t('audit.table.caption')}>
      <AuditFilters filters={filters} onChange={setFilters} />
      <p role="status">
        {list.isLoading
          ? null
          : total === undefined
            ? t('audit.count.filtered', { loaded, more: String(list.hasMore) })
            : t('audit.count', { loaded, total })}
      </p>
      <Listed list={list} empty={<Empty title={t('audit.empty.title')}>{t('audit.empty.text')}</Empty>}>
        {(entries) => <EntryTable entries={entries} total={total} more={list} />}
      </Listed>
    </Section>
  );
}
