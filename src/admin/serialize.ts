import type { TSchema } from 'typebox';
import { Clean } from 'typebox/value';

/**
 * The JSON of an answer, with nothing in it that its schema does not name: a field that a service adds for itself does not
 * leave the node before somebody writes it down.
 */
export function serialized(schema: TSchema, answer: unknown): string {
  // `Clean` works in place, and what services hand out is theirs.
  const copy: unknown = JSON.parse(JSON.stringify(answer));
  return JSON.stringify(Clean(schema, copy));
}
