import { VesicaError } from '../errors.js';
import type { Engine, EngineName, Kernel } from './engine.js';
import { ENGINE_NAMES, engineOf } from './engine.js';
import { createNativeKernel, nativeUnavailableReason, nativeVariants } from './native/index.js';
import { nobleKernel } from './noble.js';
import { selfTest } from './self-test.js';
import { createWasmKernel, supportsSimd } from './wasm/index.js';

/** One implementation of the group that may run here. */
export interface EngineChoice {
  readonly name: EngineName;
  readonly variant: string;
}

/** How the kernels of each engine are found and made. Engines and their variants are in order of preference. */
const SOURCES: Readonly<
  Record<EngineName, { variants(): readonly string[]; reason(): string; kernel(variant: string): Kernel }>
> = {
  native: {
    variants: nativeVariants,
    reason: () => nativeUnavailableReason() ?? '',
    kernel: createNativeKernel,
  },
  wasm: {
    variants: () => (supportsSimd() ? ['simd128'] : []),
    reason: () => 'this runtime has no WebAssembly SIMD',
    kernel: createWasmKernel,
  },
  noble: { variants: () => [nobleKernel.variant], reason: () => '', kernel: () => nobleKernel },
};

/** The engines that this machine can run, best first. */
export function availableEngines(): EngineChoice[] {
  return ENGINE_NAMES.flatMap((name) => SOURCES[name].variants().map((variant) => ({ name, variant })));
}

/**
 * The engine to use: the best one here, or the one that is asked for as `name` or `name:variant`. It has passed its
 * self-test.
 *
 * @throws VesicaError `group/engine-unavailable` when this machine or build lacks it; `group/self-test-failed`.
 */
export function chooseEngine(wanted?: string): Engine {
  const engine = createEngine(wanted ?? availableEngines()[0]?.name ?? 'noble');
  selfTest(engine);
  return engine;
}

/**
 * The engine called `wanted` (`name` or `name:variant`) on this thread, without a self-test: for worker threads, whose
 * pool was started with an engine that passed one.
 *
 * @throws VesicaError `group/engine-unavailable`.
 */
export function createEngine(wanted: string): Engine {
  const [wantedName, wantedVariant] = wanted.split(':');
  const name = ENGINE_NAMES.find((known) => known === wantedName);
  if (name === undefined) {
    throw new VesicaError(
      'group/engine-unavailable',
      `there is no engine ${JSON.stringify(wantedName)}; there are ${ENGINE_NAMES.join(', ')}`,
    );
  }
  const variants = SOURCES[name].variants();
  const variant = wantedVariant ?? variants[0];
  if (variant === undefined || !variants.includes(variant)) {
    const why = variants.length === 0 ? SOURCES[name].reason() : `it has ${variants.join(', ')}`;
    throw new VesicaError('group/engine-unavailable', `the engine ${wanted} cannot run here: ${why}`);
  }
  return engineOf(SOURCES[name].kernel(variant));
}
