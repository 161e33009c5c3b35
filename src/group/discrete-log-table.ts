import { allocateBytes } from '../growing.js';
import { bigIntToScalar } from './engine.js';
import type { GroupOperations } from './operations.js';
import { ELEMENT_BYTES } from './suite.js';

/** Most entries of a `DiscreteLogTable`. */
export const MAX_TABLE_ENTRIES = 2 ** 20;

/** Slots an entry: the table stays half empty, so a chain of taken slots is short. */
const SLOTS_PER_ENTRY = 2;
/** Bits of the filter an entry: it lets one in sixteen elements through that are not in the table. */
const FILTER_BITS_PER_ENTRY = 16;
/** Points of one walk while building; long enough to hide its start, short enough to share the work out. */
const BUILD_CHUNK = 8192;
const WORDS = ELEMENT_BYTES / 4;

/**
 * The multiples 0, 1, 2, ... of the generator, to be found again by their encodings: the baby steps of
 * `discreteLogarithms`. Build it once and keep it; it grows when more work is asked of it.
 *
 * Flat memory, 18 bytes an entry (18 MiB with all 2^20): open addressing over 32-bit fingerprints and entry numbers, and
 * in front of it a bitmap small enough for a processor's cache, as nearly all look-ups miss. An answer is a candidate;
 * the caller multiplies out to be sure. The hash is fixed, as opposed to that of `FlatTable`: what the table holds is known
 * beforehand and nobody can add to it, so its longest chain is what it is, whatever a peer makes us look up.
 */
export class DiscreteLogTable {
  #entries = 0;
  #filter = new Int32Array(1);
  #filterMask = 0;
  /** Pairs: the fingerprint, and the entry's number plus 1, or 0 where the slot is free. */
  #slots = new Int32Array(2);
  #slotMask = 0;

  /** How many multiples it holds: 0, or a power of two. */
  get entries(): number {
    return this.#entries;
  }

  /**
   * Sees to it that the table holds at least `entries` multiples, at most `MAX_TABLE_ENTRIES`, a power of two. A larger
   * table is built anew. Not to be called while a search uses the table.
   *
   * @throws VesicaError `data/out-of-memory`, and what `operations.walk` throws.
   */
  async grow(operations: GroupOperations, entries: number): Promise<void> {
    const wanted = 2 ** Math.ceil(Math.log2(Math.min(Math.max(entries, 1), MAX_TABLE_ENTRIES)));
    if (wanted <= this.#entries) return;
    const filter = new Int32Array(allocateBytes(4 * Math.ceil((wanted * FILTER_BITS_PER_ENTRY) / 32)).buffer);
    const slots = new Int32Array(allocateBytes(8 * SLOTS_PER_ENTRY * wanted).buffer);
    this.#entries = 0;
    this.#filter = filter;
    this.#filterMask = wanted * FILTER_BITS_PER_ENTRY - 1;
    this.#slots = slots;
    this.#slotMask = SLOTS_PER_ENTRY * wanted - 1;

    const firsts = Array.from({ length: Math.ceil(wanted / BUILD_CHUNK) }, (_, i) => i * BUILD_CHUNK);
    const ends = await multiplesOf(operations, [1, ...firsts]);
    const generator = ends.subarray(0, ELEMENT_BYTES);
    await Promise.all(
      firsts.map(async (first, i) => {
        const start = ends.subarray(ELEMENT_BYTES * (i + 1), ELEMENT_BYTES * (i + 2));
        const count = Math.min(BUILD_CHUNK, wanted - first);
        this.#insert(await operations.walk(start, generator, count), first);
      }),
    );
    this.#entries = wanted;
  }

  /**
   * Looks up n * 32 bytes of elements. Gives i * entries + k for every element i that looks like the multiple k, in order
   * of i: every true answer, and once in about a thousand million look-ups a false one.
   */
  candidates(elements: Uint8Array): number[] {
    const words = wordsOf(elements);
    const found: number[] = [];
    for (let at = 0; at < words.length; at += WORDS) {
      const print = fingerprint(words, at);
      const bit = print & this.#filterMask;
      if ((((this.#filter[bit >> 5] ?? 0) >>> (bit & 31)) & 1) === 0) continue;
      for (let slot = this.#firstSlot(words, at); ; slot = (slot + 1) & this.#slotMask) {
        const held = this.#slots[2 * slot + 1] ?? 0;
        if (held === 0) break;
        if (this.#slots[2 * slot] === print) found.push((at / WORDS) * this.#entries + held - 1);
      }
    }
    return found;
  }

  #insert(elements: Uint8Array, first: number): void {
    const words = wordsOf(elements);
    for (let at = 0, entry = first; at < words.length; at += WORDS, entry += 1) {
      const print = fingerprint(words, at);
      const bit = print & this.#filterMask;
      this.#filter[bit >> 5] = (this.#filter[bit >> 5] ?? 0) | (1 << (bit & 31));
      let slot = this.#firstSlot(words, at);
      while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.#slotMask;
      this.#slots[2 * slot] = print;
      this.#slots[2 * slot + 1] = entry + 1;
    }
  }

  #firstSlot(words: Int32Array, at: number): number {
    return (Math.imul(words[at] ?? 0, 0x9e37_79b1) >>> 11) & this.#slotMask;
  }
}

/** The generator times each of `factors`, whole numbers of either sign; 32 bytes each. */
export function multiplesOf(operations: GroupOperations, factors: readonly number[]): Promise<Uint8Array> {
  const scalars = new Uint8Array(ELEMENT_BYTES * factors.length);
  factors.forEach((factor, i) => scalars.set(bigIntToScalar(BigInt(factor)), ELEMENT_BYTES * i));
  return operations.multiplyBase(scalars);
}

/** The elements as 32-bit words in the machine's own order, which the table is built with too. */
function wordsOf(elements: Uint8Array): Int32Array {
  const aligned = elements.byteOffset % 4 === 0 ? elements : new Uint8Array(elements);
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/** 32 bits of the encoding that do not follow from those that choose its first slot. */
function fingerprint(words: Int32Array, at: number): number {
  return (words[at] ?? 0) ^ (words[at + 1] ?? 0);
}
