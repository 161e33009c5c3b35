import type { FastifyError } from 'fastify';
import Type, { type Static } from 'typebox';
import { ERRORS, VesicaError, isErrorCode, type ErrorCode } from '../errors.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

const CODES = Object.keys(ERRORS) as ErrorCode[];

/** RFC 9457, with members of its own: `code`, `field`, `next`. */
export const PROBLEM = Type.Object(
  {
    type: Type.String({ description: 'Which problem, a reference that answers with what is known of it.' }),
    title: Type.String({ description: 'The same for each problem of the type.' }),
    status: Type.Integer({ minimum: 400, maximum: 599, description: 'HTTP status.' }),
    detail: Type.String({ description: 'What was wrong this time.' }),
    instance: Type.String({ description: 'This very request; the log of the node names it.' }),
    code: Type.Enum(CODES, { description: 'Code of the error; stable.' }),
    field: Type.Optional(
      Type.String({ maxLength: 200, description: 'The part of the request that is at fault.' }),
    ),
    next: Type.String({ description: 'What to do about it.' }),
  },
  { additionalProperties: false },
);
export type Problem = Static<typeof PROBLEM>;

/** A problem to be: an error of Vesica, and the HTTP status when it is not that of its code. */
export interface Failure {
  readonly error: VesicaError;
  readonly status: number;
}

/**
 * What a failed request is answered with. Errors of the HTTP layer become codes; whatever else was not foreseen becomes
 * `internal/defect`, whose cause is for the log alone.
 */
export function failureOf(error: unknown): Failure {
  if (error instanceof VesicaError) return { error, status: error.definition.http };
  const { code = '', statusCode = 500 } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return failure('api/too-large', 'the body has more than 256 KiB', { field: 'body' });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return failure('api/invalid-request', 'the body must be application/json', {
      field: 'content-type',
      status: 415,
    });
  }
  if (statusCode === 404 || statusCode === 414) return failure('api/not-found', 'there is no such path');
  if (statusCode >= 400 && statusCode < 500) {
    // Parsers quote what they read in their messages.
    const isBody = code !== 'FST_ERR_BAD_URL';
    const why = isBody ? 'the body is no JSON object that can be read' : 'the path cannot be read';
    return failure('api/invalid-request', why, { field: isBody ? 'body' : 'path' });
  }
  return { error: new VesicaError('internal/defect', 'unexpected failure', { cause: error }), status: 500 };
}

/** A failure by code. */
export function failure(
  code: ErrorCode,
  message: string,
  { field, status = ERRORS[code].http }: { field?: string; status?: number } = {},
): Failure {
  return { error: new VesicaError(code, message, field === undefined ? {} : { field }), status };
}

/** The document for a failure. What is wrong with the node itself is for its log, and not for whoever asks. */
export function problemOf({ error, status }: Failure, requestId: string): Problem {
  const { code, field, message, next } = error;
  const detail = status >= 500 ? 'The node could not do this; its log says why.' : message;
  return {
    type: problemType(code),
    title: titleOf(code),
    status,
    detail,
    instance: `urn:vesica:request:${requestId}`,
    code,
    ...(field === undefined || field === '' || status >= 500 ? {} : { field: field.slice(0, 200) }),
    next,
  };
}

export function problemType(code: ErrorCode): string {
  return `/v1/problems/${code}`;
}

/** `api/not-found` as "Not found". */
export function titleOf(code: ErrorCode): string {
  const words = code.slice(code.indexOf('/') + 1).replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The code that a type names. @throws VesicaError `api/not-found`. */
export function codeOf(text: string): ErrorCode {
  if (isErrorCode(text)) return text;
  throw new VesicaError('api/not-found', 'there is no such problem', { field: 'problem' });
}
