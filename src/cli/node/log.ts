import { asVesicaError, VesicaError } from '../../errors.js';
import { plainLabel } from '../../plain-label.js';
import { LOG_LEVELS, type LogLevel } from '../config/node-schema.js';
import { redacted, redactedText } from './redact.js';

/** What a line can tell beside its message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the node tells what happens. One line each. */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  readonly write: (line: string) => void;
  readonly now: () => Date;
}

const MAX_VALUE_CHARS = 500;

/**
 * A log of JSON objects, or of lines for people. Whatever looks like a secret or an identifier is left out of both, also
 * when it comes in by an error or in the words of a partner.
 */
export function createLog({ level: least, format, write, now }: LogOptions): Log {
  const line =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return;
      const time = now().toISOString();
      const plain = redactedText(message);
      const told = redacted(flat(fields)) as LogFields;
      write(
        format === 'json'
          ? `${JSON.stringify({ time, level, message: plain, ...told })}\n`
          : `${time.slice(11, 19)} ${level.padEnd(5)} ${oneLine(plain)}${pairs(told)}\n`,
      );
    };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}

/** An error as fields of a line: its code, where, what, what to do; never its stack. */
export function errorFields(error: unknown): LogFields {
  const { code, field, message, next, reportedBy, cause } = asVesicaError(error);
  return {
    code,
    ...(field === undefined ? {} : { field }),
    ...(reportedBy === 'peer' ? { reportedBy } : {}),
    error: message,
    next,
    ...(code === 'internal/defect' && cause instanceof Error && !(cause instanceof VesicaError)
      ? { cause: cause.name }
      : {}),
  };
}

/** Errors among the fields become what they tell. `time`, `level` and `message` are the line's own. */
function flat(fields: LogFields): LogFields {
  const entries = Object.entries(fields).flatMap(([name, value]): [string, unknown][] => {
    if (value === undefined) return [];
    if (value instanceof Error) return Object.entries(errorFields(value));
    return [[['time', 'level', 'message'].includes(name) ? `${name}_` : name, value]];
  });
  return Object.fromEntries(entries);
}

function pairs(fields: LogFields): string {
  return Object.entries(fields)
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      const isPlain = /^[A-Za-z0-9_./:@+-]+$/.test(text);
      return ` ${name}=${oneLine(isPlain ? text : JSON.stringify(text))}`;
    })
    .join('');
}

function oneLine(text: string): string {
  return plainLabel(text, MAX_VALUE_CHARS);
}
