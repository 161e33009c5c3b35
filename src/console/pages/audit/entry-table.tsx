import { useMemo, useState, type ReactNode } from 'react';
import { isMessageKey } from '../../../messages/index.js';
import type { AuditEntry } from '../../api/index.js';
import {
  Button,
  CopyText,
  Dialog,
  Facts,
  Name,
  Time,
  useFormats,
  useT,
  VirtualTable,
  type Column,
  type More,
} from '../../kit/index.js';

const ROW_PIXELS = 40;

/** Entries, of which only those in sight are in the page; each opens in full. */
export function EntryTable({
  entries,
  total,
  more,
}: {
  readonly entries: readonly AuditEntry[];
  readonly total: number | undefined;
  readonly more: More;
}): ReactNode {
  const t = useT();
  const formats = useFormats();
  const words = useWords();
  const [open, setOpen] = useState<AuditEntry | null>(null);
  const columns = useMemo<readonly Column<AuditEntry>[]>(
    () => [
      {
        id: 'sequence',
        header: t('audit.table.sequence'),
        isNumber: true,
        isRowHeader: true,
        cell: (entry) => (
          <Button small tone="quiet" onClick={() => setOpen(entry)}>
            {formats.number(entry.sequence)}
          </Button>
        ),
      },
      { id: 'at', header: t('audit.table.at'), cell: ({ at }) => <Time at={at} /> },
      { id: 'action', header: t('audit.table.action'), cell: ({ action }) => words('action', action) },
      {
        id: 'actor',
        header: t('audit.table.actor'),
        cell: ({ actor }) => (
          <>
            <Name max={32}>{actor.name}</Name> <span className="quiet">{words('actor', actor.kind)}</span>
          </>
        ),
      },
      {
        id: 'subject',
        header: t('audit.table.subject'),
        cell: ({ subject }) => (
          <>
            {words('subject', subject.kind)} <code className="quiet">{endOf(subject.id)}</code>
          </>
        ),
      },
      {
        id: 'detail',
        header: t('audit.table.detail'),
        cell: ({ detail }) => (
          <bdi className="entry-detail">
            {Object.entries(detail)
              .map(([key, value]) => `${key} ${String(value)}`)
              .join(' · ')}
          </bdi>
        ),
      },
    ],
    [t, formats, words],
  );
  return (
    <>
      <VirtualTable
        caption={t('audit.table.region')}
        columns={columns}
        rows={entries}
        rowKey={({ sequence }) => String(sequence)}
        rowHeight={ROW_PIXELS}
        more={more}
        {...(total === undefined ? {} : { total })}
      />
      {open === null ? null : <OneEntry entry={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function OneEntry({
  entry,
  onClose,
}: {
  readonly entry: AuditEntry;
  readonly onClose: () => void;
}): ReactNode {
  const t = useT();
  const words = useWords();
  const { sequence, at, actor, action, subject, detail, digest } = entry;
  return (
    <Dialog title={`${t('audit.table.sequence')} ${sequence}: ${words('action', action)}`} onClose={onClose}>
      <Facts
        columns={1}
        items={[
          { term: t('audit.table.at'), value: <Time at={at} /> },
          {
            term: t('audit.table.actor'),
            value: <Name>{actor.name}</Name>,
            hint: words('actor', actor.kind),
          },
          {
            term: t('audit.table.subject'),
            value: <CopyText text={subject.id} label={t('audit.filter.subject.id')} />,
            hint: words('subject', subject.kind),
          },
          ...Object.entries(detail).map(([key, value]) => ({
            term: key,
            value: <Name max={400}>{String(value)}</Name>,
          })),
          { term: t('audit.entry.code'), value: <code>{action}</code> },
          { term: t('audit.entry.digest'), value: <code>{digest}</code> },
        ]}
      />
    </Dialog>
  );
}

/** The word for a term of the log; the term itself when it has none. */
function useWords(): (kind: 'action' | 'actor' | 'subject', term: string) => string {
  const t = useT();
  return useMemo(
    () => (kind, term) => {
      const key = `audit.${kind}.${term}`;
      return isMessageKey(key) ? t(key) : term;
    },
    [t],
  );
}

/** The end of an id tells it from others of its kind; the whole is in the entry. */
function endOf(id: string): string {
  return id.length > 12 ? `…${id.slice(-6)}` : id;
}
