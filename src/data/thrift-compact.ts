import { concatBytes, utf8 } from '../bytes.js';

/**
 * Writes the compact protocol of Apache Thrift (github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md),
 * as far as the metadata of Parquet needs it.
 */

/** A value with the number of its type. */
export interface ThriftValue {
  readonly type: number;
  readonly bytes: Uint8Array;
}

const [I32, I64, BINARY, LIST, STRUCT] = [5, 6, 8, 9, 12] as const;

/** A number of 32 bits, 0 or more. */
export function i32(value: number): ThriftValue {
  return { type: I32, bytes: varint(2 * value) };
}

/** A number of 64 bits, from 0 to 2^52. */
export function i64(value: number): ThriftValue {
  return { type: I64, bytes: varint(2 * value) };
}

export function text(value: string): ThriftValue {
  const bytes = utf8(value);
  return { type: BINARY, bytes: concatBytes(varint(bytes.length), bytes) };
}

/** A list of values of one type; of structures when it is empty. */
export function list(values: readonly ThriftValue[]): ThriftValue {
  const type = values[0]?.type ?? STRUCT;
  const size = values.length;
  const head =
    size < 15 ? Uint8Array.of((size << 4) | type) : concatBytes(Uint8Array.of(0xf0 | type), varint(size));
  return { type: LIST, bytes: concatBytes(head, ...values.map(({ bytes }) => bytes)) };
}

/** A structure: values by the number of their field, from 1 on and each less than 16 above the one before. */
export function struct(fields: Readonly<Record<number, ThriftValue>>): ThriftValue {
  const parts: Uint8Array[] = [];
  let before = 0;
  // The keys of an object that are whole numbers come in their order.
  for (const [key, { type, bytes }] of Object.entries(fields)) {
    const id = Number(key);
    parts.push(Uint8Array.of(((id - before) << 4) | type), bytes);
    before = id;
  }
  return { type: STRUCT, bytes: concatBytes(...parts, Uint8Array.of(0)) };
}

/** `value` (a whole number from 0 to 2^53) in groups of 7 bits, the lowest first. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
