import { VesicaError } from '../errors.js';
import type { Engine, EngineName } from './engine.js';
import { engineOf } from './engine.js';
import { nobleKernel } from './noble.js';

/**
 * The engine called `name`, ready to use on this thread.
 *
 * @throws VesicaError `group/engine-unavailable` when this machine or build has no such engine.
 */
export function createEngine(name: EngineName, variant?: string): Engine {
  if (name === 'noble' && (variant === undefined || variant === nobleKernel.variant))
    return engineOf(nobleKernel);
  throw new VesicaError('group/engine-unavailable', `there is no engine ${name} ${variant ?? ''} here`);
}
