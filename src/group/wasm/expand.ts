/**
 * expand_message_xmd with SHA-512 and 64 bytes out (RFC 9380 section 5.3.1), a key at a time:
 *
 *   b_0 = H(Z_pad || label length || label || key || I2OSP(64, 2) || I2OSP(0, 1) || DST_prime)
 *   b_1 = H(b_0 || I2OSP(1, 1) || DST_prime)
 *
 * Everything but the key and b_0 is the same for all keys of a type, so the loader lays out padded messages once a batch
 * and the module only copies keys in. Z_pad fills one block: its compression is done once a chunk. With a DST of up to 64
 * bytes both messages then take one block each; longer ones take more blocks and the same code.
 */
import type { FunctionReference, ModuleBuilder } from './assembler.js';
import { at } from './field.js';
import { i32, i64, type I32 } from './instructions.js';
import {
  INITIAL_STATE,
  INPUT,
  SECOND_BLOCKS,
  SECOND_INPUT,
  SECOND_TEMPLATE,
  TEMPLATE_BYTES,
  TEMPLATE_RECORD_BYTES,
  TEMPLATE_RECORDS,
  TEMPLATES,
  TYPE_CODES,
  ZERO_BLOCK,
} from './layout.js';
import { BLOCK_BYTES, DIGEST_BYTES, writeDigest } from './sha512.js';

/** Labels by type code. */
export const LABELS = ['email', 'phone', 'maid', 'customer_id', 'domain', 'dummy'] as const;

const KEY_BYTES = 32;
/** expand(count): 64 uniform bytes per key of the second input, to the input. */
export function defineExpand(module: ModuleBuilder, compress: FunctionReference): void {
  const state = i32.constant(module.temporary(DIGEST_BYTES));
  const prefixState = i32.constant(module.temporary(DIGEST_BYTES));
  module.define(
    1,
    (fn) => {
      const copy = (to: I32, from: I32, bytes: number): void => {
        for (let i = 0; i < bytes; i += 8) fn.emit(i64.store(at(to, i), i64.load(at(from, i))));
      };
      const absorb = (from: I32, message: I32, blocks: I32): void => {
        copy(state, from, DIGEST_BYTES);
        fn.repeat(blocks, (block) => {
          fn.call(compress, state, i32.add(message, i32.mul(block.get, i32.constant(BLOCK_BYTES))));
        });
      };
      copy(prefixState, i32.constant(INITIAL_STATE), DIGEST_BYTES);
      fn.call(compress, prefixState, i32.constant(ZERO_BLOCK));
      const emit = fn.emit.bind(fn);
      fn.repeat(fn.parameter(0), (index) => {
        const type = fn.keep(i32.load8(at(index.get, TYPE_CODES)));
        const record = fn.keep(i32.mul(type, i32.constant(TEMPLATE_RECORD_BYTES)));
        const key = i32.add(i32.constant(SECOND_INPUT), i32.mul(index.get, i32.constant(KEY_BYTES)));
        copy(fn.keep(i32.load(at(record, TEMPLATE_RECORDS))), fn.keep(key), KEY_BYTES);
        const template = i32.add(i32.constant(TEMPLATES), i32.mul(type, i32.constant(TEMPLATE_BYTES)));
        absorb(prefixState, fn.keep(template), fn.keep(i32.load(at(record, TEMPLATE_RECORDS + 4))));
        writeDigest(emit, at(i32.constant(SECOND_TEMPLATE)), at(state));
        absorb(
          i32.constant(INITIAL_STATE),
          i32.constant(SECOND_TEMPLATE),
          i32.load(at(i32.constant(SECOND_BLOCKS))),
        );
        writeDigest(emit, at(fn.keep(i32.shl(index.get, i32.constant(6))), INPUT), at(state));
      });
    },
    'expand',
  );
}

/** A message with the padding of FIPS 180-4 section 5.1.2; prefixBytes were hashed before it. */
function padded(message: readonly number[], prefixBytes: number): Uint8Array {
  const blocks = Math.ceil((message.length + 17) / BLOCK_BYTES);
  const bytes = new Uint8Array(blocks * BLOCK_BYTES);
  bytes.set(message);
  bytes[message.length] = 0x80;
  new DataView(bytes.buffer).setUint32(bytes.length - 4, 8 * (prefixBytes + message.length));
  return bytes;
}

/** Lays out the messages for a domain separation tag of 1..255 bytes. */
export function writeTemplates(memory: Uint8Array, dst: Uint8Array): void {
  if (dst.length < 1 || dst.length > 255)
    throw new RangeError(`DST of ${String(dst.length)} bytes: expected 1 to 255`);
  const view = new DataView(memory.buffer);
  const dstPrime = [...dst, dst.length];
  LABELS.forEach((label, type) => {
    const head = [label.length, ...new TextEncoder().encode(label)];
    const message = padded(
      [...head, ...new Array<number>(KEY_BYTES).fill(0), 0, DIGEST_BYTES, 0, ...dstPrime],
      BLOCK_BYTES,
    );
    const address = TEMPLATES + TEMPLATE_BYTES * type;
    memory.set(message, address);
    view.setUint32(TEMPLATE_RECORDS + TEMPLATE_RECORD_BYTES * type, address + head.length, true);
    view.setUint32(TEMPLATE_RECORDS + TEMPLATE_RECORD_BYTES * type + 4, message.length / BLOCK_BYTES, true);
  });
  const second = padded([...new Array<number>(DIGEST_BYTES).fill(0), 1, ...dstPrime], 0);
  memory.set(second, SECOND_TEMPLATE);
  view.setUint32(SECOND_BLOCKS, second.length / BLOCK_BYTES, true);
}
