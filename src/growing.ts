import { VesicaError } from './errors.js';

const FIRST_CAPACITY = 1024;

/** The capacity after `current` items are full: twice as many, at most `limit`. */
export function grownCapacity(current: number, limit: number): number {
  return Math.min(limit, Math.max(FIRST_CAPACITY, current * 2));
}

/**
 * Fresh zeroed memory.
 *
 * @throws VesicaError `data/out-of-memory` when the machine cannot give `length` bytes at once.
 */
export function allocateBytes(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch {
    throw new VesicaError('data/out-of-memory', `no memory for a buffer of ${length} bytes`);
  }
}

/** Unsigned 32-bit numbers in flat memory that grows by doubling: 4 bytes an item, no object an item. */
export class GrowingUint32 {
  #items = new Uint32Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: number): void {
    if (this.#length === this.#items.length) {
      const capacity = grownCapacity(this.#length, Number.MAX_SAFE_INTEGER);
      const grown = new Uint32Array(allocateBytes(4 * capacity).buffer);
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[this.#length] = item;
    this.#length += 1;
  }

  /** Item `index`, or 0 past the end. */
  at(index: number): number {
    return index < this.#length ? (this.#items[index] ?? 0) : 0;
  }

  /** Overwrites item `index`, which must exist. */
  set(index: number, item: number): void {
    this.#items[index] = item;
  }

  /** The items pushed so far; a view, good until the next `push`. */
  view(): Uint32Array {
    return this.#items.subarray(0, this.#length);
  }
}
