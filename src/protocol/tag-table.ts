import type { RandomSource } from '../random.js';
import { randomBytes } from '../random.js';

const EMPTY = 0xffff_ffff;

/**
 * A set of fixed-width records with their positions, in flat memory: an open-addressing table of 32-bit positions over
 * one byte array. About `recordBytes + 6` bytes a record. The table is keyed: whoever chooses the records cannot choose
 * where they land, so long probe runs cannot be provoked.
 */
export class TagTable {
  readonly #recordBytes: number;
  readonly #records: Uint8Array;
  readonly #slots: Uint32Array;
  readonly #mask: number;
  readonly #key: readonly [number, number];
  #size = 0;

  /** Room for `capacity` records of `recordBytes` bytes, at least 4. */
  constructor(capacity: number, recordBytes: number, random: RandomSource) {
    this.#recordBytes = recordBytes;
    this.#records = new Uint8Array(capacity * recordBytes);
    let slots = 8;
    while (slots * 3 < capacity * 4) slots *= 2;
    this.#slots = new Uint32Array(slots).fill(EMPTY);
    this.#mask = slots - 1;
    const [first = 0, second = 0] = new Uint32Array(randomBytes(random, 8).buffer);
    this.#key = [first, second | 1];
  }

  get size(): number {
    return this.#size;
  }

  /** Adds the record at `source[offset...]`; its position is the number of records before it. `false` when it is there already. */
  add(source: Uint8Array, offset: number): boolean {
    const slot = this.#find(source, offset);
    if (this.#slots[slot] !== EMPTY) return false;
    this.#slots[slot] = this.#size;
    this.#records.set(source.subarray(offset, offset + this.#recordBytes), this.#size * this.#recordBytes);
    this.#size += 1;
    return true;
  }

  /** Position of the record at `source[offset...]`, or -1 when it is not in the table. */
  positionOf(source: Uint8Array, offset: number): number {
    const position = this.#slots[this.#find(source, offset)] ?? EMPTY;
    return position === EMPTY ? -1 : position;
  }

  /** The slot that holds the record, or the empty slot where it belongs. */
  #find(source: Uint8Array, offset: number): number {
    let slot = this.#hash(source, offset) & this.#mask;
    for (;;) {
      const position = this.#slots[slot] ?? EMPTY;
      if (position === EMPTY || this.#isAt(position, source, offset)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #isAt(position: number, source: Uint8Array, offset: number): boolean {
    const start = position * this.#recordBytes;
    for (let i = 0; i < this.#recordBytes; i += 1) {
      if (this.#records[start + i] !== source[offset + i]) return false;
    }
    return true;
  }

  /** Multiply-mix of the whole record under the table's key (the finaliser is that of MurmurHash3). */
  #hash(source: Uint8Array, offset: number): number {
    let hash = this.#key[0];
    for (let i = 0; i < this.#recordBytes; i += 1) {
      hash = Math.imul(hash ^ (source[offset + i] ?? 0), this.#key[1]);
      hash = (hash << 13) | (hash >>> 19);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}
