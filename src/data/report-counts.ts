import type { LoadedList } from './load-list.js';

/** What a report tells of the list that it is about. */
export type ReportCounts = Pick<LoadedList['counts'], 'rows' | 'rowsWithoutConsent' | 'ambiguous' | 'byType'>;

/** The counts of a list that go into a report; a copy. */
export function countsForReport({ counts }: Pick<LoadedList, 'counts'>): ReportCounts {
  const { rows, rowsWithoutConsent, ambiguous, byType } = counts;
  return structuredClone({ rows, rowsWithoutConsent, ambiguous, byType });
}
