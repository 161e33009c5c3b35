import type { ListCounts, LoadedList } from '../../data/index.js';
import type { ConsentGap, IdentifierType } from '../../identity/index.js';

/** What became of the rows of a load: counts, and the cells by their labels. No value of an identifier column. */
export interface QualityReport {
  readonly rows: number;
  /** Match keys of the list. */
  readonly keys: number;
  readonly withoutConsent: {
    readonly rows: number;
    readonly byReason: Readonly<Partial<Record<ConsentGap, number>>>;
  };
  /** Days on which the oldest and newest TC string were made. */
  readonly consentCreated: ListCounts['consent']['created'];
  /** Identifiers whose rows lie in two cells. */
  readonly ambiguous: number;
  readonly byType: Readonly<
    Partial<Record<IdentifierType, NonNullable<ListCounts['byType'][IdentifierType]>>>
  >;
  readonly measures: ListCounts['measures'];
  /** Cohort values and match keys of each cell; empty without cohorts. */
  readonly cells: readonly { readonly labels: readonly string[]; readonly keys: number }[];
  /** Sums over all identifier types. */
  readonly rejected: number;
  readonly duplicates: number;
  readonly blank: number;
}

/** The report of a list. */
export function qualityOf({ counts, types, cells, cellLabels }: LoadedList): QualityReport {
  const sizes = new Uint32Array(cellLabels.length);
  for (const cell of cells ?? []) sizes[cell] = (sizes[cell] ?? 0) + 1;
  let [rejected, duplicates, blank] = [0, 0, 0];
  for (const type of Object.values(counts.byType)) {
    for (const count of Object.values(type.rejected)) rejected += count;
    duplicates += type.duplicates;
    blank += type.blank;
  }
  return {
    rows: counts.rows,
    keys: types.length,
    withoutConsent: { rows: counts.rowsWithoutConsent, byReason: counts.consent.without },
    consentCreated: counts.consent.created,
    ambiguous: counts.ambiguous,
    byType: counts.byType,
    measures: counts.measures,
    cells: cellLabels.map((labels, cell) => ({ labels, keys: sizes[cell] ?? 0 })),
    rejected,
    duplicates,
    blank,
  };
}
