/** The little linear algebra that regressions and quadratic programs of a few dozen unknowns need. */

export type Vector = readonly number[];
/** Rows of equal length. */
export type Matrix = readonly Vector[];

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

export function mean(values: Vector): number {
  return sum(values) / values.length;
}

export function multiply(matrix: Matrix, vector: Vector): number[] {
  return matrix.map((row) => dot(row, vector));
}

/**
 * The solution x of `matrix` x = `right`, by Gaussian elimination with partial pivoting, or `undefined` when the matrix
 * is singular to working precision.
 */
export function solve(matrix: Matrix, right: Vector): number[] | undefined {
  const size = right.length;
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  const scale = Math.max(...matrix.map((row) => Math.max(...row.map(Math.abs))));
  for (let column = 0; column < size; column += 1) {
    let pivotRow = column;
    for (let i = column + 1; i < size; i += 1) {
      if (Math.abs(rows[i]?.[column] ?? 0) > Math.abs(rows[pivotRow]?.[column] ?? 0)) pivotRow = i;
    }
    const pivot = rows[pivotRow] ?? [];
    const lead = pivot[column] ?? 0;
    if (!(Math.abs(lead) > scale * size * Number.EPSILON)) return undefined;
    rows[pivotRow] = rows[column] ?? [];
    rows[column] = pivot;
    for (let i = column + 1; i < size; i += 1) {
      const row = rows[i] ?? [];
      const factor = (row[column] ?? 0) / lead;
      if (factor === 0) continue;
      for (let j = column; j <= size; j += 1) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i -= 1) {
    const row = rows[i] ?? [];
    let value = row[size] ?? 0;
    for (let j = i + 1; j < size; j += 1) value -= (row[j] ?? 0) * (solution[j] ?? 0);
    solution[i] = value / (row[i] ?? 1);
  }
  return solution;
}
