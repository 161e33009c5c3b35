import type { VesicaError } from '../../errors.js';
import type { SessionRow } from '../store/index.js';
import type { EventDetail } from './session-records.js';

/** What the keys of configuration, terms and messages look like. No form of an identifier is among them. */
const FIELD = /^[a-z][A-Za-z]{0,23}(\.[a-z][A-Za-z]{0,23}){0,3}$/;

/** The field at fault if it can be shown anywhere, else `null`: the partner chooses the one that it reports. */
export function safeField({ field }: VesicaError): string | null {
  return field !== undefined && FIELD.test(field) ? field : null;
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
