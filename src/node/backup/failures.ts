import { VesicaError } from '../../errors.js';

/** A backup that cannot be used. */
export function backupDamaged(folder: string, why: string): VesicaError {
  return new VesicaError('state/backup-damaged', `the backup ${folder}: ${why}`, { field: 'backup' });
}

/** `error` as a coded one, for something that could not be written. */
export function writeFailure(error: unknown, path: string): VesicaError {
  if (error instanceof VesicaError) return error;
  return new VesicaError('output/unwritable', `${path}: the system says ${systemCode(error)}`, {
    field: 'backup',
  });
}

/** `ENOENT` and the like, or `unknown`. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : 'unknown';
}
