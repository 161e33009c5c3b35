import type { VesicaError } from '../../errors.js';
import type { SessionRow } from '../store/index.js';
import type { EventDetail } from './session-records.js';

/** What a field may look like in a log: the partner chooses the one that it reports. */
const FIELD = /^[A-Za-z][A-Za-z0-9_.[\]-]{0,47}$/;
const LONG_DIGITS = /[0-9a-f]{16}/i;

/** The field at fault if it can be shown anywhere, else `null`. */
export function safeField({ field }: VesicaError): string | null {
  return field !== undefined && FIELD.test(field) && !LONG_DIGITS.test(field) ? field : null;
}

/** `error` in the columns of a session. */
export function failureColumns(error: VesicaError): Partial<SessionRow> {
  return {
    error_code: error.code,
    error_field: safeField(error),
    error_reported_by: error.reportedBy,
    error_message: error.reportedBy === 'self' ? error.message : null,
  };
}

/** `error` in an event and in the audit log. */
export function failureDetail(error: VesicaError): EventDetail {
  return { code: error.code, field: safeField(error), reportedBy: error.reportedBy };
}
