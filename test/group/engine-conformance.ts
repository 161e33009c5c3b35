import { expand_message_xmd } from '@noble/curves/abstract/hash-to-curve.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex, utf8 } from '../../src/bytes.js';
import type { Engine, KeyBatch } from '../../src/group/index.js';
import {
  GROUP_ORDER,
  HASH_TO_GROUP_DST,
  SKIP_GROUP,
  bigIntToScalar,
  isValid,
  scalarToBigInt,
} from '../../src/group/index.js';
import { randomBytes } from '../../src/random.js';
import { seededRandom } from '../support/deterministic-random.js';
import { hasReferenceData, referenceJson } from '../support/reference-data.js';

interface Rfc9496 {
  readonly small_multiples: readonly { k: number; encoding: string }[];
  readonly invalid_encodings: readonly { encoding: string; reason: string }[];
  readonly hash_to_group: readonly { sha512: string; encoding: string }[];
  readonly uniform_bytes_map: readonly { uniform_bytes: string; encoding: string }[];
}
interface Rfc9497Suite {
  readonly identifier: string;
  readonly groupDST: string;
  readonly skSm: string;
  readonly mode: number;
  readonly vectors: readonly {
    Batch: number;
    Blind: string;
    BlindedElement: string;
    EvaluationElement: string;
    Input: string;
  }[];
}

export const bytesOf = (hex: string): Uint8Array => fromHex(hex)!;
const IDENTITY = new Uint8Array(32);

/** `count` keys of mixed types from a seed. */
export function seededKeys(count: number, seed = 7): KeyBatch {
  const random = seededRandom(seed);
  return { types: randomBytes(random, count).map((byte) => byte % 6), keys: randomBytes(random, 32 * count) };
}

/** Scalars at the edges of their range, and one in the middle. */
export const EDGE_SCALARS: readonly bigint[] = [
  1n,
  2n,
  (GROUP_ORDER - 1n) / 2n,
  (GROUP_ORDER + 1n) / 2n,
  GROUP_ORDER - 2n,
  GROUP_ORDER - 1n,
  0x1234_5678_9abc_def0_1234_5678_9abc_def0_1234_5678_9abc_def0_1234n,
];

/** What every engine must answer, from the RFCs and from the laws of the group. */
export function describeEngine(title: string, engine: Engine): void {
  describe(`${title}: RFC vectors`, () => {
    const vectors = hasReferenceData ? referenceJson<Rfc9496>('crypto/rfc9496_ristretto255.json') : undefined;

    it.runIf(hasReferenceData)('small multiples (RFC 9496 A.1)', () => {
      const scalars = concatBytes(...vectors!.small_multiples.map(({ k }) => bigIntToScalar(BigInt(k))));
      const expected = vectors!.small_multiples.map(({ encoding }) => encoding).join('');
      expect(toHex(engine.multiplyBase(scalars))).toBe(expected);
      expect(toHex(engine.walk(IDENTITY, bytesOf(vectors!.small_multiples[1]!.encoding), 16))).toBe(expected);
    });

    it.runIf(hasReferenceData)('refuses all 29 bad encodings in any place of a batch (RFC 9496 A.2)', () => {
      expect(vectors!.invalid_encodings).toHaveLength(29);
      const good = bytesOf(vectors!.small_multiples[5]!.encoding);
      const batch = vectors!.invalid_encodings.flatMap(({ encoding }) => [bytesOf(encoding), good]);
      const { elements, validity } = engine.multiply(concatBytes(...batch, IDENTITY), bigIntToScalar(1n));
      batch.forEach((element, i) => {
        expect(isValid(validity, i), `item ${i}`).toBe(element === good);
        expect(toHex(elements.subarray(32 * i, 32 * i + 32))).toBe(toHex(element === good ? good : IDENTITY));
      });
      expect(isValid(validity, batch.length), 'the identity').toBe(false);
      const { sums, validity: rows } = engine.sum(concatBytes(...batch), 1, new Uint32Array(batch.length), 1);
      expect(rows).toEqual(
        validity
          .slice(0, rows.length)
          .map((byte, i) => byte & (0xff >> Math.max(0, 8 * i + 8 - batch.length))),
      );
      expect(toHex(sums)).toBe(toHex(engine.multiplyBase(bigIntToScalar(5n * 29n))));
    });

    it.runIf(hasReferenceData)('one-way map (RFC 9496 A.3)', () => {
      const cases = [
        ...vectors!.uniform_bytes_map.map(({ uniform_bytes, encoding }) => ({
          uniform: uniform_bytes,
          encoding,
        })),
        ...vectors!.hash_to_group.map(({ sha512: uniform, encoding }) => ({ uniform, encoding })),
      ];
      expect(cases.length).toBeGreaterThanOrEqual(14);
      const mapped = engine.mapToGroup(concatBytes(...cases.map(({ uniform }) => bytesOf(uniform))));
      expect(toHex(mapped)).toBe(cases.map(({ encoding }) => encoding).join(''));
    });

    it.runIf(hasReferenceData)('blinded and evaluated elements (RFC 9497 A.1)', () => {
      const suites = referenceJson<Rfc9497Suite[]>('crypto/rfc9497_oprf_allVectors.json').filter(
        (suite) => suite.identifier === 'ristretto255-SHA512',
      );
      expect(suites.map((suite) => suite.mode)).toEqual([0, 1, 2]);
      for (const suite of suites) {
        for (const vector of suite.vectors) {
          const inputs = vector.Input.split(',').map(bytesOf);
          const blinds = vector.Blind.split(',').map(bytesOf);
          const blinded = inputs.map((input, i) => {
            const uniform = expand_message_xmd(input, bytesOf(suite.groupDST), 64, sha512);
            return engine.multiply(engine.mapToGroup(uniform), blinds[i]!).elements;
          });
          expect(blinded.map(toHex).join()).toBe(vector.BlindedElement);
          // Mode 2 (POPRF) evaluates with a tweaked key, so only modes 0 and 1 are a plain multiplication.
          if (suite.mode === 2) continue;
          const evaluated = engine.multiply(concatBytes(...blinded), bytesOf(suite.skSm)).elements;
          expect(toHex(evaluated)).toBe(vector.EvaluationElement.split(',').join(''));
        }
      }
    });
  });

  describe(`${title}: laws`, () => {
    const random = seededRandom(11);
    const points = engine.mapToGroup(randomBytes(random, 64 * 9));

    it('multiplication commutes and scalars multiply modulo the order', () => {
      for (const k of EDGE_SCALARS) {
        const other = EDGE_SCALARS[6]!;
        const once = engine.multiply(
          engine.multiply(points, bigIntToScalar(k)).elements,
          bigIntToScalar(other),
        ).elements;
        const swapped = engine.multiply(
          engine.multiply(points, bigIntToScalar(other)).elements,
          bigIntToScalar(k),
        ).elements;
        expect(toHex(once)).toBe(toHex(swapped));
        expect(toHex(once)).toBe(toHex(engine.multiply(points, bigIntToScalar(k * other)).elements));
      }
    });

    it('hashing and multiplying in one pass is hashing, then multiplying', () => {
      const batch = seededKeys(9);
      const scalar = bigIntToScalar(EDGE_SCALARS[6]!);
      const hashed = engine.hashToGroup(batch, HASH_TO_GROUP_DST);
      expect(toHex(engine.hashAndMultiply(batch, HASH_TO_GROUP_DST, scalar))).toBe(
        toHex(engine.multiply(hashed, scalar).elements),
      );
    });

    it('the type of a key and the domain separation tag change the element', () => {
      const keys = new Uint8Array(64);
      const both = engine.hashToGroup({ types: Uint8Array.of(0, 1), keys }, HASH_TO_GROUP_DST);
      expect(toHex(both.subarray(0, 32))).not.toBe(toHex(both.subarray(32)));
      const elsewhere = engine.hashToGroup({ types: Uint8Array.of(0, 1), keys }, utf8('another tag'));
      expect(toHex(elsewhere)).not.toBe(toHex(both));
    });

    it('multiplyAdd is arithmetic modulo the order', () => {
      const a = concatBytes(...EDGE_SCALARS.map(bigIntToScalar), bigIntToScalar(0n));
      const c = concatBytes(bigIntToScalar(0n), ...EDGE_SCALARS.map(bigIntToScalar));
      for (const b of [0n, ...EDGE_SCALARS]) {
        const result = engine.multiplyAdd(a, bigIntToScalar(b), c);
        for (let i = 0; i < a.length; i += 32) {
          const expected = scalarToBigInt(a.subarray(i, i + 32)) * b + scalarToBigInt(c.subarray(i, i + 32));
          expect(scalarToBigInt(result.subarray(i, i + 32))).toBe(expected % GROUP_ORDER);
        }
      }
    });

    it('sums rows by group, leaves out what is skipped, and gives the identity for an empty group', () => {
      const multiples = engine.multiplyBase(
        concatBytes(...[1, 10, 2, 20, 3, 30, 4, 40].map((k) => bigIntToScalar(BigInt(k)))),
      );
      const { sums, validity } = engine.sum(multiples, 2, Uint32Array.of(2, 0, SKIP_GROUP, 2), 3);
      const expected = [2, 20, 0, 0, 5, 50].map((k) => bigIntToScalar(BigInt(k)));
      expect(toHex(sums)).toBe(toHex(engine.multiplyBase(concatBytes(...expected))));
      expect([...validity]).toEqual([0b1111]);
    });

    it('empty batches give empty answers', () => {
      const none = new Uint8Array(0);
      expect(engine.hashToGroup({ types: none, keys: none }, HASH_TO_GROUP_DST)).toHaveLength(0);
      expect(engine.multiply(none, bigIntToScalar(1n)).elements).toHaveLength(0);
      expect(engine.multiplyBase(none)).toHaveLength(0);
      expect(engine.sum(none, 1, new Uint32Array(0), 1).sums).toEqual(IDENTITY);
      expect(engine.walk(IDENTITY, IDENTITY, 0)).toHaveLength(0);
    });
  });

  describe(`${title}: refusals`, () => {
    const points = engine.multiplyBase(bigIntToScalar(9n));
    const beyond = (excess: bigint): Uint8Array => {
      const scalar = new Uint8Array(32);
      for (let i = 0; i < 32; i += 1) scalar[i] = Number(((GROUP_ORDER + excess) >> BigInt(8 * i)) & 0xffn);
      return scalar;
    };

    it('scalars 0, l and l+1, and scalars of another length', () => {
      for (const scalar of [new Uint8Array(32), beyond(0n), beyond(1n), new Uint8Array(31).fill(1)]) {
        expect(() => engine.multiply(points, scalar)).toThrow(
          expect.objectContaining({ code: 'group/invalid-scalar' }),
        );
      }
      expect(() => engine.multiplyBase(beyond(0n))).toThrow(
        expect.objectContaining({ code: 'group/invalid-scalar' }),
      );
    });

    it('batches of a wrong length, unknown types, groups out of range, bad start of a walk', () => {
      const invalid: unknown = expect.objectContaining({ code: 'group/invalid-batch' });
      const scalar = bigIntToScalar(1n);
      expect(() => engine.multiply(points.subarray(1), scalar)).toThrow(invalid);
      expect(() =>
        engine.hashToGroup({ types: new Uint8Array(2), keys: new Uint8Array(32) }, HASH_TO_GROUP_DST),
      ).toThrow(invalid);
      expect(() =>
        engine.hashToGroup({ types: Uint8Array.of(6), keys: new Uint8Array(32) }, HASH_TO_GROUP_DST),
      ).toThrow(invalid);
      expect(() =>
        engine.hashToGroup({ types: Uint8Array.of(0), keys: new Uint8Array(32) }, new Uint8Array(0)),
      ).toThrow(invalid);
      expect(() => engine.sum(points, 1, Uint32Array.of(1), 1)).toThrow(invalid);
      expect(() => engine.walk(new Uint8Array(32).fill(255), points, 1)).toThrow(invalid);
      for (const count of [-1, 1.5, NaN]) {
        expect(() => engine.walk(IDENTITY, IDENTITY, count)).toThrow(invalid);
      }
      expect(() => engine.tags(points, 33)).toThrow(invalid);
    });
  });
}
