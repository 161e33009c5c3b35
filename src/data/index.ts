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
export { exportRows, type ExportOptions } from './export-rows.js';
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
export type { LoadProgress, ReadOptions } from './read-rows.js';
export { selectRows, type RowSelection } from './select-rows.js';
