import type { Page, PageQuery } from '../node/index.js';

const DEFAULT_ITEMS = 50;

/** A page of a list that is at hand as a whole, newest first. */
export function pageOfAll<Item extends { readonly id: string }>(
  all: readonly Item[],
  { after, limit = DEFAULT_ITEMS }: PageQuery,
): Page<Item> {
  const newestFirst = [...all].sort((a, b) => (a.id < b.id ? 1 : -1));
  const rest = after === undefined ? newestFirst : newestFirst.filter(({ id }) => id < after);
  const items = rest.slice(0, limit);
  return { items, next: rest.length > limit ? (items.at(-1)?.id ?? null) : null };
}
