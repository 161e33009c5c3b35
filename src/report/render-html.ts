import type { Locale } from '../messages/index.js';
import type { Report } from './report-schema.js';

/**
 * The report as one HTML page that needs nothing else: no script, no request, one style sheet inside. Names from
 * files and from the partner are escaped and kept in their own direction.
 *
 * What draws the page is loaded here and not before, so that programs that draw none start without it.
 */
export async function renderHtml(report: Report, locale: Locale = 'en'): Promise<string> {
  const { staticPage } = await import('./page/static-page.js');
  return staticPage(report, locale);
}
