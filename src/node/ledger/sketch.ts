import type { Cipher } from 'node:crypto';
import { VesicaError } from '../../errors.js';
import { ecb, rowTags, type SketchKeys, type SketchedList } from './row-tags.js';

/**
 * A sketch of a list in constant space from which the exact difference to another list can be read when it is small: an
 * invertible Bloom lookup table (Eppstein, Goodrich, Uyeda and Varghese, "What's the Difference?", SIGCOMM 2011).
 *
 * Each row, by its tag of 16 bytes, is entered in one cell of each of 6 tables of 128 cells: the cell counts it, and adds
 * its tag and an 8-byte check of the tag, both by exclusive or. Subtracting two sketches cancels every row that both
 * lists have. What is left is peeled: a cell with exactly one row, which its count (1 or -1) and its check show, gives
 * that row away, and it is taken out of its other cells, until nothing is left or nothing can be peeled.
 *
 * With fewer than 50 people changed at most 98 rows differ (each changed row counts in both lists). Peeling d rows fails
 * when some of them share all their cells. For two rows that is 128^-6 a pair, so at most (98 * 97 / 2) * 128^-6 = 1.1e-9;
 * larger groups, in which every row's cell is shared in each table, add less than a thousandth of that. A difference that
 * small is therefore missed with probability below 1.2e-9 a comparison. The other way it is never mistaken: whatever
 * peels to nothing is the exact difference, but for a wrong check of 64 bits (fewer than 10^4 tries, 6e-16). Places and
 * checks are pseudorandom under a secret of the node, so nobody can choose lists that collide.
 */

const TABLES = 6;
const TABLE_CELLS = 128;
const PLACE_BITS = 7;
const CELLS = TABLES * TABLE_CELLS;
/** 32-bit words of a cell: the count, four of the tag, two of the check. */
const CELL_WORDS = 7;
const TAG_WORDS = 4;
const CHECK_WORDS = 2;
export const SKETCH_BYTES = CELLS * CELL_WORDS * 4;
/** Taking out more rows than there are cells is not peeling any more. */
const MAX_PEELED = CELLS;
const YIELD_BATCHES = 4;

/** The sketch of a list. It takes about a second for a million rows, and lets other work in between. */
export async function sketchList(keys: SketchKeys, list: SketchedList): Promise<Uint8Array> {
  const words = new Int32Array(CELLS * CELL_WORDS);
  const places = ecb(keys.place);
  let batches = 0;
  for (const tags of rowTags(keys, list)) {
    const hashes = wordsOf(places.update(tags));
    const tagWords = wordsOf(tags);
    for (let at = 0; at < tagWords.length; at += TAG_WORDS) {
      enter(words, { tags: tagWords, hashes, at, sign: 1 });
    }
    batches += 1;
    if (batches % YIELD_BATCHES === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return bytesOf(words);
}

/**
 * How many match keys two lists differ in, counting a key once whether it was added, removed, or has another cell or
 * other measures; `undefined` when they are too many to tell, which is never so below 50 (but see above).
 *
 * @throws VesicaError `ledger/damaged` when one is no sketch.
 */
export function changedKeys(keys: SketchKeys, a: Uint8Array, b: Uint8Array): number | undefined {
  if (a.length !== SKETCH_BYTES || b.length !== SKETCH_BYTES) {
    throw new VesicaError('ledger/damaged', 'the ledger holds a sketch that is none', { field: 'ledger' });
  }
  const words = subtract(wordsOf(a.slice()), wordsOf(b.slice()));
  const places = ecb(keys.place);
  const changed = new Set<string>();
  const queue = Array.from({ length: CELLS }, (_, cell) => cell);
  let peeled = 0;
  for (let cell = queue.pop(); cell !== undefined; cell = queue.pop()) {
    const row = singleRow(words, cell, places);
    if (row === undefined) continue;
    peeled += 1;
    if (peeled > MAX_PEELED) return undefined;
    changed.add(`${row.tags[0]} ${row.tags[1]}`);
    enter(words, { ...row, sign: -row.sign });
    for (let table = 0; table < TABLES; table += 1) queue.push(cellOf(row.hashes, 0, table));
  }
  return words.every((word) => word === 0) ? changed.size : undefined;
}

/** A row within arrays of many. */
interface Row {
  /** Four words from `at`: two of the match key, two of the whole row. */
  readonly tags: Int32Array;
  /** Four words from `at`: two of the check, two that say where it goes. */
  readonly hashes: Int32Array;
  readonly at: number;
  /** 1 when it is in the first list only, -1 when in the second. */
  readonly sign: number;
}

/** Enters a row into its cells. */
function enter(words: Int32Array, { tags, hashes, at, sign }: Row): void {
  for (let table = 0; table < TABLES; table += 1) {
    const cell = cellOf(hashes, at, table) * CELL_WORDS;
    words[cell] = (words[cell] ?? 0) + sign;
    for (let i = 0; i < TAG_WORDS; i += 1) xorWord(words, cell + 1 + i, tags[at + i]);
    for (let i = 0; i < CHECK_WORDS; i += 1) xorWord(words, cell + 1 + TAG_WORDS + i, hashes[at + i]);
  }
}

/** A row's cell in one table: one word has the places in the first four, the other those in the last two. */
function cellOf(hashes: Int32Array, at: number, table: number): number {
  const word = hashes[at + CHECK_WORDS + (table < 4 ? 0 : 1)] ?? 0;
  return table * TABLE_CELLS + ((word >>> ((table % 4) * PLACE_BITS)) & (TABLE_CELLS - 1));
}

/** The row of a cell that holds exactly one. */
function singleRow(words: Int32Array, cell: number, places: Cipher): Row | undefined {
  const at = cell * CELL_WORDS;
  const sign = words[at];
  if (sign !== 1 && sign !== -1) return undefined;
  const tags = words.slice(at + 1, at + 1 + TAG_WORDS);
  const hashes = wordsOf(places.update(bytesOf(tags)));
  const isChecked = words[at + 1 + TAG_WORDS] === hashes[0] && words[at + 2 + TAG_WORDS] === hashes[1];
  const isHere = cellOf(hashes, 0, Math.floor(cell / TABLE_CELLS)) === cell;
  return isChecked && isHere ? { tags, hashes, at: 0, sign } : undefined;
}

function subtract(a: Int32Array, b: Int32Array): Int32Array {
  for (const [i, word] of b.entries()) {
    if (i % CELL_WORDS === 0) a[i] = (a[i] ?? 0) - word;
    else xorWord(a, i, word);
  }
  return a;
}

function xorWord(words: Int32Array, at: number, word: number | undefined): void {
  words[at] = (words[at] ?? 0) ^ (word ?? 0);
}

/** The bytes as 32-bit words in the order of this machine; a state folder does not move between byte orders. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const whole = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(whole.buffer, whole.byteOffset, whole.byteLength / 4);
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
