import { utf8 } from '../bytes.js';
import { ERRORS, VesicaError, isErrorCode, type ErrorCode } from '../errors.js';
import type { Message, MessageOf } from './codec/index.js';
import { encodeMessage } from './codec/index.js';
import type { SessionState } from './session-types.js';

/**
 * The error that an `abort` message of the peer stands for. A code that we do not know, or that no peer may tell of itself,
 * is told as `peer/stopped`.
 */
export function abortedByPeer({ code, field }: MessageOf<'abort'>): VesicaError {
  const known = isErrorCode(code) && ERRORS[code].wire === 'same' ? code : 'peer/stopped';
  const at = field === '' ? '' : ` at ${field}`;
  return new VesicaError(known, `the partner ended the session: ${known}${at}`, {
    reportedBy: 'peer',
    ...(field === '' ? {} : { field }),
  });
}

/**
 * The frame that tells the peer why this side ends the session, or `undefined` when it was the peer who ended it.
 * Codes that speak of this side's files or network are told as `peer/stopped`.
 */
export function farewellFrame(error: VesicaError): Uint8Array | undefined {
  if (error.reportedBy === 'peer') return undefined;
  const code = codeForPeer(error);
  const field = error.definition.wire === 'same' ? shortField(error.field ?? '') : '';
  return encodeMessage({ type: 'abort', code, field });
}

/** The code that the peer may be told of `error`. */
export function codeForPeer({ code, definition: { wire } }: VesicaError): ErrorCode {
  return wire === 'same' ? code : wire;
}

/** As many whole characters of `field` as fit 64 bytes. */
function shortField(field: string): string {
  let kept = '';
  let bytes = 0;
  for (const character of field) {
    bytes += utf8(character).length;
    if (bytes > 64) break;
    kept += character;
  }
  return kept;
}

/** The error for a message that the session does not wait for in `state`. */
export function unexpected({ type }: Message, state: SessionState): VesicaError {
  return new VesicaError('peer/unexpected-message', `a message of type ${type} while ${state}`, {
    field: type,
  });
}
