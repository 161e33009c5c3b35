/** What comes out of sessions and stays for a while: reports, which rows matched (sealed), and exports of audiences. */
export { Exports, type Download, type ExportsOptions, type ExportsQuery } from './exports.js';
export type { ExportQuality, ExportView, NewExport } from './export-view.js';
export type { MatchedHeader, MatchedList, MatchedReader } from './matched-file.js';
export { MatchedRows, type RetainedSession, type RetentionDays } from './matched-rows.js';
export { Reports, type KeptReport, type NewReport, type ReportQuery, type ReportView } from './reports.js';
