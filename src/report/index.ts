export { formatNumber, formatPercent, formatTable } from './format-text.js';
export { REPORT_CONFIDENCE, buildReport, type ReportInput } from './build-report.js';
export { REPORT_SCHEMA, type Report } from './report-schema.js';
export { renderReport } from './render-report.js';
