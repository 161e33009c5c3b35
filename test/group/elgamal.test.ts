import { describe, expect, it } from 'vitest';
import { concatBytes, toHex } from '../../src/bytes.js';
import {
  GROUP_ORDER,
  addAndRerandomise,
  availableEngines,
  bigIntToScalar,
  columnKeys,
  createEngine,
  decryptRows,
  encryptRows,
  inlineOperations,
  scalarToBigInt,
} from '../../src/group/index.js';
import { seededRandom } from '../support/deterministic-random.js';

/** Rows of exponential ElGamal ciphertexts on every engine: what they encrypt is compared as a multiple of the generator. */
const engines = availableEngines().map(({ name, variant }) => createEngine(`${name}:${variant}`));
const item = (bytes: Uint8Array, index: number): Uint8Array => bytes.subarray(32 * index, 32 * index + 32);
const items = (bytes: Uint8Array): string[] =>
  Array.from({ length: bytes.length / 32 }, (_, i) => toHex(item(bytes, i)));
const replaced = (bytes: Uint8Array, index: number, by: Uint8Array): Uint8Array => {
  const changed = bytes.slice();
  changed.set(by, 32 * index);
  return changed;
};
const IDENTITY = new Uint8Array(32);
/** Not canonical: the field's prime is 2^255 - 19. */
const NO_ELEMENT = new Uint8Array(32).fill(0xff);

describe.each(engines.map((engine) => [`${engine.name} (${engine.variant})`, engine] as const))(
  '%s',
  (_, engine) => {
    const operations = inlineOperations(engine);
    const random = seededRandom(5);
    const context = { operations, random };
    /** g^t for each t. */
    const raised = (...values: (number | bigint)[]): string[] =>
      items(engine.multiplyBase(concatBytes(...values.map((value) => bigIntToScalar(BigInt(value))))));
    const zeros = (count: number): bigint[] => Array.from({ length: count }, () => 0n);
    const decrypt = async (
      secrets: Uint8Array,
      ciphertexts: Uint8Array,
      added = zeros((ciphertexts.length / 32 / (secrets.length / 32 + 1)) * (secrets.length / 32)),
    ): Promise<string[] | undefined> => {
      const elements = await decryptRows(operations, secrets, { ciphertexts, added });
      return elements && items(elements);
    };

    it('has public keys that are its secrets times the generator', async () => {
      const { secrets, publicKeys } = await columnKeys(operations, random, 3);
      expect([secrets.length, publicKeys.length]).toEqual([96, 96]);
      expect(toHex(engine.multiplyBase(secrets))).toBe(toHex(publicKeys));
      expect(new Set(items(secrets)).size).toBe(3);
    });

    it.each([1, 2, 8])('gives back what it encrypted, in %i columns', async (columns) => {
      const { secrets } = await columnKeys(operations, random, columns);
      const edges = [0, 1, 255, 256, 2 ** 32, 2 ** 36, 2 ** 53 - 1];
      const values = Float64Array.from(
        { length: edges.length * columns },
        (__, i) => edges[i % edges.length]!,
      );
      const ciphertexts = await encryptRows(context, secrets, values);
      expect(ciphertexts.length).toBe(edges.length * (columns + 1) * 32);
      expect(await decrypt(secrets, ciphertexts)).toEqual(raised(...values));
      // One nonce a row, and a new one for each row: no component occurs twice, though values do.
      expect(new Set(items(ciphertexts)).size).toBe(edges.length * (columns + 1));
    });

    it('encrypts as the specification says: k B and k Y + t B', async () => {
      const { secrets, publicKeys } = await columnKeys(operations, random, 2);
      const nonces: bigint[] = [];
      const watching = {
        ...operations,
        multiplyAdd: (a: Uint8Array, b: Uint8Array, c: Uint8Array) => {
          nonces.push(scalarToBigInt(a));
          return operations.multiplyAdd(a, b, c);
        },
      };
      const row = await encryptRows({ operations: watching, random }, secrets, Float64Array.of(7, 500));
      const nonce = bigIntToScalar(nonces[0]!);
      const masks = engine.multiply(publicKeys, nonce).elements;
      const plain = engine.multiplyBase(concatBytes(bigIntToScalar(7n), bigIntToScalar(500n)));
      const { sums } = engine.sum(concatBytes(masks, plain), 1, Uint32Array.of(0, 1, 0, 1), 2);
      expect(toHex(row)).toBe(toHex(concatBytes(engine.multiplyBase(nonce), sums)));
    });

    it('adds: the sum of rows decrypts to the sums of their values', async () => {
      const { secrets } = await columnKeys(operations, random, 2);
      const values = Float64Array.of(1, 10, 2, 20, 3, 30, 4, 40);
      const ciphertexts = await encryptRows(context, secrets, values);
      const { sums } = engine.sum(ciphertexts, 3, Uint32Array.of(0, 1, 0, 1), 2);
      expect(await decrypt(secrets, sums)).toEqual(raised(4, 40, 6, 60));
    });

    it('adds to a row and makes it anew: every component differs, the values are the sums', async () => {
      const { secrets, publicKeys } = await columnKeys(operations, random, 2);
      const before = await encryptRows(context, secrets, Float64Array.of(5, 6, 7, 8));
      const with_ = async (values: bigint[]) =>
        (await addAndRerandomise(context, publicKeys, { ciphertexts: before, values }))!;
      const same = await with_(zeros(4));
      expect(items(same).filter((component) => items(before).includes(component))).toEqual([]);
      expect(await decrypt(secrets, same)).toEqual(raised(5, 6, 7, 8));
      // And once more: not even two times the same.
      expect(items(await with_(zeros(4))).filter((component) => items(same).includes(component))).toEqual([]);
      expect(await decrypt(secrets, await with_([1n, -6n, -100n, 2n ** 36n]))).toEqual(
        raised(6, 0, -93, 8 + 2 ** 36),
      );
    });

    it('makes a cell without rows, the identity, a ciphertext like any other', async () => {
      const { secrets, publicKeys } = await columnKeys(operations, random, 2);
      const empty = new Uint8Array(3 * 32);
      const filled = (await addAndRerandomise(context, publicKeys, {
        ciphertexts: empty,
        values: [0n, -3n],
      }))!;
      expect(items(filled)).not.toContain(toHex(IDENTITY));
      expect(await decrypt(secrets, filled)).toEqual(raised(0, -3));
    });

    it('puts what is added in before anything is decrypted', async () => {
      const { secrets } = await columnKeys(operations, random, 2);
      const ciphertexts = await encryptRows(context, secrets, Float64Array.of(5, 6, 7, 8));
      expect(await decrypt(secrets, ciphertexts, [1n, -6n, -100n, 0n])).toEqual(raised(6, 0, -93, 8));
    });

    it.each([
      ['1', 1n],
      ['2', 2n],
      ['a scalar that ends in zero bytes', 1n << 200n],
      ['a scalar of bytes 255', (1n << 248n) - 1n],
      ['l - 2', GROUP_ORDER - 2n],
      ['l - 1', GROUP_ORDER - 1n],
    ])('decrypts under the secret key %s', async (__, secret) => {
      const secrets = bigIntToScalar(secret);
      const ciphertexts = await encryptRows(context, secrets, Float64Array.of(0, 1, 123_456));
      expect(await decrypt(secrets, ciphertexts)).toEqual(raised(0, 1, 123_456));
    });

    it('does not decrypt under another key', async () => {
      const [own, other] = [await columnKeys(operations, random, 1), await columnKeys(operations, random, 1)];
      const ciphertexts = await encryptRows(context, own.secrets, Float64Array.of(5));
      expect(await decrypt(other.secrets, ciphertexts)).not.toEqual(raised(5));
    });

    it('refuses to decrypt what is no ciphertext', async () => {
      const { secrets } = await columnKeys(operations, random, 2);
      const good = await encryptRows(context, secrets, Float64Array.of(1, 2, 3, 4));
      for (let component = 0; component < 6; component += 1) {
        expect(await decrypt(secrets, replaced(good, component, NO_ELEMENT)), `${component}`).toBeUndefined();
      }
      // The identity is no first component, for then the row is in the clear; any other may be it.
      for (const head of [0, 3])
        expect(await decrypt(secrets, replaced(good, head, IDENTITY))).toBeUndefined();
      for (const masked of [1, 2, 4, 5]) {
        expect(await decrypt(secrets, replaced(good, masked, IDENTITY))).toBeDefined();
      }
    });

    it('refuses public keys that are none', async () => {
      const { secrets, publicKeys } = await columnKeys(operations, random, 2);
      const ciphertexts = await encryptRows(context, secrets, Float64Array.of(1, 2));
      for (const key of [0, 1]) {
        for (const bad of [IDENTITY, NO_ELEMENT]) {
          const keys = replaced(publicKeys, key, bad);
          expect(await addAndRerandomise(context, keys, { ciphertexts, values: zeros(2) })).toBeUndefined();
        }
      }
    });
  },
);

describe('the engines', () => {
  it('make the same rows of the same randomness', async () => {
    const rows = await Promise.all(
      engines.map(async (engine) => {
        const context = { operations: inlineOperations(engine), random: seededRandom(9) };
        const { secrets, publicKeys } = await columnKeys(context.operations, context.random, 3);
        const ciphertexts = await encryptRows(context, secrets, Float64Array.of(1, 2, 3, 4, 5, 6));
        const values = [0n, 1n, -1n, 5n, -5n, 0n];
        return toHex((await addAndRerandomise(context, publicKeys, { ciphertexts, values }))!);
      }),
    );
    expect(new Set(rows).size).toBe(1);
  });
});
