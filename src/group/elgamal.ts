import { concatBytes, wipe } from '../bytes.js';
import type { RandomSource } from '../random.js';
import { bigIntToScalar, firstInvalid } from './engine.js';
import type { GroupOperations } from './operations.js';
import { randomScalars } from './scalars.js';
import { ELEMENT_BYTES, GROUP_ORDER, SCALAR_BYTES } from './suite.js';

/**
 * Exponential ElGamal on the group, for vectors: (g^r, Y_1^r g^t1, ..., Y_q^r g^tq) with one nonce r and one key pair a
 * column (Bellare, Boldyreva, Kurosawa, Staddon, "Multi-recipient encryption schemes", 2007). Ciphertexts add up to
 * ciphertexts of sums. A row of ciphertexts is (q + 1) * 32 bytes.
 */

/** The key pairs of q columns. */
export interface ColumnKeys {
  /** q * 32 bytes. */
  readonly secrets: Uint8Array;
  /** q * 32 bytes. */
  readonly publicKeys: Uint8Array;
}

/** Fresh keys for `columns` columns. The caller wipes the secrets. */
export async function columnKeys(
  operations: GroupOperations,
  random: RandomSource,
  columns: number,
): Promise<ColumnKeys> {
  const secrets = randomScalars(random, columns);
  return { secrets, publicKeys: await operations.multiplyBase(secrets) };
}

/**
 * Encrypts n rows under one's own keys. Knowing the secrets y, each component is one multiplication of the generator:
 * Y^r g^t = g^(y r + t).
 *
 * @param values - n * q whole numbers from 0 to 2^53 - 1, row by row.
 * @returns n * (q + 1) * 32 bytes.
 */
export async function encryptRows(
  { operations, random }: { readonly operations: GroupOperations; readonly random: RandomSource },
  secrets: Uint8Array,
  values: Float64Array,
): Promise<Uint8Array> {
  const columns = secrets.length / SCALAR_BYTES;
  const rows = values.length / columns;
  const nonces = randomScalars(random, rows);
  const exponents = new Uint8Array(rows * (columns + 1) * SCALAR_BYTES);
  scatter(nonces, exponents, { column: 0, width: columns + 1 });
  for (let column = 0; column < columns; column += 1) {
    const plain = new Uint8Array(rows * SCALAR_BYTES);
    for (let row = 0; row < rows; row += 1) {
      writeWhole(plain, row * SCALAR_BYTES, values[row * columns + column] ?? 0);
    }
    const secret = secrets.slice(column * SCALAR_BYTES, (column + 1) * SCALAR_BYTES);
    const masked = await operations.multiplyAdd(nonces, secret, plain);
    scatter(masked, exponents, { column: column + 1, width: columns + 1 });
    for (const bytes of [plain, secret, masked]) wipe(bytes);
  }
  const ciphertexts = await operations.multiplyBase(exponents);
  wipe(nonces);
  wipe(exponents);
  return ciphertexts;
}

/**
 * Adds `values` to rows of ciphertexts under somebody else's keys and re-randomises them, so that a row tells its key
 * holder the sum and nothing of how it came about.
 *
 * @param ciphertexts - n * (q + 1) * 32 bytes, canonical encodings.
 * @param values - n * q integers, row by row; may be negative.
 * @returns n * (q + 1) * 32 bytes, or `undefined` when a public key is no element, or the identity.
 */
export async function addAndRerandomise(
  { operations, random }: { readonly operations: GroupOperations; readonly random: RandomSource },
  publicKeys: Uint8Array,
  { ciphertexts, values }: { readonly ciphertexts: Uint8Array; readonly values: readonly bigint[] },
): Promise<Uint8Array | undefined> {
  const columns = publicKeys.length / ELEMENT_BYTES;
  const width = columns + 1;
  const rows = ciphertexts.length / (width * ELEMENT_BYTES);
  const nonces = randomScalars(random, rows);
  const fresh = new Uint8Array(ciphertexts.length);
  scatter(await operations.multiplyBase(nonces), fresh, { column: 0, width });
  const plain = concatBytes(...values.map(bigIntToScalar));
  // An element of the whole row or nothing: the first column gets the identity, 32 zero bytes.
  const added = new Uint8Array(ciphertexts.length);
  const elements = await operations.multiplyBase(plain);
  for (let row = 0; row < rows; row += 1) {
    const from = row * columns * ELEMENT_BYTES;
    added.set(elements.subarray(from, from + columns * ELEMENT_BYTES), (row * width + 1) * ELEMENT_BYTES);
  }
  wipe(plain);
  const masks = await Promise.all(
    Array.from({ length: rows }, (_, row) =>
      operations.evaluate(publicKeys, nonces.slice(row * SCALAR_BYTES, (row + 1) * SCALAR_BYTES)),
    ),
  );
  wipe(nonces);
  for (const [row, { elements: mask, validity }] of masks.entries()) {
    if (firstInvalid(validity, columns) >= 0) return undefined;
    fresh.set(mask, (row * width + 1) * ELEMENT_BYTES);
  }
  const groups = Uint32Array.from({ length: 3 * rows }, (_, i) => i % rows);
  const { sums } = await operations.sum(concatBytes(ciphertexts, fresh, added), width, groups, rows);
  return sums;
}

/**
 * Decrypts rows of ciphertexts to g^(t + added), column by column: g^t = C_j - y_j C_0. What is added goes in before
 * anything depends on t, so a search for t + added takes a time that tells no more than t + added does.
 *
 * @param added - n * q integers, row by row; may be negative.
 * @returns n * q * 32 bytes, row by row, or `undefined` when a component is no element, or a row's first the identity.
 */
export async function decryptRows(
  operations: GroupOperations,
  secrets: Uint8Array,
  { ciphertexts, added }: { readonly ciphertexts: Uint8Array; readonly added: readonly bigint[] },
): Promise<Uint8Array | undefined> {
  const columns = secrets.length / SCALAR_BYTES;
  const width = columns + 1;
  const rows = ciphertexts.length / (width * ELEMENT_BYTES);
  const heads = new Uint8Array(rows * ELEMENT_BYTES);
  const parts = new Uint8Array(3 * rows * columns * ELEMENT_BYTES);
  for (let row = 0; row < rows; row += 1) {
    const from = row * width * ELEMENT_BYTES;
    heads.set(ciphertexts.subarray(from, from + ELEMENT_BYTES), row * ELEMENT_BYTES);
    parts.set(
      ciphertexts.subarray(from + ELEMENT_BYTES, from + width * ELEMENT_BYTES),
      row * columns * ELEMENT_BYTES,
    );
  }
  const half = rows * columns;
  for (let column = 0; column < columns; column += 1) {
    const minus = negated(secrets.subarray(column * SCALAR_BYTES, (column + 1) * SCALAR_BYTES));
    const { elements, validity } = await operations.evaluate(heads, minus);
    wipe(minus);
    if (firstInvalid(validity, rows) >= 0) return undefined;
    scatter(elements, parts.subarray(half * ELEMENT_BYTES, 2 * half * ELEMENT_BYTES), {
      column,
      width: columns,
    });
  }
  const plain = concatBytes(...added.map(bigIntToScalar));
  parts.set(await operations.multiplyBase(plain), 2 * half * ELEMENT_BYTES);
  wipe(plain);
  const groups = Uint32Array.from({ length: 3 * half }, (_, i) => i % half);
  const { sums, validity } = await operations.sum(parts, 1, groups, half);
  return firstInvalid(validity, 3 * half) >= 0 ? undefined : sums;
}

/** Puts items of 32 bytes into one column of rows of `width` items. Byte by byte: a view an item would cost more. */
function scatter(
  items: Uint8Array,
  rows: Uint8Array,
  { column, width }: { readonly column: number; readonly width: number },
): void {
  let to = column * ELEMENT_BYTES;
  for (let from = 0; from < items.length; from += ELEMENT_BYTES) {
    for (let i = 0; i < ELEMENT_BYTES; i += 1) rows[to + i] = items[from + i] ?? 0;
    to += width * ELEMENT_BYTES;
  }
}

/** `value` as a scalar: little-endian, in the low 7 bytes of zeroed memory. */
function writeWhole(bytes: Uint8Array, offset: number, value: number): void {
  let rest = value;
  for (let i = 0; i < 7; i += 1) {
    bytes[offset + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** l - scalar for a scalar in [1, l - 1], byte by byte, in constant time. */
function negated(scalar: Uint8Array): Uint8Array {
  const result = bigIntToScalar(GROUP_ORDER - 1n);
  let borrow = 0;
  for (let i = 0; i < SCALAR_BYTES; i += 1) {
    // l - 1 - scalar + 1: the 1 goes in as the first borrow, turned round.
    const difference = (result[i] ?? 0) - (scalar[i] ?? 0) - borrow + (i === 0 ? 1 : 0);
    result[i] = difference & 0xff;
    borrow = difference < 0 ? 1 : 0;
  }
  return result;
}
