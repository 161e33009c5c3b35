import { VesicaError } from '../errors.js';

/** Where the log of the API goes, one JSON object a line. */
export interface AdminLog {
  readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  /** Standard output unless told. */
  readonly stream?: { write(line: string): void } | undefined;
}

/**
 * How the log is written. Requests are told by their route, never by their address, headers or body, so nothing that a client
 * sends is in the log; what is redacted here would have to be put there by mistake.
 */
export function loggerOptions({ level, stream }: AdminLog) {
  return {
    level,
    ...(stream === undefined ? {} : { stream }),
    base: { part: 'admin' },
    redact: {
      paths: [
        'authorization',
        'secret',
        'token',
        'body',
        'headers',
        'req.headers',
        '*.authorization',
        '*.secret',
        '*.body',
      ],
      censor: '[redacted]',
    },
    serializers: {
      req: () => ({}),
      res: () => ({}),
      err: (error: unknown) => ({ ...describeError(error) }),
    },
  };
}

/** What the log may say of an error: messages of others can quote anything, the places that it came from cannot. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string;
  readonly field?: string;
  readonly cause?: LoggedError;
}

/** An error for the log. */
export function describeError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: '', stack: '' };
  const places = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  const stack = places.join('\n');
  if (!(error instanceof VesicaError)) {
    const { code } = error as { code?: unknown };
    return { type: error.name, message: '', stack, ...(typeof code === 'string' ? { code } : {}) };
  }
  const { code, field, cause } = error;
  return {
    type: error.name,
    message: code === 'internal/defect' ? '' : error.message,
    stack,
    code,
    ...(field === undefined ? {} : { field }),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}
