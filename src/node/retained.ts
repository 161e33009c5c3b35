import type { NodeContext } from './context.js';
import type { Datasets } from './datasets/index.js';
import type { Exports, MatchedRows, Reports, RetentionDays } from './results/index.js';
import { Retention, type Alarms } from './upkeep/index.js';

interface RetainedThings {
  readonly alarms: Alarms;
  readonly reports: Reports;
  readonly exports: Exports;
  readonly matched: MatchedRows;
  readonly datasets: Datasets;
  /** How long exports of a session are kept, and what they are made of. */
  readonly exportDays: RetentionDays;
  /** How long a list that no session used stays staged. */
  readonly stagedMs: number;
}

/** What a node keeps for a time, and who deletes it. */
export function retentionOf(
  context: NodeContext,
  { alarms, reports, exports, matched, datasets, exportDays, stagedMs }: RetainedThings,
): Retention {
  const { versions } = datasets;
  return new Retention(context, {
    alarms,
    owners: [
      {
        name: 'staging',
        due: () => versions.stagedBefore(new Date(context.now().getTime() - stagedMs)),
        delete: (id, actor) => datasets.unstage(id, actor),
      },
      {
        name: 'version',
        due: () => versions.due(),
        delete: (id, actor) => datasets.deleteVersion(id, actor),
      },
      { name: 'export', due: () => exports.due(), delete: (id, actor) => exports.delete(id, actor) },
      {
        name: 'rows',
        due: async () => (await matched.due(exportDays)).map((id) => ({ id })),
        delete: (id, actor) => matched.delete(id, actor),
      },
      { name: 'report', due: () => reports.due(), delete: (id, actor) => reports.delete(id, actor) },
    ],
  });
}
