import type { Mechanism } from '../dp/index.js';
import {
  type PrivacyCost,
  type Rational,
  composeSequentially,
  contribution,
  costOf,
  discreteLaplace,
  parseEpsilon,
  splitBudget,
  truncatedDiscreteLaplace,
} from '../dp/index.js';
import { VesicaError } from '../errors.js';
import type { RandomSource } from '../random.js';
import { randomBytes } from '../random.js';
import type { MeasureTerm, Terms } from './codec/index.js';
import { requirePlainText } from './codec/index.js';
import { dummyHalfWidth } from '../dp/index.js';
import { LIMITS } from './limits.js';
import type { OwnList } from './mode.js';

/**
 * What a session with measures releases, from its terms alone: the matched people of each cell, and for each measure
 * the sum, and the sum of squares where the terms ask for it (protocol-spec/measures.md).
 */

/** How many parts of the session's epsilon each kind of figure gets. */
const WEIGHTS = { count: 1n, sum: 2n, squares: 1n } as const;

/** Noise beyond this many times its scale has a probability below 2^-64. */
const TAIL_SCALES = 46n;

/** One column of encrypted integers: a measure's values, or their squares. */
export interface Column {
  /** Position in `terms.measures`. */
  readonly measure: number;
  readonly kind: 'sum' | 'squares';
  /** What one of the column's integers stands for: quanta (1) for a sum, squared quanta for squares. */
  readonly unit: number;
  /** The most one person adds, in units: what the noise is made for. */
  readonly bound: number;
  /** Noise on each cell's sum, in units. */
  readonly mechanism: Mechanism;
  /** Smallest and largest sum that a cell can have with the noise of both parties inside. */
  readonly minimum: number;
  readonly maximum: number;
}

interface Figure {
  readonly measure: number;
  readonly kind: 'sum' | 'squares';
  readonly epsilon: Rational;
}

/** The columns of `terms` and what share of epsilon each figure gets; the shares add up to epsilon exactly. */
function figuresOf(terms: Terms): { readonly count: Rational; readonly columns: readonly Figure[] } {
  const kinds = terms.measures.flatMap(({ statistic }, measure) => [
    { measure, kind: 'sum' as const },
    ...(statistic === 'sum-and-squares' ? [{ measure, kind: 'squares' as const }] : []),
  ]);
  const [count, ...shares] = splitBudget(parseEpsilon(terms.epsilon, 'privacy.epsilon'), [
    WEIGHTS.count,
    ...kinds.map(({ kind }) => WEIGHTS[kind]),
  ]);
  if (count === undefined) throw new VesicaError('internal/defect', 'a budget without a share');
  const columns = kinds.map((column, i) => ({ ...column, epsilon: shares[i] ?? count }));
  return { count, columns };
}

/** Columns of encrypted integers that `measures` take. */
export function columnCount(measures: readonly MeasureTerm[]): number {
  return measures.reduce((sum, { statistic }) => sum + (statistic === 'sum' ? 1 : 2), 0);
}

/** The part of epsilon that the count of matched people gets. */
export function countEpsilon(terms: Terms): Rational {
  return figuresOf(terms).count;
}

/**
 * The columns of a session in which at most `people` can match in one cell. A sum of squares is counted in a unit large
 * enough for its sums to be decrypted: the smallest power of two.
 *
 * @throws VesicaError `limit/measure-range`, naming the measure, when a sum could be too large to be decrypted.
 */
export function columnsOf(terms: Terms, people: number): readonly Column[] {
  return figuresOf(terms).columns.map(({ measure, kind, epsilon }) => {
    const term = terms.measures[measure];
    if (term === undefined) throw new VesicaError('internal/defect', 'a column without a measure');
    const quanta = BigInt(boundQuanta(term));
    let unit = 1n;
    let range = rangeOf(kind === 'sum' ? quanta : quanta * quanta, { people, epsilon });
    while (kind === 'squares' && range.width > BigInt(LIMITS.sumRange)) {
      unit *= 2n;
      range = rangeOf((quanta * quanta + unit - 1n) / unit, { people, epsilon });
    }
    if (range.width > BigInt(LIMITS.sumRange)) {
      throw new VesicaError(
        'limit/measure-range',
        `${people} people with up to ${quanta} quanta of the measure ${JSON.stringify(term.name)} each, and the noise, ` +
          `exceed what can be decrypted, ${LIMITS.sumRange}`,
        { field: `measures.${term.name}` },
      );
    }
    return {
      measure,
      kind,
      unit: Number(unit),
      bound: Number(range.bound),
      mechanism: discreteLaplace(epsilon, range.bound),
      minimum: -2 * Number(range.tail),
      maximum: Number(range.bound * BigInt(people) + 2n * range.tail),
    };
  });
}

/** A measure, and the noise on its sum in one cell, in quanta. */
export interface FigureMechanism {
  readonly measure: MeasureTerm;
  readonly sum: Mechanism;
}

/** The noise in the sums of a session, from its terms alone: whether they can be decrypted depends on the lists too. */
export function figureMechanisms(terms: Terms): readonly FigureMechanism[] {
  return figuresOf(terms).columns.flatMap(({ measure: index, kind, epsilon }) => {
    const measure = terms.measures[index];
    if (measure === undefined || kind !== 'sum') return [];
    return [{ measure, sum: discreteLaplace(epsilon, BigInt(boundQuanta(measure))) }];
  });
}

/** Both parties' noise is inside when a sum is decrypted, either of which may be `tail` up or down. */
function rangeOf(
  bound: bigint,
  { people, epsilon }: { readonly people: number; readonly epsilon: Rational },
): { readonly bound: bigint; readonly tail: bigint; readonly width: bigint } {
  const tail = (TAIL_SCALES * bound * epsilon.denominator) / epsilon.numerator + 1n;
  return { bound, tail, width: bound * BigInt(people) + 4n * tail };
}

/** A measure's bound in quanta. */
function boundQuanta({ name, quantum, bound }: MeasureTerm): number {
  return contribution({
    column: name,
    quantum,
    bound,
    aboveBound: 'refuse',
    betweenQuanta: 'refuse',
    missing: 'refuse',
  }).boundQuanta;
}

/**
 * The integer of `column` for a person whose measure is `quanta`; never above the column's bound. Squares between two
 * units go up with the chance that makes their mean exact: rounding all of them alike would shift the sum of many.
 *
 * @param coin - a uniform whole number in [0, unit), drawn for this value.
 */
export function columnValue({ kind, unit }: Column, quanta: number, coin: number): number {
  if (kind === 'sum') return quanta;
  const square = BigInt(quanta) * BigInt(quanta);
  const remainder = Number(square % BigInt(unit));
  return Number(square / BigInt(unit)) + (coin < remainder ? 1 : 0);
}

/** Largest unit that `coins` can draw for; no column of a session has one above 2^37 (protocol-spec/measures.md). */
const COIN_BITS = 48;

/** Draws coins for `columnValue`, one after the other, from `count` * 6 random bytes taken at once. */
export function coins(random: RandomSource, count: number): (unit: number) => number {
  const bytes = randomBytes(random, (count * COIN_BITS) / 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = -COIN_BITS / 8;
  return (unit) => {
    at += COIN_BITS / 8;
    // A power of two divides 2^48, so the rest is uniform.
    return (view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2)) % unit;
  };
}

/**
 * What one party's own noise costs it: the noisy figures that the other party learns. `undefined` when it tells none, or
 * tells rows or an exact count, which no epsilon bounds. Cells are disjoint, so they cost once.
 */
export function costOfRelease(terms: Terms, holder: 'cells' | 'measures'): PrivacyCost | undefined {
  if (terms.disclosure !== 'dp' || (holder === 'cells' && !terms.shareResults)) return undefined;
  const { count, columns } = figuresOf(terms);
  const counts =
    holder === 'measures'
      ? truncatedDiscreteLaplace(count, dummyHalfWidth(count, terms.delta))
      : discreteLaplace(count, 1n);
  return composeSequentially([
    costOf(counts),
    ...columns.map(({ epsilon }) => costOf(discreteLaplace(epsilon, 1n))),
  ]);
}

/**
 * Checks the measures that a party proposes.
 *
 * @throws VesicaError `config/invalid`, `limit/measures`, `limit/text` or `dp/invalid-parameter`, naming the measure.
 */
export function requireSoundMeasures(terms: Terms): void {
  const { measures } = terms;
  if (measures.length === 0) return;
  if (terms.mode !== 'aggregate' || terms.disclosure !== 'dp') {
    throw new VesicaError('config/invalid', `mode ${terms.mode} sums no measures`, { field: 'measures' });
  }
  if (!terms.shareResults) {
    throw new VesicaError(
      'config/invalid',
      'with measures the measure party always sees its sums, so results are shared',
      { field: 'share.results' },
    );
  }
  const columns = columnCount(measures);
  if (columns > LIMITS.measures) {
    throw new VesicaError(
      'limit/measures',
      `the measures take ${columns} columns of sums, the limit is ${LIMITS.measures}`,
      { field: 'measures' },
    );
  }
  const names = new Set<string>();
  for (const term of measures) {
    requirePlainText(term.name, 'measures');
    if (term.name === '' || names.has(term.name)) {
      throw new VesicaError('config/invalid', 'every measure needs a name of its own', { field: 'measures' });
    }
    names.add(term.name);
    boundQuanta(term);
  }
}

/**
 * Checks the values that a party brings for its measures: the noise is made for values within the bound, and a value that
 * is missing would count as 0.
 *
 * @throws VesicaError `internal/defect`, naming the measure: whoever reads the data sees to all of this.
 */
export function requireBoundedValues(terms: Terms, { batch, measures = [] }: OwnList): void {
  for (const [i, term] of terms.measures.entries()) {
    const [values, bound] = [measures[i], boundQuanta(term)];
    const isSound = (quanta: number): boolean => Number.isInteger(quanta) && quanta >= 0 && quanta <= bound;
    if (values?.length === batch.types.length && values.every(isSound)) continue;
    throw new VesicaError('internal/defect', 'a measure needs a whole number within its bound for each key', {
      field: `measures.${term.name}`,
    });
  }
}
