import { concatBytes } from '../bytes.js';
import { VesicaError } from '../errors.js';
import type { KeyBatch } from './suite.js';
import { ELEMENT_BYTES, GROUP_ORDER, KEY_BYTES, KEY_TYPES, SCALAR_BYTES, UNIFORM_BYTES } from './suite.js';

export const ENGINE_NAMES = ['native', 'wasm', 'noble'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export interface MultiplyResult {
  /** n * 32 bytes; 32 zero bytes where the input element is invalid. */
  readonly elements: Uint8Array;
  /** ceil(n / 8) bytes, bit i (least significant first) set when element i is valid; spare bits are zero. */
  readonly validity: Uint8Array;
}

export interface SumResult {
  /** groupCount * width * 32 bytes. */
  readonly sums: Uint8Array;
  /** A bit a row, as in `MultiplyResult`. */
  readonly validity: Uint8Array;
}

/** `groups[i]` of a row that `sum` leaves out. */
export const SKIP_GROUP = 0xffff_ffff;

/**
 * Batch arithmetic of the group: bytes in, bytes out. Every engine gives the same bytes. Nothing here branches or
 * indexes on a scalar, save in `noble`, the reference, where big integers make no such promise.
 */
export interface Kernel {
  readonly name: EngineName;
  /** Which implementation inside the engine, for example `avx512-ifma`. */
  readonly variant: string;
  /** RFC 9380 §5.3.1 and RFC 9496 §4.3.4 on each group input of the batch; n * 32 bytes. */
  hashToGroup(batch: KeyBatch, dst: Uint8Array): Uint8Array;
  /** `multiply(hashToGroup(batch), scalar)` in one pass; n * 32 bytes. */
  hashAndMultiply(batch: KeyBatch, dst: Uint8Array, scalar: Uint8Array): Uint8Array;
  /** One-way map (RFC 9496 §4.3.4) of n * 64 uniform bytes; n * 32 bytes. */
  mapToGroup(uniform: Uint8Array): Uint8Array;
  /** Each of n elements times one scalar. Refuses, element by element, bad encodings (RFC 9496 §4.3.1) and the identity. */
  multiply(elements: Uint8Array, scalar: Uint8Array): MultiplyResult;
  /** The generator times each of n scalars; n * 32 bytes. Scalar 0 gives the identity, 32 zero bytes. */
  multiplyBase(scalars: Uint8Array): Uint8Array;
  /** a_i * b + c_i modulo the group order, for n scalars a, n scalars c and one scalar b; n * 32 bytes. */
  multiplyAdd(a: Uint8Array, b: Uint8Array, c: Uint8Array): Uint8Array;
  /**
   * Adds n rows of `width` elements (1 to 16), column by column, into `groupCount` groups: row i into `groups[i]`, or
   * nowhere when that is `SKIP_GROUP`. A row with a bad encoding is not added and its validity bit is 0. The identity
   * is a valid element here; an empty group sums to it.
   */
  sum(elements: Uint8Array, width: number, groups: Uint32Array, groupCount: number): SumResult;
  /**
   * The encodings of start + i * step for i = 0..count-1; count * 32 bytes. For public points: its time may vary.
   */
  walk(start: Uint8Array, step: Uint8Array, count: number): Uint8Array;
}

/** A kernel behind argument checks; what the rest of Vesica uses. All methods throw `group/invalid-batch` or `group/invalid-scalar`. */
export interface Engine extends Kernel {
  /** The first `tagBytes` (1 to 32) bytes of each element. */
  tags(elements: Uint8Array, tagBytes: number): Uint8Array;
}

/** Puts the checks that all engines share in front of `kernel`. */
export function engineOf(kernel: Kernel): Engine {
  return {
    name: kernel.name,
    variant: kernel.variant,
    hashToGroup(batch, dst) {
      checkKeys(batch, dst);
      return kernel.hashToGroup(batch, dst);
    },
    hashAndMultiply(batch, dst, scalar) {
      checkKeys(batch, dst);
      checkScalar(scalar, 1n);
      return kernel.hashAndMultiply(batch, dst, scalar);
    },
    mapToGroup(uniform) {
      itemCount(uniform, UNIFORM_BYTES, 'uniform');
      return kernel.mapToGroup(uniform);
    },
    multiply(elements, scalar) {
      itemCount(elements, ELEMENT_BYTES, 'elements');
      checkScalar(scalar, 1n);
      return kernel.multiply(elements, scalar);
    },
    multiplyBase(scalars) {
      checkScalars(scalars);
      return kernel.multiplyBase(scalars);
    },
    multiplyAdd(a, b, c) {
      checkScalars(a);
      checkScalar(b, 0n);
      checkScalars(c);
      if (a.length !== c.length) throw badBatch(`${a.length} bytes of a, ${c.length} bytes of c`);
      return kernel.multiplyAdd(a, b, c);
    },
    sum(elements, width, groups, groupCount) {
      if (!Number.isInteger(width) || width < 1 || width > 16) throw badBatch(`a row of ${width} elements`);
      if (itemCount(elements, ELEMENT_BYTES * width, 'elements') !== groups.length) {
        throw badBatch(`${elements.length} bytes of elements for ${groups.length} rows of ${width}`);
      }
      for (const group of groups) {
        if (group >= groupCount && group !== SKIP_GROUP) throw badBatch(`group ${group} of ${groupCount}`);
      }
      return kernel.sum(elements, width, groups, groupCount);
    },
    walk(start, step, count) {
      const ends = concatBytes(start, step);
      if (start.length !== ELEMENT_BYTES || step.length !== ELEMENT_BYTES) throw badBatch('start or step');
      if (!Number.isInteger(count) || count < 0) throw badBatch(`a walk of ${count} elements`);
      if (kernel.sum(ends, 1, new Uint32Array(2), 1).validity[0] !== 0b11) {
        throw badBatch('a walk needs two canonical elements');
      }
      return kernel.walk(start, step, count);
    },
    tags(elements, tagBytes) {
      const count = itemCount(elements, ELEMENT_BYTES, 'elements');
      if (!Number.isInteger(tagBytes) || tagBytes < 1 || tagBytes > ELEMENT_BYTES) {
        throw badBatch(`tags of ${tagBytes} bytes`);
      }
      const tags = new Uint8Array(count * tagBytes);
      for (let i = 0; i < count; i += 1) {
        tags.set(elements.subarray(i * ELEMENT_BYTES, i * ELEMENT_BYTES + tagBytes), i * tagBytes);
      }
      return tags;
    },
  };
}

/** Whether item `index` is valid in a validity bitmap. */
export function isValid(validity: Uint8Array, index: number): boolean {
  return (((validity[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
}

/** Index of the first invalid item of `count`, or -1. */
export function firstInvalid(validity: Uint8Array, count: number): number {
  for (let i = 0; i < count; i += 1) if (!isValid(validity, i)) return i;
  return -1;
}

/** The integer that 32 little-endian bytes stand for. */
export function scalarToBigInt(scalar: Uint8Array): bigint {
  let value = 0n;
  for (let i = scalar.length - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(scalar[i] ?? 0);
  return value;
}

/** 32 little-endian bytes of `value` modulo the group order. */
export function bigIntToScalar(value: bigint): Uint8Array {
  let rest = ((value % GROUP_ORDER) + GROUP_ORDER) % GROUP_ORDER;
  const scalar = new Uint8Array(SCALAR_BYTES);
  for (let i = 0; i < SCALAR_BYTES; i += 1) {
    scalar[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return scalar;
}

function badBatch(what: string): VesicaError {
  return new VesicaError('group/invalid-batch', `invalid batch: ${what}`);
}

function itemCount(bytes: Uint8Array, itemBytes: number, name: string): number {
  if (bytes.length % itemBytes !== 0)
    throw badBatch(`${name} of ${bytes.length} bytes, not a multiple of ${itemBytes}`);
  return bytes.length / itemBytes;
}

function checkKeys(batch: KeyBatch, dst: Uint8Array): void {
  if (itemCount(batch.keys, KEY_BYTES, 'keys') !== batch.types.length) {
    throw badBatch(`${batch.types.length} types for ${batch.keys.length} bytes of keys`);
  }
  for (const code of batch.types) if (code >= KEY_TYPES.length) throw badBatch(`type code ${code}`);
  if (dst.length < 1 || dst.length > 255) throw badBatch(`a domain separation tag of ${dst.length} bytes`);
}

const ORDER_BYTES = (() => {
  const bytes = new Uint8Array(SCALAR_BYTES);
  for (let i = 0; i < SCALAR_BYTES; i += 1) bytes[i] = Number((GROUP_ORDER >> BigInt(8 * i)) & 0xffn);
  return bytes;
})();

/** Refuses a scalar outside [minimum, l-1]. No early exit: the time does not depend on the scalar. */
function checkScalar(scalar: Uint8Array, minimum: 0n | 1n): void {
  const inRange = scalar.length === SCALAR_BYTES && isBelowOrder(scalar, 0);
  let anyBit = 0;
  for (const byte of scalar) anyBit |= byte;
  if (!inRange || (minimum === 1n && anyBit === 0)) {
    throw new VesicaError('group/invalid-scalar', 'a scalar is not 32 canonical bytes in range');
  }
}

function checkScalars(scalars: Uint8Array): void {
  const count = itemCount(scalars, SCALAR_BYTES, 'scalars');
  let allBelow = true;
  for (let i = 0; i < count; i += 1) allBelow = isBelowOrder(scalars, i * SCALAR_BYTES) && allBelow;
  if (!allBelow) throw new VesicaError('group/invalid-scalar', 'a scalar of the batch is not canonical');
}

/** Subtracts the order byte by byte; below exactly when the last borrow is set. */
function isBelowOrder(scalars: Uint8Array, offset: number): boolean {
  let borrow = 0;
  for (let i = 0; i < SCALAR_BYTES; i += 1) {
    borrow = ((scalars[offset + i] ?? 0) - (ORDER_BYTES[i] ?? 0) - borrow) >>> 31;
  }
  return borrow === 1;
}
