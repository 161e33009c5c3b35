/** What comes out of sessions and stays for a while: reports, which rows matched (sealed), and exports of audiences. */
export { Reports, type NewReport, type ReportQuery, type ReportView } from './reports.js';
export type { ExportQuality, ExportView, NewExport } from './export-view.js';
