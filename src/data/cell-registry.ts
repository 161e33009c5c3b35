import { VesicaError } from '../errors.js';

/** Numbers the combinations of cohort values that occur, and in the end sorts them. */
export class CellRegistry {
  readonly #maxCells: number;
  readonly #numbers = new Map<string, number>();
  readonly #labels: (readonly string[])[] = [];

  constructor(maxCells: number) {
    this.#maxCells = maxCells;
  }

  /**
   * The number of the cell of `values`, counted from 0 in order of first use.
   *
   * @throws VesicaError `limit/cells` when it would be one more than `maxCells`.
   */
  numberOf(values: readonly string[]): number {
    // Lengths keep apart combinations whose texts run together alike.
    let name = '';
    for (const value of values) name += `${value.length}:${value}`;
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#labels.length >= this.#maxCells) {
      throw new VesicaError('limit/cells', `the cohort columns make more than ${this.#maxCells} cells`, {
        field: 'data.cohorts',
      });
    }
    this.#numbers.set(name, this.#labels.length);
    return this.#labels.push([...values]) - 1;
  }

  /**
   * The labels of the cells that occur in `cells`, sorted, so that the order of the source's rows does not show in them.
   * Renumbers `cells` in place to match.
   */
  sort(cells: Uint32Array): (readonly string[])[] {
    const used = new Uint8Array(this.#labels.length);
    for (const cell of cells) used[cell] = 1;
    const order = [...this.#labels.entries()]
      .filter(([number]) => used[number] === 1)
      .sort(([, a], [, b]) => compareLabels(a, b));
    const positions = new Uint32Array(this.#labels.length);
    for (const [position, [number]] of order.entries()) positions[number] = position;
    for (let i = 0; i < cells.length; i += 1) cells[i] = positions[cells[i] ?? 0] ?? 0;
    return order.map(([, label]) => label);
  }
}

/** Order of UTF-16 code units, column by column: the same on every machine and in every locale. */
function compareLabels(a: readonly string[], b: readonly string[]): number {
  for (const [position, value] of a.entries()) {
    const other = b[position] ?? '';
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
