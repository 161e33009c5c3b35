/**
 * Loader of the native engine: finds the compiled addon and wraps its variants as kernels.
 *
 * The addon is optional. Where it was not built, or the processor has none of its instruction sets, there are no
 * variants, `nativeUnavailableReason` says why, and the other engines serve.
 */
import { createRequire } from 'node:module';
import { VesicaError } from '../../errors.js';
import type { Kernel, MultiplyResult, SumResult } from '../engine.js';
import { KEY_TYPES } from '../suite.js';

export type NativeVariant = 'avx512-ifma' | 'avx2';

/** One variant as the addon exports it (addon.c). Sizes are checked there; scalars are not. */
interface AddonKernel {
  readonly variant: NativeVariant;
  hashToGroup(labels: Uint8Array, types: Uint8Array, keys: Uint8Array, dst: Uint8Array): Uint8Array;
  hashAndMultiply(
    labels: Uint8Array,
    types: Uint8Array,
    keys: Uint8Array,
    dst: Uint8Array,
    scalar: Uint8Array,
  ): Uint8Array;
  mapToGroup(uniform: Uint8Array): Uint8Array;
  multiply(elements: Uint8Array, scalar: Uint8Array): MultiplyResult;
  multiplyBase(scalars: Uint8Array): Uint8Array;
  multiplyAdd(a: Uint8Array, b: Uint8Array, c: Uint8Array): Uint8Array;
  sum(elements: Uint8Array, width: number, groups: Uint32Array, groupCount: number): SumResult;
  walk(start: Uint8Array, step: Uint8Array, count: number): Uint8Array;
}

interface Addon {
  readonly kernels: readonly AddonKernel[];
}

type Loaded = { readonly kernels: readonly AddonKernel[]; readonly reason: string | undefined };

/** Where node-gyp leaves the addon, seen from the source file and from its compiled copy in a sibling of `src`. */
const ADDON_PLACES = ['./build/Release/vesica.node', '../../../src/group/native/build/Release/vesica.node'];

function isModuleNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
}

function load(): Loaded {
  const require = createRequire(import.meta.url);
  for (const place of ADDON_PLACES) {
    try {
      const { kernels } = require(place) as Addon;
      return kernels.length > 0
        ? { kernels, reason: undefined }
        : {
            kernels,
            reason:
              'the processor has neither AVX-512 IFMA nor AVX2 with FMA, or the system does not enable them',
          };
    } catch (error) {
      if (isModuleNotFound(error)) continue;
      return {
        kernels: [],
        reason: `the addon does not load: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }
  return { kernels: [], reason: 'the addon was not built' };
}

let loaded: Loaded | undefined;

function addon(): Loaded {
  loaded ??= load();
  return loaded;
}

/** The variants this processor can run, best first; empty when the addon is missing. */
export function nativeVariants(): NativeVariant[] {
  return addon().kernels.map((kernel) => kernel.variant);
}

/** Why `nativeVariants` is empty, or undefined when it is not. */
export function nativeUnavailableReason(): string | undefined {
  return addon().reason;
}

/** I2OSP(len(label), 1) || label for every type code in order: the table that the addon parses. */
function labelTable(): Uint8Array {
  const encoder = new TextEncoder();
  return Uint8Array.from(
    KEY_TYPES.flatMap((label) => {
      const bytes = encoder.encode(label);
      return [bytes.length, ...bytes];
    }),
  );
}

/**
 * A kernel for one variant.
 *
 * @throws VesicaError `group/engine-unavailable` when the variant is not among `nativeVariants()`.
 */
export function createNativeKernel(variant: string): Kernel {
  const kernel = addon().kernels.find((candidate) => candidate.variant === variant);
  if (kernel === undefined) {
    const available = nativeVariants().join(', ') || (nativeUnavailableReason() ?? 'none');
    throw new VesicaError(
      'group/engine-unavailable',
      `native engine variant "${variant}" is not available here (available: ${available})`,
    );
  }
  const labels = labelTable();
  return {
    name: 'native',
    variant: kernel.variant,
    hashToGroup: (batch, dst) => kernel.hashToGroup(labels, batch.types, batch.keys, dst),
    hashAndMultiply: (batch, dst, scalar) =>
      kernel.hashAndMultiply(labels, batch.types, batch.keys, dst, scalar),
    mapToGroup: (uniform) => kernel.mapToGroup(uniform),
    multiply: (elements, scalar) => kernel.multiply(elements, scalar),
    multiplyBase: (scalars) => kernel.multiplyBase(scalars),
    multiplyAdd: (a, b, c) => kernel.multiplyAdd(a, b, c),
    sum: (elements, width, groups, groupCount) => kernel.sum(elements, width, groups, groupCount),
    walk: (start, step, count) => kernel.walk(start, step, count),
  };
}
