import { VesicaError } from '../errors.js';
import type { MultiplyResult } from '../group/index.js';
import { ELEMENT_BYTES, firstInvalid } from '../group/index.js';
import type { Stage } from './codec/index.js';

/** Bits that keep the chance of any false match in a session below 2^-40 (and a byte to spare). */
const SECURITY_BITS = 40;

/**
 * Bytes of a tag, t = ceil((40 + log2(|X| |Y|)) / 8) + 1: tags of different elements then collide anywhere in a session
 * with chance below 2^-48 (protocol-spec/modes.md).
 */
export function tagLength(ownItems: number, peerItems: number): number {
  const pairs = Math.log2(Math.max(ownItems, 1)) + Math.log2(Math.max(peerItems, 1));
  return Math.min(ELEMENT_BYTES, Math.ceil((SECURITY_BITS + pairs) / 8) + 1);
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
    throw new VesicaError(
      'peer/invalid-element',
      `item ${where.from + invalid} of ${where.stage} is not a group element`,
      {
        field: where.stage,
      },
    );
  }
  return tagsOf(result.elements, tagBytes);
}

/** The error for an element that occurs twice: it would weigh double. */
export function duplicateElement(stage: Stage): VesicaError {
  return new VesicaError('peer/duplicate-element', `an element of ${stage} occurs twice`, { field: stage });
}
