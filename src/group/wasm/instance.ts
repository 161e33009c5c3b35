/**
 * Instantiates the module: one instance and one memory per thread.
 *
 * V8 compiles WebAssembly twice, first with a baseline compiler (Liftoff) whose code runs three times slower, then, once
 * functions are hot, with the optimising one. Measured on batches of 32: with the default tiers the first batch costs five
 * times and the second twice as much an element as later ones; with the baseline compiler off and all functions compiled at
 * once, the first is as fast as the last, for about 50 ms of CPU time at creation, which background threads share. Warming
 * up would cost as much and promise less. The flags are process-wide, so they are set back at once; a module that
 * another thread compiles meanwhile at most gets the better compiler too.
 */
import { Buffer } from 'node:buffer';
import { setFlagsFromString } from 'node:v8';
import { inflateSync } from 'node:zlib';
import { WORD_BYTES } from './field.js';
import { VALIDITY, WORKING_END, WORKING_START } from './layout.js';
import type { Stages } from './module.js';
import { MODULE_BASE64 } from './module-bytes.js';

/**
 * The part of the WebAssembly JavaScript interface the loader uses. TypeScript declares it only in its browser library,
 * which a server library should not pull in.
 */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => WasmModule;
  readonly Instance: new (module: WasmModule) => { readonly exports: Readonly<Record<string, unknown>> };
  validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

export interface EngineInstance {
  readonly stages: Stages;
  readonly memory: Uint8Array;
  /** Zeroes all memory that may hold secrets or what was derived from them. */
  readonly wipe: () => void;
}

/** (module (func (result v128) i32.const 0, i8x16.splat)): valid exactly where 128-bit SIMD is supported. */
const SIMD_PROBE = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0, 10, 8, 1, 6, 0, 0x41, 0, 0xfd, 0x0f,
  0x0b,
]);

export function supportsSimd(): boolean {
  return webAssembly.validate(SIMD_PROBE);
}

/** The bytes of the committed module; a test compares them with what the generator makes. */
export function moduleBytes(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(inflateSync(Buffer.from(MODULE_BASE64, 'base64')));
}

function compile(bytes: Uint8Array<ArrayBuffer>): InstanceType<typeof webAssembly.Instance> {
  setFlagsFromString('--no-liftoff');
  setFlagsFromString('--no-wasm-lazy-compilation');
  try {
    return new webAssembly.Instance(new webAssembly.Module(bytes));
  } finally {
    setFlagsFromString('--liftoff');
    setFlagsFromString('--wasm-lazy-compilation');
  }
}

export function instantiate(): EngineInstance {
  if (!supportsSimd()) {
    throw new Error(
      'the WASM engine needs WebAssembly 128-bit SIMD, which this runtime or processor does not support',
    );
  }
  const exports = compile(moduleBytes()).exports as unknown as Stages & { readonly memory: WasmMemory };
  const memory = new Uint8Array(exports.memory.buffer);
  return {
    stages: exports,
    memory,
    wipe: () => {
      memory.fill(0, WORKING_START, WORKING_END);
    },
  };
}

/** Whether element number i of the chunk was decoded: its lane of the validity words. */
export function laneIsValid(memory: Uint8Array, i: number): boolean {
  return memory[VALIDITY + WORD_BYTES * (i >> 2) + 4 * (i & 3)] !== 0;
}
