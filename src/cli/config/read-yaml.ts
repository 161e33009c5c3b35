import { readFileSync } from 'node:fs';
import type { Static, TSchema } from 'typebox';
import { Check, Errors } from 'typebox/schema';
import { type Document, parseDocument } from 'yaml';
import { VesicaError } from '../../errors.js';

/**
 * The YAML document in the file at `path`, checked against `schema`.
 *
 * @throws VesicaError `config/unreadable`; `config/invalid` naming the line of a syntax error or the key at fault.
 */
export function readYaml<Schema extends TSchema>(path: string, schema: Schema): Static<Schema> {
  return checkedValue(readYamlValue(path), schema, () => path);
}

/**
 * The YAML document in the file at `path`, whatever it holds.
 *
 * @throws VesicaError `config/unreadable`; `config/invalid` naming the line of a syntax error.
 */
export function readYamlValue(path: string): unknown {
  const document = parseDocument(readText(path));
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) {
    const line = syntaxError.linePos?.[0].line ?? 0;
    throw new VesicaError('config/invalid', `${path}, line ${line}: this is not YAML (${syntaxError.code})`);
  }
  return contentOf(document, path);
}

/**
 * `value` if it is of the form of `schema`.
 *
 * @param sourceOf - Where the key at fault was read, for the message.
 * @throws VesicaError `config/invalid` naming the key.
 */
export function checkedValue<Schema extends TSchema>(
  value: unknown,
  schema: Schema,
  sourceOf: (field: string) => string,
): Static<Schema> {
  // Not compiled: each schema is used once, and what compiles is slow to load.
  if (Check(schema, value)) return value;
  // The last error of the list sums up an alternative; one with a key that does not belong says most.
  const [, errors] = Errors(schema, value);
  const error = errors.find(({ keyword }) => keyword === 'additionalProperties') ?? errors[errors.length - 1];
  const at = (error?.instancePath ?? '').split('/').filter((part) => part !== '');
  const { key, what } = explain(error?.keyword ?? '', error?.params ?? {}, error?.message ?? 'is invalid');
  const field = [...at, ...key].join('.');
  const message = `${sourceOf(field)}: ${field === '' ? 'the file' : field} ${what}`;
  throw new VesicaError('config/invalid', message, { field });
}

/** The plain value of a document. Aliases that multiply without end are refused by the parser with an error of its own. */
function contentOf(document: Document, path: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new VesicaError('config/invalid', `${path}: its aliases (*name) cannot be followed`, { cause });
  }
}

function explain(keyword: string, params: object, message: string): { key: string[]; what: string } {
  if (keyword === 'required' && 'requiredProperties' in params) {
    return { key: [String((params.requiredProperties as string[])[0])], what: 'is missing' };
  }
  if (keyword === 'additionalProperties' && 'additionalProperties' in params) {
    return {
      key: [String((params.additionalProperties as string[])[0])],
      what: 'is not a key that exists here',
    };
  }
  if (keyword === 'enum' && 'allowedValues' in params) {
    return { key: [], what: `must be one of: ${(params.allowedValues as string[]).join(', ')}` };
  }
  if (keyword === 'anyOf') return { key: [], what: 'has a value that is not allowed here' };
  return { key: [], what: message };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new VesicaError('config/unreadable', `${path}: the file cannot be read (${reason})`, { cause });
  }
}
