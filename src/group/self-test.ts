import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, toHex } from '../bytes.js';
import { VesicaError } from '../errors.js';
import type { Engine } from './engine.js';
import { bigIntToScalar } from './engine.js';
import { HASH_TO_GROUP_DST, KEY_TYPES } from './suite.js';

/**
 * SHA-256 over the answers below, as the reference engine gives them; a test compares the two. It covers every
 * operation, a batch that fills vector lanes and leaves a rest, and elements that must be refused.
 */
const EXPECTED = 'e1a08b1c5f81fafabcadbef953ee51e7103242e04658c521e9482ce8246a4740';

/** Keys in the batch: two vectors of eight lanes and one more. */
const ITEMS = 17;

/** A scalar with bits all over its range. */
const SCALAR =
  bigIntToScalar(0x0fed_cba9_8765_4321_0f1e_2d3c_4b5a_6978_8796_a5b4_c3d2_e1f0_1234_5678_9abc_def0n);

/**
 * Known-answer test of an engine, run before it may be used: a miscompiled or faulty engine would otherwise give wrong
 * counts, silently.
 *
 * @throws VesicaError `group/self-test-failed`.
 */
export function selfTest(engine: Engine): void {
  if (selfTestDigest(engine) === EXPECTED) return;
  throw new VesicaError(
    'group/self-test-failed',
    `the engine ${engine.name} (${engine.variant}) does not give the known answers on this machine`,
  );
}

/** Hex SHA-256 of the engine's answers to the questions of the self-test. */
export function selfTestDigest(engine: Engine): string {
  const keys = Uint8Array.from({ length: 32 * ITEMS }, (_, i) => (i * 37 + 11) & 0xff);
  const types = Uint8Array.from({ length: ITEMS }, (_, i) => i % KEY_TYPES.length);
  const blinded = engine.hashAndMultiply({ types, keys }, HASH_TO_GROUP_DST, SCALAR);
  const spoilt = blinded.slice();
  spoilt.fill(0xff, 32 * 3, 32 * 4);
  spoilt.fill(0, 32 * 16, 32 * 17);
  const evaluated = engine.multiply(spoilt, SCALAR);
  const scalars = concatBytes(...Array.from({ length: ITEMS }, (_, i) => bigIntToScalar(BigInt(i) ** 60n)));
  const combined = engine.multiplyAdd(scalars, SCALAR, scalars);
  const groups = Uint32Array.from({ length: ITEMS }, (_, i) => i % 3);
  const summed = engine.sum(spoilt, 1, groups, 3);
  return toHex(
    sha256(
      concatBytes(
        engine.hashToGroup({ types, keys }, HASH_TO_GROUP_DST),
        blinded,
        evaluated.elements,
        evaluated.validity,
        engine.multiplyBase(combined),
        combined,
        engine.mapToGroup(keys.subarray(0, 64 * 8)),
        summed.sums,
        summed.validity,
        engine.walk(blinded.subarray(0, 32), blinded.subarray(32, 64), ITEMS),
      ),
    ),
  );
}
