export { formatNumber, formatPercent, formatTable, plainLabel } from './format-text.js';
export { REPORT_CONFIDENCE, buildReport, type ReportInput } from './build-report.js';
export type { Report } from './report-schema.js';
export { renderReport } from './render-report.js';
