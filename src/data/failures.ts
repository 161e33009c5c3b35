import { VesicaError, type ErrorCode } from '../errors.js';

/** What was being read when something failed. */
export interface FailureContext {
  /** What to call it in a message: a path, or `data.sql`. */
  readonly name: string;
  readonly isQuery: boolean;
}

interface Kind {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** What is wrong. `$1` stands for the number the pattern caught, and nothing else of DuckDB's text is used. */
  readonly message: string;
}

/**
 * DuckDB's messages quote the line, the value or the query at fault, so none is passed on: each is recognised by its
 * kind, and only a line number is taken from it. The first pattern that fits decides. A value in the text can at worst
 * make a failure look like another kind. CSV faults come from SQL that reads CSV.
 */
const KINDS: readonly Kind[] = [
  {
    pattern: /^Out of Memory Error/,
    code: 'data/out-of-memory',
    message: 'reading needs more memory than the limit allows',
  },
  {
    pattern: /^Invalid Input Error: CSV Error on Line: (\d+)[^]*\nInvalid unicode/,
    code: 'data/invalid-utf8',
    message: 'line $1 of a CSV file is not valid UTF-8',
  },
  {
    pattern: /^Invalid Input Error: CSV Error on Line: (\d+)/,
    code: 'data/malformed',
    message: 'line $1 of a CSV file is not RFC 4180, or has not as many fields as the header',
  },
  {
    pattern: /^Invalid Input Error: The CSV Parser state machine/,
    code: 'data/malformed',
    message: 'the lines of a CSV file do not all end alike, or a quoted field does not end as RFC 4180 says',
  },
  {
    pattern: /^Invalid Input Error: Malformed JSON in file .* (?:line|record\/value) \d+: invalid UTF-8/,
    code: 'data/invalid-utf8',
    message: 'it holds bytes that are not valid UTF-8',
  },
  {
    pattern: /^Invalid Input Error: (?:Malformed JSON|JSON transform error)/,
    code: 'data/malformed',
    message: 'it is not valid JSON, or not one object a row',
  },
  {
    pattern: /^Invalid Input Error: Invalid string encoding found in Parquet file/,
    code: 'data/invalid-utf8',
    message: 'a text column holds bytes that are not valid UTF-8',
  },
  {
    pattern: /magic bytes|too small to be a Parquet file|TProtocolException|^[^:]*: ?(?:Parquet|Corrupt)/,
    code: 'data/unreadable',
    message: 'it is not a complete Parquet file',
  },
  { pattern: /GZIP/i, code: 'data/unreadable', message: 'it is not a complete gzip file' },
  {
    pattern: /^(?:IO|Permission|Missing Extension) Error/,
    code: 'data/unreadable',
    message: 'a file could not be read',
  },
];

/** The coded error for whatever DuckDB threw while reading; keeps nothing of its text but a number. */
export function readFailure(error: unknown, context: FailureContext): VesicaError {
  if (error instanceof VesicaError) return error;
  const text = error instanceof Error ? error.message : '';
  for (const { pattern, code, message } of KINDS) {
    const found = pattern.exec(text);
    if (found === null) continue;
    return new VesicaError(code, `${context.name}: ${message.replace('$1', found[1] ?? '')}`);
  }
  if (context.isQuery) return queryFailure(text);
  return new VesicaError('data/unreadable', `${context.name}: reading failed`);
}

const QUERY_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/^Parser Error/, 'it has a syntax error'],
  [/^(?:Binder|Catalog) Error/, 'it names a table, column or function that does not exist or does not fit'],
  [
    /^(?:Conversion|Out of Range|Invalid Input) Error/,
    'a value does not convert to the type the query asks for',
  ],
];

/** The coded error for a query that DuckDB refused; `text` is its message, of which only the kind is used. */
function queryFailure(text: string): VesicaError {
  const fault = QUERY_FAULTS.find(([pattern]) => pattern.test(text))?.[1] ?? 'it failed';
  return new VesicaError('data/invalid-query', `data.sql: ${fault}`, { field: 'data.sql' });
}

/** The coded error for a failed file operation: the system's short code (`ENOENT`), never a file's content. */
export function fileFailure(error: unknown, name: string): VesicaError {
  if (error instanceof VesicaError) return error;
  return new VesicaError('data/unreadable', `${name}: cannot be read (${systemCode(error)})`, {
    field: 'data.source',
  });
}

/** `ENOENT`, `Z_BUF_ERROR` and the like, or `unknown`. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : 'unknown';
}
