import { allocateBytes, grownCapacity } from '../growing.js';

/**
 * A total for each key in flat memory that grows by doubling: 8 bytes a key. A total stops just above the bound: that is
 * enough to know later which keys went past it, and no sum of rows can outgrow what a double counts exactly.
 */
export class KeyTotals {
  readonly #ceiling: number;
  #totals = new Float64Array(0);

  /** @param bound the largest total, at most 2^52. */
  constructor(bound: number) {
    this.#ceiling = bound + 1;
  }

  /** The total of key `key`: 0 when nothing was added, the bound plus 1 when it is above the bound. */
  of(key: number): number {
    return this.#totals[key] ?? 0;
  }

  /**
   * Adds `quanta`, a whole number of at least 0, to the total of key `key`.
   *
   * @throws VesicaError `data/out-of-memory`.
   */
  add(key: number, quanta: number): void {
    this.#makeRoom(key + 1);
    this.#totals[key] = Math.min(this.of(key) + quanta, this.#ceiling);
  }

  /** The totals of keys 0 to `keys - 1`; a view, good until the next `add`. */
  view(keys: number): Float64Array {
    this.#makeRoom(keys);
    return this.#totals.subarray(0, keys);
  }

  #makeRoom(keys: number): void {
    let capacity = this.#totals.length;
    while (capacity < keys) capacity = grownCapacity(capacity, Number.MAX_SAFE_INTEGER);
    if (capacity === this.#totals.length) return;
    const grown = new Float64Array(allocateBytes(8 * capacity).buffer);
    grown.set(this.#totals);
    this.#totals = grown;
  }
}
