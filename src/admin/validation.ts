import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { VesicaError } from '../errors.js';

/** Part of a request. */
export type RequestPart = 'params' | 'query' | 'body';

const MAX_FIELD_CHARS = 100;
const MAX_DEPTH = 32;
/** Line breaks are part of SQL texts. */
const UNREADABLE = /[\p{Cs}\p{Noncharacter_Code_Point}]|(?![\t\n\r])\p{Cc}/u;

interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

/**
 * A check of one part of a request. Values of a query, which are all texts, become the numbers that the schema asks for;
 * nothing else is converted, nothing is left out, and unknown fields are refused.
 *
 * The function returned throws VesicaError `api/invalid-request`: the field is the path within the part, never a value.
 */
export function checkOf(schema: TSchema, part: RequestPart): (input: unknown) => unknown {
  const validator = Compile(schema);
  const integers = part === 'query' ? integersOf(schema) : [];
  return (input) => {
    requireReadable(input, part);
    const value = integers.length > 0 ? withNumbers(input, integers) : input;
    if (validator.Check(value)) return value;
    const errors: readonly Fault[] = validator.Errors(value);
    // A key that does not belong is told twice, and an alternative sums up its parts: this one says most.
    const fault = errors.find(({ keyword }) => keyword === 'additionalProperties') ?? errors.at(-1);
    const field = plainField(fault, part);
    throw invalid(field, `${field}: ${fault?.message ?? 'is invalid'}`);
  };
}

/** Texts that no field can mean: control characters, halves of characters; and documents too deep for any of them. */
function requireReadable(value: unknown, field: string, depth = 0): void {
  if (depth > MAX_DEPTH) throw invalid(field, `${field} is nested too deeply`);
  if (typeof value === 'string') {
    if (UNREADABLE.test(value)) throw invalid(field, `${field}: text with a control character`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      const name = isPlain(key) && depth > 0 ? `${field}.${key}` : isPlain(key) ? key : field;
      if (UNREADABLE.test(key)) throw invalid(field, `${field}: a key with a control character`);
      requireReadable(item, name, depth + 1);
    }
  }
}

function integersOf(schema: TSchema): string[] {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> };
  return Object.entries(properties).flatMap(([name, { type }]) => (type === 'integer' ? [name] : []));
}

function withNumbers(input: unknown, names: readonly string[]): unknown {
  const query = { ...(input as Record<string, unknown>) };
  for (const name of names) {
    const text = query[name];
    if (typeof text === 'string' && /^(0|[1-9]\d{0,14})$/.test(text)) query[name] = Number(text);
  }
  return query;
}

/** Where a fault is. Only names that are plain are told: a key can be anything, also somebody's address. */
function plainField(fault: Fault | undefined, part: RequestPart): string {
  if (fault === undefined) return part;
  const { additionalProperties, requiredProperties } = fault.params as {
    additionalProperties?: readonly string[];
    requiredProperties?: readonly string[];
  };
  const key = (additionalProperties ?? requiredProperties ?? []).slice(0, 1);
  const levels = [...fault.instancePath.split('/').slice(1), ...key];
  const plain: string[] = [];
  for (const level of levels) {
    if (!isPlain(level)) break;
    plain.push(level);
  }
  return plain.length === 0 ? part : plain.join('.').slice(0, MAX_FIELD_CHARS);
}

function isPlain(key: string): boolean {
  return /^[A-Za-z0-9_-]{1,48}$/.test(key);
}

function invalid(field: string, message: string): VesicaError {
  return new VesicaError('api/invalid-request', message, { field });
}
