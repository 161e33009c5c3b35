import { Html, html } from './escape.js';
import { STYLES } from './styles.js';

/** Nothing may be loaded or run; the style sheet inside is all that the page has. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

export interface Page {
  readonly title: string;
  readonly header: Html;
  readonly main: Html;
  readonly footer: Html;
}

/** The whole file. */
export function pageHtml({ title, header, main, footer }: Page): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <style>
          ${new Html(STYLES)}
        </style>
      </head>
      <body>
        <header>${header}</header>
        <main>${main}</main>
        <footer><p>${footer}</p></footer>
      </body>
    </html> `;
  return page.text;
}
