import { useEffect } from 'react';
import { REPORT_STYLES } from '../../../report/page/index.js';

let sheet: CSSStyleSheet | undefined;

/** Lends the page the style sheet of reports and their charts. It is no element, so the content security policy allows it. */
export function useReportStyles(): void {
  useEffect(() => {
    if (sheet !== undefined) return;
    sheet = new CSSStyleSheet();
    sheet.replaceSync(REPORT_STYLES);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }, []);
}
