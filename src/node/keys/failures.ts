import { VesicaError } from '../../errors.js';

/** A key that cannot be had. `why` never holds a part of it. */
export function unavailable(why: string): VesicaError {
  return new VesicaError('keys/unavailable', `the master key: ${why}`, { field: 'keys' });
}

/** Something sealed that is not as it was written. */
export function damaged(name: string, why: string): VesicaError {
  return new VesicaError('keys/damaged', `${name}: ${why}`);
}

/** `error` as a coded one: the system's short code, never what a file or command gave. */
export function storageFailure(error: unknown, name: string): VesicaError {
  if (error instanceof VesicaError) return error;
  return new VesicaError('output/unwritable', `${name}: the system says ${systemCode(error)}`);
}

/** `ENOENT` and the like, or `unknown`. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : 'unknown';
}
