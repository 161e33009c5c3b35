import { renderToStaticMarkup } from 'react-dom/server';
import type { Locale } from '../../messages/index.js';
import { languageOf } from '../language.js';
import type { Report } from '../report-schema.js';
import { harmless } from './names.js';
import { ReportPage } from './report-page.js';
import { PAGE_STYLES, REPORT_STYLES } from './styles.js';

/** Nothing may be loaded or run; the style sheet inside is all that the page has. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The whole file. */
export function staticPage(report: Report, locale: Locale): string {
  const language = languageOf(locale);
  const { party, partner } = report;
  const title = harmless(language.t('report.title', { party, partner }));
  const body = renderToStaticMarkup(
    <main>
      <ReportPage report={report} t={language.t} locale={locale} />
    </main>,
  );
  // The policy has to come before what it rules, and React puts the elements of a head where it likes.
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${POLICY}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="referrer" content="no-referrer" />
<meta name="robots" content="noindex" />
<title>${renderToStaticMarkup(title)}</title>
<style>${PAGE_STYLES}${REPORT_STYLES}</style>
</head>
<body>${body}</body>
</html>
`;
}
