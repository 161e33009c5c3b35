import { type Matrix, type Vector, dot, multiply, solve } from '../linear-algebra.js';

/** Additions to the active set after which the search is given up; it normally takes about one a weight. */
const MAX_ROUNDS_PER_DONOR = 20;

/**
 * Weights w, none negative and together 1, that minimise |target - w_1 donors_1 - w_2 donors_2 - ...|^2. Every donor is
 * as long as `target`.
 *
 * Active-set method: grow the set of donors with weight by the one whose gradient promises most, solve exactly on the
 * set, and step back to the boundary when a weight would turn negative. It ends at the exact optimum, where projected
 * gradients would still creep after thousands of rounds. Donors that add nothing independent of the set stay out.
 *
 * Source: Lawson and Hanson 1974, "Solving least squares problems", chapter 23, with the sum constraint as one more row
 * of the optimality conditions.
 */
export function simplexWeights(target: Vector, donors: Matrix): number[] {
  const gram = donors.map((a) => donors.map((b) => dot(a, b)));
  const towards = donors.map((donor) => dot(donor, target));
  const scale = Math.max(...gram.map((row, i) => row[i] ?? 0)) || 1;
  const quadratic = gram.map((row) => row.map((value) => value / scale));
  const linear = towards.map((value) => value / scale);

  let best = 0;
  for (let i = 1; i < donors.length; i += 1) if (lossOfOne(i) < lossOfOne(best)) best = i;
  function lossOfOne(i: number): number {
    return (quadratic[i]?.[i] ?? 0) - 2 * (linear[i] ?? 0);
  }
  const weights = donors.map((_, i) => (i === best ? 1 : 0));
  let active: readonly number[] = [best];
  const useless = new Set<number>();

  for (let round = 0; round < MAX_ROUNDS_PER_DONOR * donors.length; round += 1) {
    const entering = mostPromising({ quadratic, linear, weights, active, useless });
    if (entering === undefined) break;
    const grown = shrinkToFeasible({ quadratic, linear, weights, active: [...active, entering] });
    // Rounding can promise a gain that the exact solution does not confirm; asking again would not end.
    if (grown?.includes(entering)) useless.clear();
    else useless.add(entering);
    if (grown !== undefined) active = grown;
  }
  return weights;
}

interface Program {
  readonly quadratic: Matrix;
  readonly linear: Vector;
  /** Changed in place. */
  readonly weights: number[];
  readonly active: readonly number[];
}

function mostPromising(program: Program & { readonly useless: ReadonlySet<number> }): number | undefined {
  const { quadratic, linear, weights, active, useless } = program;
  const pull = multiply(quadratic, weights).map((value, i) => (linear[i] ?? 0) - value);
  // At the optimum on the active set the pulls there are all equal; elsewhere they must not be larger.
  const level = active.reduce((total, i) => total + (pull[i] ?? 0) * (weights[i] ?? 0), 0);
  let entering: number | undefined;
  let strongest = 1e-12;
  pull.forEach((value, i) => {
    if (active.includes(i) || useless.has(i) || value - level <= strongest) return;
    strongest = value - level;
    entering = i;
  });
  return entering;
}

/** Moves `weights` to the optimum on the largest part of `active` where none is negative, and gives that part. */
function shrinkToFeasible(program: Program): readonly number[] | undefined {
  const { weights } = program;
  let { active } = program;
  for (;;) {
    const wanted = optimumOn({ ...program, active });
    if (wanted === undefined) return undefined;
    let step = 1;
    active.forEach((i, k) => {
      const from = weights[i] ?? 0;
      const to = wanted[k] ?? 0;
      if (to <= 0) step = Math.min(step, from / (from - to || 1));
    });
    active.forEach((i, k) => {
      const from = weights[i] ?? 0;
      const moved = from + step * ((wanted[k] ?? 0) - from);
      weights[i] = (wanted[k] ?? 0) <= 0 && moved <= 1e-15 ? 0 : moved;
    });
    const kept = active.filter((i) => (weights[i] ?? 0) > 0);
    if (kept.length === active.length || kept.length === 0) return active;
    active = kept;
  }
}

/** Optimum with sum 1 on `active` without regard to signs: the optimality conditions are linear. */
function optimumOn({ quadratic, linear, active }: Program): number[] | undefined {
  const rows = active.map((i) => [...active.map((j) => quadratic[i]?.[j] ?? 0), 1]);
  rows.push([...active.map(() => 1), 0]);
  return solve(rows, [...active.map((i) => linear[i] ?? 0), 1])?.slice(0, active.length);
}
