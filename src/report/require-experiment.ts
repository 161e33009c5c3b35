import { VesicaError } from '../errors.js';
import type { Inventory } from '../protocol/index.js';
import type { ExperimentInput } from './experiment.js';
import { areApart, exposuresOf } from './exposures.js';

/**
 * Checks what the side with the cells says of its experiment against the cohort columns of its data.
 *
 * @throws VesicaError `config/invalid` naming the key: when a column is none of `dimensions`, when the regions and
 * periods of a geo experiment are one column, or when it names a region twice.
 */
export function requireDimensions(
  { exposure, frequency, geo }: ExperimentInput,
  dimensions: readonly string[],
): void {
  const columns = {
    'exposure.column': exposure?.column,
    'frequency.column': frequency?.column,
    'geo.region': geo?.region,
    'geo.period': geo?.period,
  };
  for (const [key, column] of Object.entries(columns)) {
    if (column === undefined || dimensions.includes(column)) continue;
    throw invalid(key, `experiment.${key} must be one of data.cohorts`);
  }
  if (geo === undefined) return;
  if (geo.region === geo.period) {
    throw invalid('geo.period', 'experiment.geo.period must be another column than experiment.geo.region');
  }
  if (new Set(geo.treated).size < geo.treated.length) {
    throw invalid('geo.treated', 'experiment.geo.treated names a region twice');
  }
}

/**
 * Checks the same against the values of the list, before a session spends anything on a report that would lack it.
 * Does nothing for a side without cells.
 *
 * @throws VesicaError `data/empty-cohort` when a treated region or the first period of the test has no row;
 * `config/invalid` when a value of the frequency column is no number of exposures, or two stand for the same number.
 */
export function requireValues({ frequency, geo }: ExperimentInput, { dimensions, cells }: Inventory): void {
  const valuesOf = (column: string): Set<string> => {
    const at = dimensions.indexOf(column);
    return new Set(cells.map(({ label }) => label[at] ?? ''));
  };
  if (cells.length === 0) return;
  if (frequency !== undefined && dimensions.includes(frequency.column)) {
    const values = [...valuesOf(frequency.column)].flatMap((value) => exposuresOf(value) ?? []);
    const isNumbers = values.length === valuesOf(frequency.column).size;
    const rising = values.sort((a, b) => a.least - b.least);
    if (!isNumbers || !areApart(rising)) {
      const what = isNumbers ? 'has two values for one number' : 'has a value that is no number';
      throw invalid(
        'frequency.column',
        `experiment.frequency.column: the column ${frequency.column} ${what} of exposures; write 0, 3, 3-5 or 6+`,
      );
    }
  }
  if (geo === undefined || !dimensions.includes(geo.region) || !dimensions.includes(geo.period)) return;
  const regions = valuesOf(geo.region);
  const absent = geo.treated.filter((region) => !regions.has(region)).length;
  if (absent > 0) {
    throw empty(
      'geo.treated',
      `${absent} of the regions in experiment.geo.treated have no row: the column ${geo.region} has ` +
        `${regions.size} other values`,
    );
  }
  if (!valuesOf(geo.period).has(geo.startsAt)) {
    throw empty(
      'geo.startsAt',
      `experiment.geo.startsAt has no row: it is no value of the column ${geo.period}`,
    );
  }
}

function invalid(key: string, message: string): VesicaError {
  return new VesicaError('config/invalid', message, { field: `experiment.${key}` });
}

function empty(key: string, message: string): VesicaError {
  return new VesicaError('data/empty-cohort', message, { field: `experiment.${key}` });
}
