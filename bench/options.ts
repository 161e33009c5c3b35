import { parseArgs } from 'node:util';

/** The options every benchmark takes, with its own defaults. */
export function options(
  rest: readonly string[],
  defaults: { readonly rounds: number; readonly items: number },
): { json: boolean; rounds: number; items: number } {
  const { values } = parseArgs({
    args: [...rest],
    options: { json: { type: 'boolean' }, rounds: { type: 'string' }, items: { type: 'string' } },
  });
  return {
    json: values.json ?? false,
    rounds: positive('rounds', values.rounds, defaults.rounds),
    items: positive('items', values.items, defaults.items),
  };
}

function positive(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`--${name} must be a whole number of at least 1`);
  return value;
}
