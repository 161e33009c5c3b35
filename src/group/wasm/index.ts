/** The door of the WASM engine: a kernel for WebAssembly with 128-bit SIMD, four group elements at a time. */
import type { Kernel } from '../engine.js';
import { WasmKernel } from './kernel.js';

/**
 * Compiles the module and makes a kernel with its own memory, for the calling thread only. Synchronous, a few tens of
 * milliseconds. Throws when the runtime does not support 128-bit SIMD.
 */
export function createWasmKernel(): Kernel {
  return new WasmKernel();
}

export { supportsSimd } from './instance.js';
