import { VesicaError } from '../errors.js';
import { ensure, finite, nonNegative, positive } from './input.js';
import { sum } from './linear-algebra.js';
import type { CheckedCount } from './noise-interval.js';

/**
 * Tables whose parts add up to their totals. Two things break that: parts and total that were noised separately, and
 * rounding. Both are repaired by the smallest change; no figure is set to zero because it is small or negative, which
 * would make every total too large.
 */

export interface ReconciledTotal {
  readonly total: CheckedCount;
  readonly parts: readonly CheckedCount[];
}

/**
 * Parts and total made to agree after each got its own noise: weighted least squares, so the noisier a figure is the
 * more it moves. The result is also less noisy than the input, because the total says something about every part.
 *
 * Exact figures (variance 0) do not move; if all are exact and disagree, they are wrong: `measurement/invalid-input`.
 */
export function reconcileTotal(total: CheckedCount, parts: readonly CheckedCount[]): ReconciledTotal {
  const gap = finite('total', total.count) - sum(parts.map((part) => finite('parts', part.count)));
  const totalVariance = nonNegative('total.noiseVariance', total.noiseVariance);
  const variances = parts.map((part) => nonNegative('parts.noiseVariance', part.noiseVariance));
  const gapVariance = totalVariance + sum(variances);
  if (gapVariance === 0) {
    if (gap !== 0) {
      throw new VesicaError('measurement/invalid-input', 'exact parts do not add up to their exact total', {
        field: 'total',
      });
    }
    return { total, parts };
  }
  // Each figure takes the share of the gap that its variance has in it, and keeps the variance that is left.
  const moved = (figure: CheckedCount, towards: number): CheckedCount => ({
    count: figure.count + (towards * gap * figure.noiseVariance) / gapVariance,
    noiseVariance: figure.noiseVariance * (1 - figure.noiseVariance / gapVariance),
  });
  return { total: moved(total, -1), parts: parts.map((part) => moved(part, 1)) };
}

/** A figure and what it is made of; a leaf has no parts. */
export interface FigureTree {
  readonly value: number;
  readonly parts?: readonly FigureTree[];
}

/**
 * `tree` with every value a whole multiple of `unit` and every value equal to the sum of its parts. The root is rounded
 * to the nearest multiple; below it each rounded value is shared out by the method of largest remainders, so a value
 * moves by less than one unit for its own level and each one above it.
 *
 * The values of `tree` must already add up (see `reconcileTotal`), to within rounding errors of a double.
 */
export function roundConsistently(tree: FigureTree, unit: number): FigureTree {
  const step = positive('unit', unit);
  const units = Math.round(finite('tree.value', tree.value) / step);
  return shareOut(tree, units, step);
}

function shareOut(tree: FigureTree, units: number, step: number): FigureTree {
  // A negative figure that rounds to zero is 0, not the -0 that Math.round gives.
  const value = units * step + 0;
  const { parts } = tree;
  if (parts === undefined || parts.length === 0) return { value };
  const exact = parts.map((part) => finite('tree.value', part.value) / step);
  const inUnits = tree.value / step;
  ensure(
    Math.abs(sum(exact) - inUnits) <= 1e-6 * (1 + sum(exact.map(Math.abs))),
    'tree.value',
    'the sum of its parts',
  );
  const floors = exact.map(Math.floor);
  // Negative when a level above was rounded down below the floors of these parts: then all of them go down first.
  const left = units - sum(floors);
  const each = Math.floor(left / parts.length);
  const extra = left - each * parts.length;
  const byRemainder = exact.map((_, i) => i).sort((a, b) => remainder(exact, b) - remainder(exact, a));
  const rank = new Map(byRemainder.map((part, position) => [part, position]));
  return {
    value,
    parts: parts.map((part, i) => {
      const bonus = (rank.get(i) ?? 0) < extra ? 1 : 0;
      return shareOut(part, (floors[i] ?? 0) + each + bonus, step);
    }),
  };
}

function remainder(exact: readonly number[], index: number): number {
  const value = exact[index] ?? 0;
  return value - Math.floor(value);
}
