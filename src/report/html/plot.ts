import { formatDecimal } from '../format-figures.js';
import type { Axis } from './axis.js';
import { type Html, html, nameHtml } from './escape.js';

/**
 * A plot is a table whose middle column is drawn: names wrap, the values stay readable as text on every width and to
 * every reader, and each drawing is a small SVG over the same axis.
 */
export interface Plot {
  readonly caption: string;
  readonly axis: Axis;
  /** What the axis counts, such as `percentage points`. */
  readonly axisTitle: string;
  /** Heads of the three columns. */
  readonly header: readonly [name: string, drawing: string, value: string];
  readonly rows: readonly PlotRow[];
  /** Privacy terms and how to read the marks. */
  readonly notes: readonly string[];
}

export interface PlotRow {
  readonly name: string;
  /** A heading above this row, where a group begins. */
  readonly group?: string | undefined;
  readonly value: string;
  readonly drawing: Html;
  /** What the drawing shows, in words. */
  readonly description: string;
}

export function plotHtml({ caption, axis, axisTitle, header, rows, notes }: Plot, id: string): Html {
  const grid = axis.ticks.map((tick) => {
    const x = axis.at(tick);
    return html`<line class="${tick === 0 ? 'zero' : 'grid'}" x1="${x}%" x2="${x}%" y1="0" y2="100%" />`;
  });
  const body = rows.map(({ name, group, value, drawing, description }, i) => {
    const title = `${id}-${i}`;
    const heading =
      group === undefined
        ? ''
        : html`<tr class="group" role="row">
            <th scope="rowgroup" role="rowheader">${nameHtml(group)}</th>
            <td class="space" role="cell"><svg aria-hidden="true">${grid}</svg></td>
            <td class="value" role="cell"></td>
          </tr>`;
    return html`${heading}
      <tr role="row">
        <th scope="row" role="rowheader">${nameHtml(name)}</th>
        <td class="space" role="cell">
          <svg role="img" aria-labelledby="${title} ${title}d">
            <title id="${title}">${name}</title>
            <desc id="${title}d">${description}</desc>
            ${grid}${drawing}
          </svg>
        </td>
        <td class="value" role="cell">${value}</td>
      </tr> `;
  });
  return html`<figure>
    <table class="plot" role="table">
      <caption>
        ${caption}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${header.map((title) => html`<th scope="col" role="columnheader">${title}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${body}
      </tbody>
      <tfoot role="rowgroup">
        <tr role="row">
          <td role="cell"></td>
          <td class="space" role="cell">${axisHtml(axis, axisTitle, id)}</td>
          <td role="cell"></td>
        </tr>
      </tfoot>
    </table>
    <figcaption>${notesHtml(notes)}</figcaption>
  </figure> `;
}

function axisHtml(axis: Axis, title: string, id: string): Html {
  const last = axis.ticks.length - 1;
  const texts = axis.ticks.map((tick, i) => {
    // The outermost texts stay within the plot.
    const anchor = i === 0 ? 'start' : i === last ? 'end' : 'middle';
    return html`<text class="tick" x="${axis.at(tick)}%" y="16" text-anchor="${anchor}"
      >${formatDecimal(tick, axis.places)}</text
    >`;
  });
  const from = formatDecimal(axis.ticks[0] ?? 0, axis.places);
  const to = formatDecimal(axis.ticks[last] ?? 0, axis.places);
  return html`<svg role="img" aria-labelledby="${id}-axis ${id}-axisd">
    <title id="${id}-axis">${title}</title>
    <desc id="${id}-axisd">Axis from ${from} to ${to}</desc>
    ${texts}
    <text class="axis" x="50%" y="38" text-anchor="middle">${title}</text>
  </svg>`;
}

/** Small lines under a figure or a table. */
export function notesHtml(notes: readonly string[]): Html[] {
  return notes.map((note) => html`<p class="terms">${note}</p> `);
}

/** The line of an interval with its ends, about y = 0. */
export function rangeHtml(
  axis: Axis,
  interval: { readonly lower: number; readonly upper: number },
  { scale, name }: { readonly scale: number; readonly name: 'range' | 'error' },
): Html {
  const [from, to] = [axis.at(interval.lower * scale), axis.at(interval.upper * scale)];
  return html`<line class="${name}" x1="${from}%" x2="${to}%" y1="0" y2="0" />
    <line class="${name}" x1="${from}%" x2="${from}%" y1="-5" y2="5" />
    <line class="${name}" x1="${to}%" x2="${to}%" y1="-5" y2="5" />`;
}
