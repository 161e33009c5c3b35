import { VesicaError } from '../errors.js';

/** The coded error for a source that is not as it was when it was loaded. `message` never holds a value of it. */
export function sourceChanged(message: string): VesicaError {
  return new VesicaError('data/source-changed', `the source changed since it was loaded: ${message}`, {
    field: 'data',
  });
}
