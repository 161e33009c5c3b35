import { VesicaError } from '../errors.js';
import { FlatTable } from '../flat-table.js';
import type { MultiplyResult } from '../group/index.js';
import { ELEMENT_BYTES, firstInvalid } from '../group/index.js';
import type { RandomSource } from '../random.js';
import type { Stage } from './codec/index.js';

/** Bits that keep the chance of a false match below 2^-40, with a byte to spare. */
const SECURITY_BITS = 40;

/**
 * Bytes of a tag, t = ceil((40 + log2(|X| |Y|)) / 8) + 1, in whole numbers, so that both sides round alike. An element
 * of one list then has the tag of another element of the other list, anywhere in a session, with chance below 2^-47
 * (an encoding's lowest bit is always 0, so a tag has 8t - 1 random bits; protocol-spec/modes.md).
 */
export function tagLength(ownItems: number, peerItems: number): number {
  const pairs = BigInt(Math.max(ownItems, 1)) * BigInt(Math.max(peerItems, 1));
  const bits = pairs === 1n ? 0 : (pairs - 1n).toString(2).length;
  return Math.min(ELEMENT_BYTES, Math.ceil((SECURITY_BITS + bits) / 8) + 1);
}

/** The first `tagBytes` bytes of each element. */
export function tagsOf(elements: Uint8Array, tagBytes: number): Uint8Array {
  const count = elements.length / ELEMENT_BYTES;
  const tags = new Uint8Array(count * tagBytes);
  for (let i = 0; i < count; i += 1) {
    tags.set(elements.subarray(i * ELEMENT_BYTES, i * ELEMENT_BYTES + tagBytes), i * tagBytes);
  }
  return tags;
}

/**
 * The tags of evaluated elements.
 *
 * @throws VesicaError `peer/invalid-element` when one of them was no element of the group.
 */
export function evaluatedTags(
  result: MultiplyResult,
  tagBytes: number,
  where: { stage: Stage; from: number },
): Uint8Array {
  const invalid = firstInvalid(result.validity, result.elements.length / ELEMENT_BYTES);
  if (invalid >= 0) {
    throw invalidElement(where.stage, where.from + invalid);
  }
  return tagsOf(result.elements, tagBytes);
}

/** The error for an item that does not decode to an element, or holds one that does not. */
export function invalidElement(stage: Stage, item: number): VesicaError {
  return new VesicaError('peer/invalid-element', `item ${item} of ${stage} is not a group element`, {
    field: stage,
  });
}

/** An empty table for at most `count` tags. */
export function tagTable(count: number, tagBytes: number, random: RandomSource): FlatTable {
  return new FlatTable({ recordBytes: tagBytes, maxRecords: count, random });
}

/** Puts the tag at `tags[offset...]` into `table`; `false` when it is there already. */
export function isNew(table: FlatTable, tags: Uint8Array, offset: number): boolean {
  const before = table.size;
  return table.insert(tags, offset) === before;
}

/** Puts every one of `tags` into `table`. @throws VesicaError `peer/duplicate-element` when one is there already. */
export function insertDistinct(table: FlatTable, tags: Uint8Array, stage: Stage): void {
  for (let offset = 0; offset < tags.length; offset += table.recordBytes) {
    if (!isNew(table, tags, offset)) throw duplicateElement(stage);
  }
}

/** The error for an element that occurs twice: it would weigh double. */
export function duplicateElement(stage: Stage): VesicaError {
  return new VesicaError('peer/duplicate-element', `an element of ${stage} occurs twice`, { field: stage });
}
