import { VesicaError } from './errors.js';
import type { RandomSource } from './random.js';
import { allocateBytes, grownCapacity } from './growing.js';

/** Slots hold index + 1 in 32 bits, and at most half of them are taken. */
const MAX_RECORDS = 2 ** 30;

export interface FlatTableOptions {
  /** Bytes of every record: 32 for match keys and elements, fewer for tags. */
  readonly recordBytes: number;
  /** Most records the table takes, at most 2^30. */
  readonly maxRecords: number;
  /** Draws the hash function; records may come from a peer, who must not be able to make them collide. */
  readonly random: RandomSource;
}

/**
 * A set of fixed-width byte records in flat memory, numbered in order of first insertion. A record may carry a label
 * byte (a key's type) that is part of its identity.
 *
 * Open addressing with linear probing, at most half full. The slot of a record comes from a strongly universal hash of
 * all its bytes, drawn at random for each table (vector multiply-shift over 16-bit words: Thorup, "High Speed Hashing for
 * Integers and Strings", 2015): without knowing the draw nobody can choose records that share slots.
 * Memory: at most 2 * (recordBytes + 1) + 16 bytes a record, and half as much again while growing.
 */
export class FlatTable {
  readonly recordBytes: number;
  readonly maxRecords: number;
  readonly #multipliers: Uint32Array;
  #size = 0;
  #records: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #labels: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #slots = new Uint32Array(2048);

  constructor(options: FlatTableOptions) {
    this.recordBytes = options.recordBytes;
    this.maxRecords = Math.min(options.maxRecords, MAX_RECORDS);
    // Two independent functions of 16 bits each: two offsets, then two multipliers a 16-bit word and two for the label.
    this.#multipliers = new Uint32Array(2 * (2 + Math.ceil(options.recordBytes / 2)));
    options.random.fill(new Uint8Array(this.#multipliers.buffer));
  }

  /** Number of distinct records. */
  get size(): number {
    return this.#size;
  }

  /** All records, size * recordBytes bytes; a view, good until the next `insert`. */
  get records(): Uint8Array {
    return this.#records.subarray(0, this.#size * this.recordBytes);
  }

  /** The label of each record, size bytes; a view, good until the next `insert`. */
  get labels(): Uint8Array {
    return this.#labels.subarray(0, this.#size);
  }

  /**
   * The index of the record at `source[offset...]` with `label`; it is added when new, and then its index is the
   * `size` from before the call.
   *
   * @throws VesicaError `limit/elements` when it would be one more than `maxRecords`, before memory grows.
   * @throws VesicaError `data/out-of-memory` when the machine has no memory to grow.
   */
  insert(source: Uint8Array, offset: number, label = 0): number {
    let slot = this.#hash(source, offset, label) & (this.#slots.length - 1);
    for (;;) {
      const held = this.#slots[slot] ?? 0;
      if (held === 0) break;
      if (this.#holds(held - 1, source, offset, label)) return held - 1;
      slot = (slot + 1) & (this.#slots.length - 1);
    }
    const index = this.#size;
    this.#makeRoom();
    this.#records.set(source.subarray(offset, offset + this.recordBytes), index * this.recordBytes);
    this.#labels[index] = label;
    this.#slots[slot] = index + 1;
    this.#size += 1;
    if (this.#size * 2 > this.#slots.length) this.#growSlots();
    return index;
  }

  /** The index of the record at `source[offset...]` with `label`, or -1 when the table does not hold it. */
  find(source: Uint8Array, offset: number, label = 0): number {
    let slot = this.#hash(source, offset, label) & (this.#slots.length - 1);
    for (;;) {
      const held = this.#slots[slot] ?? 0;
      if (held === 0) return -1;
      if (this.#holds(held - 1, source, offset, label)) return held - 1;
      slot = (slot + 1) & (this.#slots.length - 1);
    }
  }

  #hash(source: Uint8Array, offset: number, label: number): number {
    const multipliers = this.#multipliers;
    let low = (multipliers[0] ?? 0) + Math.imul(multipliers[2] ?? 0, label);
    let high = (multipliers[1] ?? 0) + Math.imul(multipliers[3] ?? 0, label);
    const end = offset + this.recordBytes;
    let at = 4;
    for (let i = offset; i < end; i += 2) {
      const word = (source[i] ?? 0) | (i + 1 < end ? (source[i + 1] ?? 0) << 8 : 0);
      low = (low + Math.imul(multipliers[at] ?? 0, word)) | 0;
      high = (high + Math.imul(multipliers[at + 1] ?? 0, word)) | 0;
      at += 2;
    }
    // Only the upper half of each sum is universal.
    return (low >>> 16) | (high & 0xffff_0000);
  }

  #holds(index: number, source: Uint8Array, offset: number, label: number): boolean {
    if (this.#labels[index] !== label) return false;
    const start = index * this.recordBytes;
    for (let i = 0; i < this.recordBytes; i += 1) {
      if (this.#records[start + i] !== source[offset + i]) return false;
    }
    return true;
  }

  #makeRoom(): void {
    if (this.#size >= this.maxRecords) {
      throw new VesicaError('limit/elements', `the list has more than ${this.maxRecords} distinct elements`, {
        field: 'maxElements',
      });
    }
    if (this.#size < this.#labels.length) return;
    const capacity = grownCapacity(this.#size, this.maxRecords);
    const records = allocateBytes(capacity * this.recordBytes);
    records.set(this.#records);
    const labels = allocateBytes(capacity);
    labels.set(this.#labels);
    this.#records = records;
    this.#labels = labels;
  }

  #growSlots(): void {
    const count = this.#slots.length * 2;
    const slots = new Uint32Array(allocateBytes(4 * count).buffer);
    for (let index = 0; index < this.#size; index += 1) {
      let slot = this.#hash(this.#records, index * this.recordBytes, this.#labels[index] ?? 0) & (count - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (count - 1);
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }
}
