/** What the tests of the WASM kernel share: bytes, scalars, the reference engine, random inputs from a seed. */
import { sha512 } from '@noble/hashes/sha2.js';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';

export const L = 2n ** 252n + 27742317777372353535851937790883648493n;
export const DST = new TextEncoder().encode('VESICA-V1-HashToGroup-ristretto255-SHA512');
export const LABELS = ['email', 'phone', 'maid', 'customer_id', 'domain', 'dummy'] as const;
export const Point = ristretto255.Point;
export const IDENTITY = new Uint8Array(32);

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
export const item = (bytes: Uint8Array, index: number, size = 32): Uint8Array =>
  bytes.slice(size * index, size * (index + 1));

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function scalarBytes(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

export function scalarValue(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** Reproducible random bytes: SHA-512 in counter mode. */
export function randomSource(seed: string): (length: number) => Uint8Array {
  let counter = 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let offset = 0; offset < length; offset += 64) {
      counter += 1;
      bytes.set(
        sha512(new TextEncoder().encode(`${seed} ${String(counter)}`)).subarray(0, length - offset),
        offset,
      );
    }
    return bytes;
  };
}

export const randomScalar = (random: (length: number) => Uint8Array): bigint => scalarValue(random(64)) % L;

/** Random elements, as multiples of the base point: independent of the code under test. */
export function randomElements(random: (length: number) => Uint8Array, count: number): Uint8Array {
  return concat(Array.from({ length: count }, () => Point.BASE.multiply(randomScalar(random)).toBytes()));
}

export function referenceMultiply(element: Uint8Array, scalar: bigint): Uint8Array {
  return Point.fromBytes(element.slice()).multiply(scalar).toBytes();
}

export function referenceHash(
  type: number,
  key: Uint8Array,
  dst: Uint8Array = DST,
): InstanceType<typeof Point> {
  const label = new TextEncoder().encode(LABELS[type]);
  return ristretto255_hasher.hashToCurve(concat([Uint8Array.of(label.length), label, key]), {
    DST: dst,
  });
}

export function referenceMap(uniform: Uint8Array): Uint8Array {
  const point = ristretto255_hasher.deriveToCurve?.(uniform.slice());
  if (point === undefined) throw new Error('the reference engine has no one-way map');
  return point.toBytes();
}

export const isValid = (validity: Uint8Array, index: number): boolean =>
  (((validity[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
