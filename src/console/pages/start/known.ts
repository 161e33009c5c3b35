import type { Agreement, Dataset, Partner } from '../../api/index.js';
import type { AskField } from './ask-form.js';

/** What there is to choose from. */
export interface Known {
  readonly agreements: readonly Agreement[];
  readonly datasets: readonly Dataset[];
  readonly partners: readonly Partner[];
}

/** What is wrong with each field, in words. */
export type Errors = Partial<Record<AskField, string>>;
