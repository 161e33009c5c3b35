import { VesicaError } from '../errors.js';
import { concatBytes, equalBytes } from '../bytes.js';
import { DiscreteLogTable, MAX_TABLE_ENTRIES, multiplesOf } from './discrete-log-table.js';
import { firstInvalid } from './engine.js';
import type { BatchProgress, GroupOperations } from './operations.js';
import { ELEMENT_BYTES } from './suite.js';

export interface DiscreteLogQuery {
  /** n elements, 32 bytes each: multiples x_i of the generator. */
  readonly elements: Uint8Array;
  /**
   * For each element the least and the greatest number that x_i may be: safe integers, as is the width of the range. The
   * time grows with the answer's distance from `minimum`.
   */
  readonly ranges: readonly { readonly minimum: number; readonly maximum: number }[];
  /** Kept from earlier calls, and used by one call at a time; a new one when left out. */
  readonly table?: DiscreteLogTable;
  /** What an element without an answer means: nothing for the others (the default), or the end of all searches. */
  readonly whenMissing?: 'go-on' | 'end';
  /** Whether nobody waits for the answers any more; asked between walks. Answers not found by then are `undefined`. */
  readonly isCancelled?: () => boolean;
  /** Told how many elements are done. */
  readonly onProgress?: BatchProgress;
}

/** First and longest walk of giant steps: short where answers are small, long enough to hide what a walk's start costs. */
const FIRST_STEPS = 256;
const MOST_STEPS = 4096;

/**
 * The numbers x_i, exact, or `undefined` where none in the range fits. Decrypts exponential ElGamal.
 *
 * Baby-step giant-step (Shanks, "Class number, a theory of factorization, and genera", 1971) with one table for all
 * elements: x = minimum + i * entries + k, and the table knows k. The search goes up from the minimum. Sums keep far below
 * the greatest that they might be, and what is below zero is only noise, a few steps. The table is as large as pays for the
 * ranges asked. The elements are shared out over the threads of `operations`, with the look-ups on the calling thread.
 *
 * Not constant-time: how long it takes tells roughly how large the numbers are. Only noisy sums belong here.
 *
 * @throws VesicaError `group/invalid-batch` when an element is no valid encoding (the identity is one) or a range is not
 * of safe integers in order; and what the operations and `DiscreteLogTable.grow` throw.
 */
export async function discreteLogarithms(
  operations: GroupOperations,
  query: DiscreteLogQuery,
): Promise<(number | undefined)[]> {
  const { elements, ranges, table = new DiscreteLogTable(), whenMissing = 'go-on', onProgress } = query;
  if (elements.length !== ELEMENT_BYTES * ranges.length) {
    throw new VesicaError(
      'group/invalid-batch',
      `${elements.length} bytes of elements for ${ranges.length} ranges`,
    );
  }
  const widths = ranges.map(widthOf);
  const starts = await startsOf(operations, query);
  if (ranges.length === 0) return [];
  await table.grow(operations, tableEntriesFor(ranges));
  const step = await multiplesOf(operations, [-table.entries]);

  const answers: (number | undefined)[] = ranges.map(() => undefined);
  let next = 0;
  let done = 0;
  let ended = false;
  const isOver = (): boolean => ended || query.isCancelled?.() === true;
  async function searchInTurn(): Promise<void> {
    for (let i = next++; i < ranges.length && !isOver(); i = next++) {
      const { minimum = 0 } = ranges[i] ?? {};
      const offset = await findOffset({
        operations,
        table,
        step,
        element: elementAt(elements, i),
        start: elementAt(starts, i),
        minimum,
        width: widths[i] ?? 0,
        isOver,
      });
      ended ||= offset === undefined && whenMissing === 'end';
      answers[i] = offset === undefined ? undefined : minimum + offset;
      done += 1;
      onProgress?.(done, ranges.length);
    }
  }
  // Two searches a thread: while the calling thread looks up one walk, the worker has the other to do.
  await Promise.all(Array.from({ length: 2 * operations.threads }, searchInTurn));
  return answers;
}

interface Search {
  readonly operations: GroupOperations;
  readonly table: DiscreteLogTable;
  /** -entries times the generator. */
  readonly step: Uint8Array;
  readonly element: Uint8Array;
  /** element - minimum times the generator. */
  readonly start: Uint8Array;
  readonly minimum: number;
  readonly width: number;
  readonly isOver: () => boolean;
}

/** The number below `width` that is the logarithm of `start`, or `undefined`. */
async function findOffset(search: Search): Promise<number | undefined> {
  const { operations, table, step, element, minimum, width, isOver } = search;
  const steps = Math.ceil(width / table.entries);
  let { start } = search;
  let first = 0;
  for (let length = FIRST_STEPS; ; length = Math.min(2 * length, MOST_STEPS)) {
    const count = Math.min(length, steps - first);
    const walked = await operations.walk(start, step, count);
    for (const candidate of table.candidates(walked)) {
      const offset = first * table.entries + candidate;
      if (offset >= width) continue;
      if (equalBytes(await multiplesOf(operations, [minimum + offset]), element)) return offset;
    }
    if (first + count >= steps || isOver()) return undefined;
    // The next walk starts at the last point of this one.
    first += count - 1;
    start = elementAt(walked, count - 1);
  }
}

/** Each element less its minimum times the generator: a multiple of the generator from 0 up. */
async function startsOf(operations: GroupOperations, query: DiscreteLogQuery): Promise<Uint8Array> {
  const count = query.ranges.length;
  const minima = await multiplesOf(
    operations,
    query.ranges.map(({ minimum }) => -minimum),
  );
  const groups = Uint32Array.from({ length: 2 * count }, (_, i) => i % count);
  const { sums, validity } = await operations.sum(concatBytes(query.elements, minima), 1, groups, count);
  const invalid = firstInvalid(validity, count);
  if (invalid !== -1) {
    throw new VesicaError('group/invalid-batch', `element ${invalid} is no valid encoding`);
  }
  return sums;
}

/** How many numbers a range holds. */
function widthOf({ minimum, maximum }: { minimum: number; maximum: number }, index: number): number {
  const width = maximum - minimum + 1;
  if (![minimum, maximum, width].every(Number.isSafeInteger) || width < 1) {
    throw new VesicaError('group/invalid-batch', `range ${index} is not of safe integers in order`);
  }
  return width;
}

/**
 * Entries of the table that pays for a search in these ranges, a power of two. Building and walking cost about the same
 * when entries^2 is the sum of the answers' distances from their minima. Taken is a thirty-second of the widths, because
 * sums are mostly far below the greatest that they might be: few people reach a bound.
 *
 * @throws VesicaError `group/invalid-batch` as `discreteLogarithms` does.
 */
export function tableEntriesFor(ranges: DiscreteLogQuery['ranges']): number {
  const total = ranges.reduce((sum, range, i) => sum + widthOf(range, i), 0);
  return Math.min(MAX_TABLE_ENTRIES, 2 ** Math.ceil(Math.log2(Math.max(total, 32) / 32) / 2));
}

function elementAt(elements: Uint8Array, index: number): Uint8Array {
  return elements.subarray(ELEMENT_BYTES * index, ELEMENT_BYTES * (index + 1));
}
