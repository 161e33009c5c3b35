/** Datasets of a node: definitions, versions with their digests and quality, and staged lists, sealed. */
export { checkedDataset, DATASET_SCHEMA, type DatasetDefinition } from './dataset-schema.js';
export { dataFor } from './dataset-fit.js';
export { Datasets } from './datasets.js';
export { Definitions, type Dataset } from './definitions.js';
export type { QualityReport } from './quality.js';
export { SourceFolders, type SourceFoldersOptions } from './source-folders.js';
export {
  Versions,
  type DatasetVersion,
  type LoadVersionOptions,
  type Recovered,
  type VersionsOptions,
} from './versions.js';
