import { VesicaError } from '../../errors.js';
import { itemOf, listOf, textOf, type Item } from './answers.js';
import type { Connection } from './connection.js';

/** Kinds of things that commands name. `name` is the path to the name that people use, if there is one. */
const RESOURCES = {
  partner: { path: '/v1/partners', name: ['name'] },
  agreement: { path: '/v1/agreements', name: ['name'] },
  dataset: { path: '/v1/datasets', name: ['definition', 'name'] },
  session: { path: '/v1/sessions', name: undefined },
  export: { path: '/v1/exports', name: undefined },
  schedule: { path: '/v1/schedules', name: ['name'] },
  token: { path: '/v1/tokens', name: ['name'] },
  alarm: { path: '/v1/alarms', name: undefined },
} as const;

export type ResourceKind = keyof typeof RESOURCES;

const PAGE_ITEMS = 200;
/** Shown when a name is not found. */
const MAX_NAMES = 8;
const MIN_ENDING_CHARS = 4;

export type Filters = Readonly<Record<string, string | number | undefined>>;

/** All items of a list, newest first, page by page; up to `limit` if that is told. */
export async function listAll(
  connection: Connection,
  path: string,
  { limit = Infinity, ...filters }: Filters & { readonly limit?: number } = {},
): Promise<Item[]> {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const left = limit - items.length;
    const query = { ...filters, after, limit: Math.min(PAGE_ITEMS, left) };
    const page = itemOf(await connection.json({ path, query }));
    items.push(...listOf(page, 'items').map(itemOf));
    after = typeof page['next'] === 'string' ? page['next'] : undefined;
  } while (after !== undefined && items.length < limit);
  return items;
}

/** The items of a kind. */
export function listResources(
  connection: Connection,
  kind: ResourceKind,
  filters: Filters & { readonly limit?: number } = {},
): Promise<Item[]> {
  return listAll(connection, RESOURCES[kind].path, filters);
}

/**
 * The item that `text` means: its id or its name. What has no name is meant by the last characters of its id, if no other
 * has them, or by `latest`.
 *
 * @throws VesicaError `api/not-found` naming what there is; `config/invalid` when several are meant.
 */
export async function findResource(connection: Connection, kind: ResourceKind, text: string): Promise<Item> {
  const { path, name } = RESOURCES[kind];
  if (isId(text)) return itemOf(await connection.json({ path: `${path}/${text}` }));
  if (name === undefined && text === 'latest') {
    const [latest] = await listResources(connection, kind, { limit: 1 });
    if (latest !== undefined) return latest;
    throw notFound(kind, `there is no ${kind} yet`);
  }
  const all = await listResources(connection, kind);
  const means = (item: Item): boolean =>
    name === undefined
      ? text.length >= MIN_ENDING_CHARS && textOf(item, 'id').endsWith(text.toUpperCase())
      : textOf(item, ...name) === text;
  const found = all.filter(means);
  const [only] = found;
  if (only === undefined) {
    const names = all.map((item) => textOf(item, ...(name ?? ['id'])));
    const known = [...new Set(names)].slice(0, MAX_NAMES).join(', ');
    throw notFound(
      kind,
      `no ${kind} is called ${JSON.stringify(text)}; there ${known === '' ? 'is none' : `is ${known}`}`,
    );
  }
  if (found.length === 1) return only;
  // Of agreements with one name, only one can be in use.
  const active = found.filter((item) => textOf(item, 'state') === 'active');
  if (active.length === 1 && active[0] !== undefined) return active[0];
  const ids = found.slice(0, MAX_NAMES).map((item) => textOf(item, 'id'));
  throw new VesicaError(
    'config/invalid',
    `${found.length} ${kind}s are meant; use an id: ${ids.join(', ')}`,
    {
      field: kind,
    },
  );
}

/** The id of `findResource`, without asking when `text` is one. */
export async function idOfResource(
  connection: Connection,
  kind: ResourceKind,
  text: string,
): Promise<string> {
  return isId(text) ? text : textOf(await findResource(connection, kind, text), 'id');
}

/** The names of all items of a kind by id; of none when this token may not list them. */
export async function namesById(
  connection: Connection,
  kind: ResourceKind,
): Promise<ReadonlyMap<string, string>> {
  const path = RESOURCES[kind].name ?? ['id'];
  try {
    const all = await listResources(connection, kind);
    return new Map(all.map((item) => [textOf(item, 'id'), textOf(item, ...path)]));
  } catch (error) {
    if (error instanceof VesicaError && error.code === 'api/forbidden') return new Map();
    throw error;
  }
}

/** The path of one item. */
export function pathOf(kind: ResourceKind, id: string, verb?: string): string {
  return `${RESOURCES[kind].path}/${id}${verb === undefined ? '' : `/${verb}`}`;
}

/** The path of all items. */
export function collectionOf(kind: ResourceKind): string {
  return RESOURCES[kind].path;
}

function notFound(kind: ResourceKind, message: string): VesicaError {
  return new VesicaError('api/not-found', message, { field: kind });
}

/** Whether a text has the form of an id: so that the whole node need not be loaded to ask for one. */
function isId(text: string): boolean {
  return /^[0-9A-HJKMNP-TV-Z]{26}$/.test(text);
}
