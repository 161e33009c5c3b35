import type { GroupOperations, KeyBatch } from '../../../src/group/index.js';

/** What one side asked of the group in a session, secrets included: for tests and vectors only. */
export interface Recording {
  readonly operations: GroupOperations;
  /** Each batch of keys that was blinded, in order, with its scalar and the elements that came out. */
  readonly blinds: {
    readonly batch: KeyBatch;
    readonly scalar: Uint8Array;
    readonly elements: Uint8Array;
  }[];
  /** Each batch of the peer's elements that was evaluated, and what came out. */
  readonly evaluations: {
    readonly elements: Uint8Array;
    readonly scalar: Uint8Array;
    readonly results: Uint8Array;
  }[];
  /** Each batch of scalars that the generator was multiplied by, and the elements that came out. */
  readonly multiples: { readonly scalars: Uint8Array; readonly elements: Uint8Array }[];
  /** Each batch of masked values: nonce * secret + value. */
  readonly masks: {
    readonly nonces: Uint8Array;
    readonly secret: Uint8Array;
    readonly values: Uint8Array;
  }[];
}

export function record(operations: GroupOperations): Recording {
  const recording: Recording = {
    blinds: [],
    evaluations: [],
    multiples: [],
    masks: [],
    operations: {
      ...operations,
      async blind(batch, scalar) {
        const elements = await operations.blind(batch, scalar);
        // Copies: a session overwrites its secrets when it ends.
        recording.blinds.push({ batch, scalar: scalar.slice(), elements: elements.slice() });
        return elements;
      },
      async evaluate(elements, scalar) {
        const result = await operations.evaluate(elements, scalar);
        recording.evaluations.push({
          elements: elements.slice(),
          scalar: scalar.slice(),
          results: result.elements.slice(),
        });
        return result;
      },
      async multiplyBase(scalars) {
        const copy = scalars.slice();
        const elements = await operations.multiplyBase(scalars);
        recording.multiples.push({ scalars: copy, elements: elements.slice() });
        return elements;
      },
      multiplyAdd(nonces, secret, values) {
        recording.masks.push({ nonces: nonces.slice(), secret: secret.slice(), values: values.slice() });
        return operations.multiplyAdd(nonces, secret, values);
      },
    },
  };
  return recording;
}
