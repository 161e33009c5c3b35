/** Text that is HTML already. Made by `html` alone, so whatever else goes into a page is escaped on the way. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type HtmlValue = Html | string | number | readonly HtmlValue[];

/**
 * HTML from a template: what stands between `${}` is escaped unless it is `Html` or a list of it. Every attribute in a
 * template is in double quotes.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, i) => part + (i < values.length ? htmlOf(values[i] ?? '') : '')).join(''));
}

function htmlOf(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value.map(htmlOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Text safe in content and in a quoted attribute. Controls, half characters and what turns the direction of text become
 * U+FFFD; the joiners that some scripts need stay.
 */
export function escapeHtml(text: string): string {
  return text
    .replace(
      /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu,
      '\ufffd',
    )
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** A name out of a file or from the partner: its direction does not reach the text around it. */
export function nameHtml(name: string): Html {
  return html`<bdi>${name === '' ? '(empty)' : name}</bdi>`;
}
