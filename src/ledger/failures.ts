import { VesicaError } from '../errors.js';

/** The coded error for a ledger that cannot be kept, and why. */
export function unwritable(ledger: string, why: string): VesicaError {
  return new VesicaError('ledger/unwritable', `${ledger}: ${why}`, { field: 'ledger' });
}

/** `error` itself when it is coded; else the system's short code (`ENOSPC`), never a file's content. */
export function fileFailure(error: unknown, ledger: string): VesicaError {
  if (error instanceof VesicaError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return unwritable(ledger, `the system says ${code}`);
}
