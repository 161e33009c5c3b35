import { contribution, type Contribution, type ContributionRule } from '../dp/index.js';
import { VesicaError } from '../errors.js';

/** A column of numbers that are added up for each key. */
export interface MeasureColumn {
  /** What the measure is called in the session; each measure has its own name. */
  readonly name: string;
  /** Column of the source. Two measures may read the same one. */
  readonly column: string;
  /** How a value is counted, and the most that one key may add. */
  readonly rule: Omit<ContributionRule, 'column'>;
}

/** A measure and what applies its rule. */
export interface CheckedMeasure {
  readonly measure: MeasureColumn;
  readonly contribution: Contribution;
}

/**
 * `measures` in their order, each with its rule checked.
 *
 * @throws VesicaError `config/invalid` when a name is given twice, or a quantum or bound is not one (see `contribution`).
 */
export function checkedMeasures(measures: readonly MeasureColumn[]): readonly CheckedMeasure[] {
  const names = new Set<string>();
  return measures.map((measure) => {
    const { name, column, rule } = measure;
    if (names.has(name)) throw invalid('data.measures', `data.measures names "${name}" twice`);
    names.add(name);
    try {
      return { measure, contribution: contribution({ ...rule, column }) };
    } catch (error) {
      if (!(error instanceof VesicaError)) throw error;
      // The message begins with the parameter at fault.
      const key = `data.measures.${name}`;
      throw invalid(`${key}.${error.field ?? ''}`, `${key}.${error.message}`);
    }
  });
}

function invalid(field: string, message: string): VesicaError {
  return new VesicaError('config/invalid', message, { field });
}
