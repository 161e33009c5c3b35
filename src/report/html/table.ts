import { NOISY, type Table } from '../tables.js';
import { type Html, html, nameHtml } from './escape.js';
import { notesHtml } from './plot.js';

/** Tables of more columns than this become lists on a tablet already. */
const WIDE_COLUMNS = 5;

/** A table under its caption, with the privacy terms of its figures below. On a phone each row becomes a list. */
export function tableHtml(table: Table, caption: string, notes: readonly string[] = []): Html {
  const { header, rows } = withoutEmptyEnd(table);
  const cellHtml = (text: string, i: number): Html => {
    const head = header[i + 1] ?? '';
    if (text === NOISY) return html`<td role="cell"><span class="mark">${text}</span></td>`;
    if (text === '') return html`<td class="none" role="cell"></td>`;
    return html`<td role="cell" data-label="${head}">${unbroken(text)}</td>`;
  };
  const headHtml = (title: string): Html =>
    title === ''
      ? html`<td class="none" role="cell"></td>`
      : html`<th scope="col" role="columnheader">${title}</th>`;
  const groupHtml = (group: string | undefined, before: string | undefined): Html | '' =>
    group === undefined || group === before
      ? ''
      : html`<tr class="group" role="row">
          <th scope="rowgroup" role="rowheader" colspan="${header.length}">${nameHtml(group)}</th>
        </tr>`;
  return html`<table class="${header.length > WIDE_COLUMNS ? 'wide' : 'narrow'}" role="table">
      <caption>
        ${caption}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${header.map(headHtml)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${rows.map(
          ({ name, group, cells }, i) =>
            html`${groupHtml(group, rows[i - 1]?.group)}
              <tr role="row">
                <th scope="row" role="rowheader">${nameHtml(name)}</th>
                ${cells.map(cellHtml)}
              </tr>`,
        )}
      </tbody>
    </table>
    ${notesHtml(notes)}`;
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
  const glued = (part: string): string => part.replaceAll(' ', '\u00a0');
  return text
    .replace(/\[[^\]]*\]/g, glued)
    .replaceAll(' %', '\u00a0%')
    .replaceAll('< ', '<\u00a0');
}
