import { ensure } from '../input.js';
import { type Vector, dot } from '../linear-algebra.js';

export interface Regression {
  readonly coefficients: Vector;
  /** Variance of the (weighted) residuals. */
  readonly residualVariance: number;
  /** Observations less coefficients. */
  readonly degreesOfFreedom: number;
  /** Variance of the linear combination `combination` of the coefficients. */
  readonly varianceOf: (combination: Vector) => number;
}

export interface RegressionInput {
  /** One column of values for each coefficient. */
  readonly columns: readonly Vector[];
  readonly outcome: Vector;
  /** Inverse of each observation's variance, up to one factor; equal weights when left out. */
  readonly weights?: Vector;
}

/**
 * Weighted least squares by modified Gram-Schmidt orthogonalisation, which works on the columns themselves: the normal
 * equations would square the spread of their sizes, and sales of the largest region are a thousand times the smallest.
 *
 * Throws `measurement/invalid-input` with no more observations than coefficients, or with columns that are linear
 * combinations of each other (no variation in the control sales, or no spend anywhere).
 *
 * Source: Björck 1967, BIT 7.
 */
export function regress(input: RegressionInput): Regression {
  const { columns, outcome, weights } = input;
  const degreesOfFreedom = outcome.length - columns.length;
  ensure(degreesOfFreedom > 0, 'periods', 'of more observations than coefficients');
  const roots = outcome.map((_, i) => Math.sqrt(weights?.[i] ?? 1));
  const scaled = (column: Vector): number[] => column.map((value, i) => value * (roots[i] ?? 0));

  const basis = columns.map(scaled);
  const sizes = basis.map((column) => Math.sqrt(dot(column, column)));
  const triangle = columns.map(() => columns.map(() => 0));
  basis.forEach((column, j) => {
    for (let i = 0; i < j; i += 1) {
      const projected = removeDirection(column, basis[i] ?? []);
      (triangle[i] ?? [])[j] = projected;
    }
    const length = Math.sqrt(dot(column, column));
    ensure(length > 1e-10 * (sizes[j] ?? 0), 'columns', 'linearly independent');
    (triangle[j] ?? [])[j] = length;
    for (let row = 0; row < column.length; row += 1) column[row] = (column[row] ?? 0) / length;
  });

  const residuals = scaled(outcome);
  const projections = basis.map((column) => removeDirection(residuals, column));
  const residualVariance = dot(residuals, residuals) / degreesOfFreedom;
  return {
    coefficients: backSubstitute(triangle, projections),
    residualVariance,
    degreesOfFreedom,
    varianceOf: (combination) => {
      // c' (R'R)^-1 c is the squared length of R'^-1 c.
      const half = forwardSubstitute(triangle, combination);
      return residualVariance * dot(half, half);
    },
  };
}

/** Takes the part along the unit vector `direction` off `vector`, in place, and gives its length. */
function removeDirection(vector: number[], direction: Vector): number {
  const length = dot(vector, direction);
  for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] ?? 0) - length * (direction[i] ?? 0);
  return length;
}

function backSubstitute(triangle: readonly Vector[], right: Vector): number[] {
  const solution = right.map(() => 0);
  for (let i = right.length - 1; i >= 0; i -= 1) {
    let value = right[i] ?? 0;
    for (let j = i + 1; j < right.length; j += 1) value -= (triangle[i]?.[j] ?? 0) * (solution[j] ?? 0);
    solution[i] = value / (triangle[i]?.[i] ?? 1);
  }
  return solution;
}

/** Solves R' x = `right` for the upper triangle R. */
function forwardSubstitute(triangle: readonly Vector[], right: Vector): number[] {
  const solution = right.map(() => 0);
  for (let i = 0; i < right.length; i += 1) {
    let value = right[i] ?? 0;
    for (let j = 0; j < i; j += 1) value -= (triangle[j]?.[i] ?? 0) * (solution[j] ?? 0);
    solution[i] = value / (triangle[i]?.[i] ?? 1);
  }
  return solution;
}
