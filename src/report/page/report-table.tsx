import type { ReactNode } from 'react';
import type { Language } from '../language.js';
import type { Table, TableRow } from '../tables.js';
import { Terms } from './chart.js';
import { Name, harmless } from './names.js';

/** Tables of more columns than this become lists on a tablet already. */
const WIDE_COLUMNS = 5;

/** A table under its caption, with the privacy terms of its figures below. On a phone each row becomes a list. */
export function ReportTable({
  table,
  caption,
  notes = [],
  language,
}: {
  readonly table: Table;
  readonly caption: string;
  readonly notes?: readonly string[];
  readonly language: Language;
}): ReactNode {
  const { header, rows } = withoutEmptyEnd(table);
  // Display by a style sheet takes their roles from tables, so each part says its own.
  return (
    <>
      <table className={header.length > WIDE_COLUMNS ? 'wide' : 'narrow'} role="table">
        <caption>{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {header.map((title, i) =>
              title === '' ? (
                <td className="none" role="cell" key={i} />
              ) : (
                <th scope="col" role="columnheader" key={i}>
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row, i) => (
            <Row
              key={i}
              row={row}
              header={header}
              isFirst={row.group !== undefined && row.group !== rows[i - 1]?.group}
              language={language}
            />
          ))}
        </tbody>
      </table>
      <Terms lines={notes} />
    </>
  );
}

function Row({
  row: { name, group, cells },
  header,
  isFirst,
  language,
}: {
  readonly row: TableRow;
  readonly header: readonly string[];
  readonly isFirst: boolean;
  readonly language: Language;
}): ReactNode {
  return (
    <>
      {isFirst && (
        <tr className="group" role="row">
          <th scope="rowgroup" role="rowheader" colSpan={header.length}>
            <Name name={group ?? ''} language={language} />
          </th>
        </tr>
      )}
      <tr role="row">
        <th scope="row" role="rowheader">
          <Name name={name} language={language} />
        </th>
        {cells.map((text, i) =>
          text === '' ? (
            <td className="none" role="cell" key={i} />
          ) : text === language.t('report.noisy') ? (
            <td role="cell" key={i}>
              <span className="mark">{text}</span>
            </td>
          ) : (
            <td role="cell" data-label={header[i + 1] ?? ''} key={i}>
              {unbroken(harmless(text))}
            </td>
          ),
        )}
      </tr>
    </>
  );
}

/** Without its last column where nothing stands in it. */
function withoutEmptyEnd({ header, rows }: Table): Table {
  const last = header.length - 1;
  if (header[last] !== '' || rows.some(({ cells }) => cells[last - 1] !== '')) return { header, rows };
  return {
    header: header.slice(0, -1),
    rows: rows.map((row) => ({ ...row, cells: row.cells.slice(0, -1) })),
  };
}

/** A figure that a line may end in only before its interval. */
function unbroken(text: string): string {
  return text
    .replace(/\[[^\]]*\]/g, (part) => part.replaceAll(' ', '\u00a0'))
    .replaceAll(' %', '\u00a0%')
    .replaceAll('< ', '<\u00a0');
}
