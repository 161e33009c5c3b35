import { ProfileComparison, type IdentifierType, type ProfileDifference } from '../identity/index.js';
import type { DataDefinition } from './definition.js';
import { loadObserved, type ListCounts, type ListObserver, type LoadOptions } from './load-list.js';

/** What a list would be, without the list. */
export interface DataCheck {
  readonly counts: ListCounts;
  /** Cells that the cohort columns make, 0 without cohorts. */
  readonly cells: number;
  /** Of each type that the definition maps, what another profile would cost. */
  readonly profiles: Readonly<Partial<Record<IdentifierType, ProfileCheck>>>;
  /** By name of the measure, what a load would end with; empty without measures. */
  readonly refusals: Readonly<Record<string, MeasureRefusals>>;
}

/** The values of one measure that its rule refuses. They are among `MeasureCounts.values` and add nothing. */
export interface MeasureRefusals {
  /** Rows whose value is refused, or takes the total of one of their keys past a bound that must not be passed. */
  readonly refused: number;
  /** Where the first is and what is wrong with it, without its value; `null` when there is none. */
  readonly first: string | null;
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
 * identifier whose rows lie in two cells is counted, not refused, and so is a wrong value of a measure.
 *
 * @throws VesicaError as `loadList`, but never `data/ambiguous-cohort` or `data/invalid-measure`.
 */
export async function checkData(
  definition: DataDefinition,
  options: Omit<LoadOptions, 'onAmbiguousCohort'>,
): Promise<DataCheck> {
  const comparisons = new Map<IdentifierType, ProfileComparison>();
  for (const { type } of Object.values(definition.identifiers)) {
    comparisons.set(type, new ProfileComparison(type, definition.region));
  }
  const refusals = new Map<string, MeasureRefusals>();
  for (const { name } of definition.measures ?? []) refusals.set(name, { refused: 0, first: null });
  const observer: ListObserver = {
    value: (type, text) => {
      if (text !== null) comparisons.get(type)?.add(text);
    },
    refusedMeasure: (measure, error) => {
      const { refused = 0, first = null } = refusals.get(measure) ?? {};
      refusals.set(measure, { refused: refused + 1, first: first ?? error.message });
    },
  };
  const list = await loadObserved(definition, { ...options, onAmbiguousCohort: 'first' }, observer);
  const profiles: Partial<Record<IdentifierType, ProfileCheck>> = {};
  for (const [type, comparison] of comparisons) {
    const { compared, hashed } = comparison;
    profiles[type] = { compared, hashed, differences: comparison.differences() };
  }
  const { counts, cellLabels } = list;
  return { counts, cells: cellLabels.length, profiles, refusals: Object.fromEntries(refusals) };
}
