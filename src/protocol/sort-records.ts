/** Buckets of at most this many records are sorted by insertion. */
const SMALL = 12;

/**
 * Sorts the fixed-width records in `records` in place, in lexicographic order of their bytes: a most-significant-byte
 * radix sort, with as much scratch memory as there are records.
 */
export function sortRecords(records: Uint8Array, recordBytes: number): void {
  const scratch = new Uint8Array(records.length);
  sortRange({ records, scratch, recordBytes }, 0, records.length / recordBytes, 0);
}

interface Sorting {
  readonly records: Uint8Array;
  readonly scratch: Uint8Array;
  readonly recordBytes: number;
}

/** Sorts records `from` to `to` - 1, which agree in their first `depth` bytes. */
function sortRange(sorting: Sorting, from: number, to: number, depth: number): void {
  const { records, scratch, recordBytes } = sorting;
  if (depth === recordBytes || to - from < 2) return;
  if (to - from <= SMALL) {
    insertionSort(sorting, from, to);
    return;
  }
  const starts = new Uint32Array(257);
  for (let i = from; i < to; i += 1) {
    const byte = records[i * recordBytes + depth] ?? 0;
    starts[byte + 1] = (starts[byte + 1] ?? 0) + 1;
  }
  starts[0] = from;
  for (let byte = 1; byte <= 256; byte += 1) starts[byte] = (starts[byte] ?? 0) + (starts[byte - 1] ?? 0);
  const next = starts.slice();
  for (let i = from; i < to; i += 1) {
    const byte = records[i * recordBytes + depth] ?? 0;
    const place = next[byte] ?? 0;
    next[byte] = place + 1;
    scratch.set(records.subarray(i * recordBytes, (i + 1) * recordBytes), place * recordBytes);
  }
  records.set(scratch.subarray(from * recordBytes, to * recordBytes), from * recordBytes);
  for (let byte = 0; byte < 256; byte += 1) {
    sortRange(sorting, starts[byte] ?? 0, starts[byte + 1] ?? 0, depth + 1);
  }
}

function insertionSort({ records, scratch, recordBytes }: Sorting, from: number, to: number): void {
  const held = scratch.subarray(0, recordBytes);
  for (let i = from + 1; i < to; i += 1) {
    held.set(records.subarray(i * recordBytes, (i + 1) * recordBytes));
    let place = i;
    while (place > from && isBefore(held, records, (place - 1) * recordBytes)) {
      records.copyWithin(place * recordBytes, (place - 1) * recordBytes, place * recordBytes);
      place -= 1;
    }
    records.set(held, place * recordBytes);
  }
}

/** Whether record `held` comes before the record at `records[offset...]`. */
function isBefore(held: Uint8Array, records: Uint8Array, offset: number): boolean {
  for (let i = 0; i < held.length; i += 1) {
    const difference = (held[i] ?? 0) - (records[offset + i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
