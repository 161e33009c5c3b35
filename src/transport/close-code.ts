import { ERRORS, isErrorCode, VesicaError } from '../errors.js';

/** Close codes this room gives a meaning (RFC 6455 §7.4.1). */
export const NORMAL = 1000;
export const GOING_AWAY = 1001;
export const PROTOCOL_ERROR = 1002;
export const UNSUPPORTED_DATA = 1003;
/** Never on the wire: the connection went without a close frame. */
export const ABNORMAL = 1006;
export const INVALID_DATA = 1007;
export const TOO_BIG = 1009;
export const INTERNAL_ERROR = 1011;

/** A close frame's reason is at most 123 bytes (RFC 6455 §5.5). Codes and plain words are far shorter. */
const MAX_REASON_BYTES = 123;

/** `code` if a close frame may carry it, else 1011: `close` never throws. */
export function sendableCode(code: number): number {
  const standard = code >= 1000 && code <= 1014 && ![1004, 1005, ABNORMAL].includes(code);
  const applied = code >= 3000 && code <= 4999;
  return Number.isInteger(code) && (standard || applied) ? code : INTERNAL_ERROR;
}

/** `reason` in printable ASCII, as long as a close frame allows. */
export function sendableReason(reason: string): string {
  return reason.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_REASON_BYTES);
}

/**
 * What a peer's close means to this side. The peer's words are shown only when they are one of the registry's codes:
 * anything else could be made to look like a message of ours.
 */
export function closedByPeer(code: number, reason: string): VesicaError {
  if (code === ABNORMAL) return new VesicaError('transport/closed', 'the connection to the peer broke off');
  const detail = { reportedBy: 'peer' } as const;
  if (code === TOO_BIG) {
    return new VesicaError(
      'limit/frame',
      `the peer refused a frame as too large (close code ${code})`,
      detail,
    );
  }
  if (code === PROTOCOL_ERROR || code === UNSUPPORTED_DATA || code === INVALID_DATA) {
    return new VesicaError(
      'peer/malformed-message',
      `the peer refused a frame as malformed (close code ${code})`,
      detail,
    );
  }
  const why = isErrorCode(reason) ? `, ${reason}` : '';
  return new VesicaError(
    'transport/closed',
    `the peer closed the connection (close code ${code}${why})`,
    detail,
  );
}

/** The code with which the peer closed, when it named one; else what its close means to this side. */
export function reasonOfPeer(code: number, reason: string): VesicaError {
  const isTold = code >= 4000 && isErrorCode(reason) && ERRORS[reason].wire === 'same';
  if (!isTold) return closedByPeer(code, reason);
  return new VesicaError(reason, `the partner ended the session: ${reason}`, { reportedBy: 'peer' });
}
