export { formatNumber, formatPercent, formatTable } from './format-text.js';
export { buildReport, type ReportInput } from './build-report.js';
export { REPORT_CONFIDENCE, REPORT_POWER } from './confidence.js';
export type { ExperimentInput } from './experiment.js';
export type { Report } from './report-schema.js';
export { requireDimensions, requireValues } from './require-experiment.js';
export { renderReport } from './render-report.js';
export { renderHtml } from './render-html.js';
