import type { ApiProblem, DatasetDefinition } from '../../api/index.js';

/** A definition as far as it has got: any JSON object, of which the form shows the parts that it knows. */
export type Draft = Readonly<Record<string, unknown>>;

/** What the fields of a draft are given. */
export interface DraftProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly error: ApiProblem | null;
}

export const EMPTY_DRAFT: Draft = {
  name: '',
  lineage: '',
  role: 'receiver',
  data: { source: '', identifiers: { email: { type: 'email' } }, profile: 'uid2' },
};

/** The value at a path; `undefined` where there is none. */
export function at(draft: unknown, path: readonly string[]): unknown {
  let value = draft;
  for (const key of path) {
    if (!isRecord(value)) return undefined;
    value = value[key];
  }
  return value;
}

export function textAt(draft: unknown, path: readonly string[]): string {
  const value = at(draft, path);
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';
}

/** The draft with `value` at a path; `undefined` takes it away. Whatever else is there stays. */
export function withAt(draft: unknown, path: readonly string[], value: unknown): Draft {
  const [key, ...rest] = path;
  const record: Record<string, unknown> = isRecord(draft) ? { ...draft } : {};
  if (key === undefined) return record;
  const next = rest.length === 0 ? value : withAt(record[key], rest, value);
  if (next === undefined) return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
  return { ...record, [key]: next };
}

/** A column of identifiers, as a line of the form; two lines may have the same name while it is typed. */
export interface IdentifierLine {
  readonly column: string;
  readonly rule: Readonly<Record<string, unknown>>;
}

export function identifierLines(draft: unknown): IdentifierLine[] {
  const identifiers = at(draft, ['data', 'identifiers']);
  if (!isRecord(identifiers)) return [];
  return Object.entries(identifiers).map(([column, rule]) => ({ column, rule: isRecord(rule) ? rule : {} }));
}

export interface MeasureLine {
  readonly name: string;
  readonly column: string;
  readonly rule: Readonly<Record<string, unknown>>;
}

export const NEW_MEASURE: MeasureLine = {
  name: '',
  column: '',
  rule: { quantum: '1', bound: '1', aboveBound: 'clamp', betweenQuanta: 'round-nearest', missing: 'zero' },
};

export function measureLines(draft: unknown): MeasureLine[] {
  const measures = at(draft, ['data', 'measures']);
  if (!Array.isArray(measures)) return [];
  return measures.map((measure: unknown) => {
    const rule = at(measure, ['rule']);
    return {
      name: textAt(measure, ['name']),
      column: textAt(measure, ['column']),
      rule: isRecord(rule) ? rule : {},
    };
  });
}

/** `a, b` as a list; nothing for an empty text. */
export function listOf(text: string): string[] | undefined {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  return items.length === 0 ? undefined : items;
}

/** What is sent. The node checks it: the form cannot know all of its rules. */
export function definitionOf(draft: Draft): DatasetDefinition {
  return draft as unknown as DatasetDefinition;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
