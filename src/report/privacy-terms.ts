import { type Mechanism, composeSequentially, costOf, parseDecimal, rationalToNumber } from '../dp/index.js';
import { type MeasureSums, type Side, type Terms, mechanismsOf } from '../protocol/index.js';
import { noiseOf } from './noise.js';
import type { Report } from './report-schema.js';

type Told = Report['privacy']['learned'];

/** Every kind of figure that the session told, to this side and by it, and what they cost together. */
export function figuresTold(
  { terms, side }: { readonly terms: Terms; readonly side: Side },
  measures: readonly MeasureSums[],
  learnedCounts: boolean,
): { learned: Told; told: Told } {
  const { learned, disclosed } = mechanismsOf(terms, side);
  return {
    learned: learnedCounts ? toldOf(learned, measures) : { figures: [], total: null },
    told: disclosed === 'nothing' ? { figures: [], total: null } : toldOf(disclosed, measures),
  };
}

/** Both sides draw noise of the same distributions for their sums, so one list of measures serves both directions. */
function toldOf(counts: Mechanism | undefined, measures: readonly MeasureSums[]): Told {
  const figures: Told['figures'] = [{ figure: 'matched', measure: null, ...noiseOf(counts) }];
  const mechanisms: Mechanism[] = counts === undefined ? [] : [counts];
  for (const { name, quantum, squareUnit, sumMechanism, squaresMechanism } of measures) {
    const unit = rationalToNumber(parseDecimal(quantum) ?? { numerator: 1n, denominator: 1n }, 'nearest');
    figures.push({ figure: 'sum', measure: name, ...noiseOf(sumMechanism, unit) });
    mechanisms.push(sumMechanism);
    if (squaresMechanism === undefined) continue;
    figures.push({
      figure: 'squares',
      measure: name,
      ...noiseOf(squaresMechanism, squareUnit * unit * unit),
    });
    mechanisms.push(squaresMechanism);
  }
  return { figures, total: counts === undefined ? null : totalOf(mechanisms) };
}

/** The figures of a cell are about the same people and add up; cells are disjoint, so one cell's cost is that of all. */
function totalOf(mechanisms: readonly Mechanism[]): Told['total'] {
  const { epsilon, delta } = composeSequentially(mechanisms.map(costOf));
  if (epsilon === undefined) return null;
  return { epsilon: rationalToNumber(epsilon, 'up'), delta: rationalToNumber(delta, 'up') };
}
