import { VesicaError } from '../../errors.js';

/** What each family of SQLite's result codes (sqlite.org/rescode.html) means for the state. */
const STATES = [
  { codes: /^SQLITE_(CORRUPT|NOTADB|FORMAT)/, code: 'state/damaged' },
  { codes: /^SQLITE_(FULL|READONLY|IOERR|CANTOPEN|PERM|NOMEM|TOOBIG)/, code: 'state/unwritable' },
  { codes: /^SQLITE_(BUSY|LOCKED|PROTOCOL)/, code: 'state/in-use' },
] as const;

/**
 * `error` as a coded one, with the short code of SQLite or of the system. SQLite's own text is left out: it can quote
 * what a statement held.
 */
export function stateFailure(error: unknown, folder: string): VesicaError {
  if (error instanceof VesicaError) return error;
  const short = shortCode(error);
  const state = STATES.find(({ codes }) => codes.test(short));
  if (state !== undefined) return stateError(state.code, folder, `the database says ${short}`);
  if (short.startsWith('SQLITE_')) {
    return new VesicaError('internal/defect', `the database refused a statement: ${short}`);
  }
  return stateError('state/unwritable', folder, `the system says ${short}`);
}

/** A coded error about the state folder. */
export function stateError(
  code: 'state/in-use' | 'state/newer-version' | 'state/damaged' | 'state/unwritable',
  folder: string,
  why: string,
): VesicaError {
  return new VesicaError(code, `the state in ${folder}: ${why}`, { field: 'state' });
}

/** The short code of an error; for the driver's failure to open, which has none, that of SQLite. */
function shortCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error ? String(error.code) : '';
  if (code !== '') return code;
  return error.message.includes('Unable to open') ? 'SQLITE_CANTOPEN' : 'unknown';
}
