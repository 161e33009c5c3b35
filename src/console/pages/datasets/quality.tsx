import type { ReactNode } from 'react';
import { isMessageKey } from '../../../messages/index.js';
import type { DatasetVersion, QualityReport } from '../../api/index.js';
import { Amount, DataTable, Facts, Message, Name, Section, Time, useT } from '../../kit/index.js';
import './quality.css';

/** What became of the rows of a version: counts alone, never a value of a row. */
export function Quality({ version: { number, quality } }: { readonly version: DatasetVersion }): ReactNode {
  const t = useT();
  return (
    <Section title={t('datasets.quality', { number })}>
      {quality === null ? <p>{t('datasets.quality.none')}</p> : <Known quality={quality} />}
    </Section>
  );
}

function Known({ quality }: { readonly quality: QualityReport }): ReactNode {
  const t = useT();
  const { rows, keys, rejected, duplicates, blank, ambiguous, withoutConsent, consentCreated } = quality;
  return (
    <>
      <p className="quality-sentence">{t('datasets.quality.sentence', { rows, keys })}</p>
      <Facts
        columns={4}
        items={[
          { term: t('datasets.quality.rejected'), value: <Amount value={rejected} /> },
          { term: t('datasets.quality.duplicates'), value: <Amount value={duplicates} /> },
          { term: t('datasets.quality.blank'), value: <Amount value={blank} /> },
          { term: t('datasets.quality.noconsent'), value: <Amount value={withoutConsent.rows} /> },
          { term: t('datasets.quality.ambiguous'), value: <Amount value={ambiguous} /> },
        ]}
      />
      {consentCreated === null ? null : (
        <p>
          <Message
            of="datasets.quality.consentcreated"
            values={{
              earliest: <Time at={consentCreated.earliest} as="date" />,
              latest: <Time at={consentCreated.latest} as="date" />,
            }}
          />
        </p>
      )}
      <div className="columns">
        <Types quality={quality} />
        <Reasons quality={quality} />
        <Gaps quality={quality} />
        <Measures quality={quality} />
        <Cells quality={quality} />
      </div>
    </>
  );
}

function Types({ quality: { byType } }: { readonly quality: QualityReport }): ReactNode {
  const t = useT();
  const rows = Object.entries(byType).map(([type, counts]) => ({ type, ...counts }));
  return (
    <DataTable
      caption={t('datasets.quality.bytype')}
      showCaption
      rows={rows}
      rowKey={({ type }) => type}
      columns={[
        {
          id: 'type',
          header: t('datasets.quality.bytype.type'),
          isRowHeader: true,
          cell: ({ type }) => <Term prefix="datasets.type." term={type} />,
        },
        {
          id: 'keys',
          header: t('datasets.quality.keys'),
          isNumber: true,
          cell: (row) => <Amount value={row.keys} />,
        },
        {
          id: 'hashed',
          header: t('datasets.quality.bytype.hashed'),
          isNumber: true,
          cell: (row) => <Amount value={row.hashed} />,
        },
        {
          id: 'duplicates',
          header: t('datasets.quality.duplicates'),
          isNumber: true,
          cell: (row) => <Amount value={row.duplicates} />,
        },
        {
          id: 'blank',
          header: t('datasets.quality.blank'),
          isNumber: true,
          cell: (row) => <Amount value={row.blank} />,
        },
      ]}
    />
  );
}

/** Reasons of all types together, the most frequent first. */
function Reasons({ quality: { byType, rows: all } }: { readonly quality: QualityReport }): ReactNode {
  const t = useT();
  const sums = new Map<string, number>();
  for (const { rejected } of Object.values(byType)) {
    for (const [reason, count] of Object.entries(rejected as Readonly<Record<string, number>>))
      sums.set(reason, (sums.get(reason) ?? 0) + count);
  }
  if (sums.size === 0) return <p>{t('datasets.quality.rejects.none')}</p>;
  return (
    <Counts caption={t('datasets.quality.rejects')} prefix="datasets.reject." counts={[...sums]} all={all} />
  );
}

function Gaps({
  quality: {
    withoutConsent: { byReason },
    rows,
  },
}: {
  readonly quality: QualityReport;
}): ReactNode {
  const t = useT();
  const counts = Object.entries(byReason);
  if (counts.length === 0) return null;
  return <Counts caption={t('datasets.quality.gaps')} prefix="datasets.gap." counts={counts} all={rows} />;
}

/** How often each of some reasons was met, as a bar and in figures. */
function Counts({
  caption,
  prefix,
  counts,
  all,
}: {
  readonly caption: string;
  readonly prefix: string;
  readonly counts: readonly (readonly [string, number])[];
  readonly all: number;
}): ReactNode {
  const t = useT();
  return (
    <DataTable
      caption={caption}
      showCaption
      rows={[...counts].sort((a, b) => b[1] - a[1])}
      rowKey={([reason]) => reason}
      columns={[
        {
          id: 'reason',
          header: t('datasets.quality.reason'),
          isRowHeader: true,
          cell: ([reason]) => <Term prefix={prefix} term={reason} />,
        },
        {
          id: 'count',
          header: t('datasets.quality.count'),
          isNumber: true,
          cell: ([, count]) => <Amount value={count} />,
        },
        {
          id: 'share',
          header: t('datasets.quality.share'),
          isNumber: true,
          cell: ([, count]) => <Share part={count} of={all} />,
        },
      ]}
    />
  );
}

function Measures({ quality: { measures } }: { readonly quality: QualityReport }): ReactNode {
  const t = useT();
  const rows = Object.entries(measures);
  if (rows.length === 0) return null;
  return (
    <DataTable
      caption={t('datasets.quality.measures')}
      showCaption
      rows={rows}
      rowKey={([name]) => name}
      columns={[
        {
          id: 'name',
          header: t('datasets.quality.measure'),
          isRowHeader: true,
          cell: ([name]) => <Name>{name}</Name>,
        },
        {
          id: 'above',
          header: t('datasets.quality.measure.above'),
          isNumber: true,
          cell: ([, { keysAboveZero }]) => <Amount value={keysAboveZero} />,
        },
        {
          id: 'missing',
          header: t('datasets.quality.measure.missing'),
          isNumber: true,
          cell: ([, { missing }]) => <Amount value={missing} />,
        },
        {
          id: 'clamped',
          header: t('datasets.quality.measure.clamped'),
          isNumber: true,
          cell: ([, { clampedRows }]) => <Amount value={clampedRows} />,
        },
        {
          id: 'clampedKeys',
          header: t('datasets.quality.measure.clampedkeys'),
          isNumber: true,
          cell: ([, { clampedKeys }]) => <Amount value={clampedKeys} />,
        },
      ]}
    />
  );
}

function Cells({ quality: { cells, keys } }: { readonly quality: QualityReport }): ReactNode {
  const t = useT();
  if (cells.length === 0) return null;
  return (
    <DataTable
      caption={t('datasets.quality.cells.caption')}
      showCaption
      rows={cells}
      rowKey={({ labels }) => JSON.stringify(labels)}
      columns={[
        {
          id: 'cell',
          header: t('datasets.quality.cells.cell'),
          isRowHeader: true,
          cell: ({ labels }) => (
            <ul className="chips">
              {labels.map((label, index) => (
                <li key={index}>
                  <Name>{label}</Name>
                </li>
              ))}
            </ul>
          ),
        },
        {
          id: 'keys',
          header: t('datasets.quality.keys'),
          isNumber: true,
          cell: (cell) => <Amount value={cell.keys} />,
        },
        {
          id: 'share',
          header: t('datasets.quality.share'),
          isNumber: true,
          cell: (cell) => <Share part={cell.keys} of={keys} />,
        },
      ]}
    />
  );
}

/** A part in per cent, with a bar that is for the eye alone. */
function Share({ part, of }: { readonly part: number; readonly of: number }): ReactNode {
  const percent = of === 0 ? 0 : (100 * part) / of;
  return (
    <span className="share">
      <span className="share-track" aria-hidden="true">
        <span className="share-bar" style={{ width: `${Math.min(100, percent)}%` }} />
      </span>
      <Amount value={percent} as="percent" />
    </span>
  );
}

function Term({ prefix, term }: { readonly prefix: string; readonly term: string }): ReactNode {
  const t = useT();
  const key = `${prefix}${term}`;
  return isMessageKey(key) ? t(key) : <Name>{term}</Name>;
}
