import { ProfileComparison, type IdentifierType, type ProfileDifference } from '../identity/index.js';
import type { DataDefinition } from './definition.js';
import { loadObserved, type ListCounts, type LoadOptions } from './load-list.js';

/** What a list would be, without the list. */
export interface DataCheck {
  readonly counts: ListCounts;
  /** Cells that the cohort columns make, 0 without cohorts. */
  readonly cells: number;
  /** Of each type that the definition maps, what another profile would cost. */
  readonly profiles: Readonly<Partial<Record<IdentifierType, ProfileCheck>>>;
}

/** How many matches a wrong profile would lose, from the values of one identifier type (repeats included). */
export interface ProfileCheck {
  /** Values that at least one profile accepts. */
  readonly compared: number;
  /** Values that came as digests, for which nobody can tell. */
  readonly hashed: number;
  /** One entry a pair of profiles. */
  readonly differences: readonly ProfileDifference[];
}

/**
 * Reads a source as `loadList` does, keeps only counts, and compares the normalisation profiles over its values. An
 * identifier whose rows lie in two cells is counted, not refused.
 *
 * @throws VesicaError as `loadList`, but never `data/ambiguous-cohort`.
 */
export async function checkData(
  definition: DataDefinition,
  options: Omit<LoadOptions, 'onAmbiguousCohort'>,
): Promise<DataCheck> {
  const comparisons = new Map<IdentifierType, ProfileComparison>();
  for (const { type } of Object.values(definition.identifiers)) {
    comparisons.set(type, new ProfileComparison(type, definition.region));
  }
  const list = await loadObserved(definition, { ...options, onAmbiguousCohort: 'first' }, (type, text) => {
    if (text !== null) comparisons.get(type)?.add(text);
  });
  const profiles: Partial<Record<IdentifierType, ProfileCheck>> = {};
  for (const [type, comparison] of comparisons) {
    const { compared, hashed } = comparison;
    profiles[type] = { compared, hashed, differences: comparison.differences() };
  }
  return { counts: list.counts, cells: list.cellLabels.length, profiles };
}
