/** Datasets: files and SQL in, match keys in flat memory; matched rows out. The only importer of DuckDB. */
export { checkData, type DataCheck, type MeasureRefusals, type ProfileCheck } from './check-data.js';
export type { ConsentCounts } from './consent-tally.js';
export type { DatabaseSettings } from './database.js';
export {
  checkDefinition,
  mappedColumns,
  type CsvOptions,
  type DataDefinition,
  type IdentifierColumn,
} from './definition.js';
export { exportColumnNames, ExportTally, type KnownRow, type KnownRows } from './checked-rows.js';
export { exportRows, type ExportOptions } from './export-rows.js';
export { inventoryOf } from './inventory-of.js';
export { ON_AMBIGUOUS_COHORT, type MatchKeyList, type OnAmbiguousCohort } from './list-builder.js';
export {
  loadList,
  type ListCounts,
  type LoadedList,
  type LoadOptions,
  type TypeCounts,
} from './load-list.js';
export type { MeasureColumn } from './measure-column.js';
export type { MeasureCounts } from './measure-reader.js';
export { outputFailure, writeOutputFile } from './output-file.js';
export { countsForReport, type ReportCounts } from './report-counts.js';
export type { LoadProgress, ReadOptions } from './read-rows.js';
export { rowsOfList, type ListRow } from './rows-of-list.js';
export { matchedFlags, selectRows, type RowSelection } from './select-rows.js';
export { streamExport, type RowFormat, type StreamExportOptions } from './stream-export.js';
export type { ExportForm } from './upload-columns.js';
