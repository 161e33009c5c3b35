import { VesicaError } from '../../errors.js';

/**
 * What the commands read of the API's answers. An answer of a newer node may have more fields; one that lacks what is read
 * here shows as `-`.
 */
export type Item = Readonly<Record<string, unknown>>;

export function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value` as an object. @throws VesicaError `api/unavailable` when the node answered with something else. */
export function itemOf(value: unknown): Item {
  if (isItem(value)) return value;
  throw new VesicaError('api/unavailable', 'the answer of the node is not what this version expects');
}

/** The text at a path of keys; `-` when there is none. */
export function textOf(value: unknown, ...path: readonly string[]): string {
  const found = path.reduce<unknown>((at, key) => (isItem(at) ? at[key] : undefined), value);
  if (typeof found === 'string' && found !== '') return found;
  if (typeof found === 'number' || typeof found === 'boolean') return String(found);
  return '-';
}

/** The list at a key; empty when there is none. */
export function listOf(value: unknown, key: string): readonly unknown[] {
  const found = isItem(value) ? value[key] : undefined;
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

/** A time to the minute, as people read it. */
export function minuteOf(value: unknown, ...path: readonly string[]): string {
  const text = textOf(value, ...path);
  return /^\d{4}-\d{2}-\d{2}T/.test(text) ? `${text.slice(0, 10)} ${text.slice(11, 16)}Z` : text;
}
