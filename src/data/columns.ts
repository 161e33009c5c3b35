import { VesicaError } from '../errors.js';

/** Most column names an error lists. */
const MAX_LISTED = 40;

/**
 * The position of column `wanted` among `names`: the name spelled exactly so, else the only one that differs in case.
 *
 * @throws VesicaError `data/missing-column` when there is none; `data/malformed` when it cannot be told which is meant.
 */
export function findColumn(wanted: string, names: readonly string[], sourceName: string): number {
  for (const same of [(name: string) => name === wanted, sameButForCase(wanted)]) {
    const found = names.flatMap((name, position) => (same(name) ? [position] : []));
    if (found.length > 1) {
      throw new VesicaError(
        'data/malformed',
        `${sourceName}: column "${wanted}" occurs ${found.length} times; give each column its own name`,
        { field: wanted },
      );
    }
    if (found[0] !== undefined) return found[0];
  }
  throw new VesicaError(
    'data/missing-column',
    `${sourceName}: there is no column "${wanted}"; ${listed(names)}`,
    { field: wanted },
  );
}

function sameButForCase(wanted: string): (name: string) => boolean {
  const folded = wanted.toLowerCase();
  return (name) => name.toLowerCase() === folded;
}

/**
 * The columns that exist, for a message. A file without a header has data in its first line, and data must not reach a
 * message: if any name looks like data, none is shown.
 */
function listed(names: readonly string[]): string {
  if (names.some(looksLikeData)) return 'its first line looks like data, not like column names';
  const shown = names.slice(0, MAX_LISTED).map((name) => `"${name}"`);
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '';
  return `it has ${shown.join(', ') || 'no columns'}${more}`;
}

/** An address, a number of five digits or more, a digest, a control character, or too long for a name. */
function looksLikeData(name: string): boolean {
  return /@|\d(?:[ ()./-]?\d){4}|[0-9a-zA-Z+/]{32}|\p{Cc}/u.test(name) || name.length > 64;
}
