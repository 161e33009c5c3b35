import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceFolders } from '../../../src/node/datasets/index.js';
import { visible } from '../keys/support.js';
import { openNode, OPERATOR, type TestNode } from '../support/nodes.js';
import { failure, newFolder } from '../support/states.js';

/** What must never come out: what a test's key file, identity, state and environment hold. */
const SECRET = 'k3yCanary7f2e9d';
const LIST = `email,arm\nann@example.com,${SECRET}\n`;
const COLUMNS = { identifiers: { email: { type: 'email' } }, cohorts: ['arm'], profile: 'uid2' };

interface Place {
  readonly node: TestNode;
  readonly lists: string;
  /** Path of a file in the node's folder. */
  readonly path: (name: string) => string;
}

/** A node as `vesica init` makes it: lists, keys and state side by side. */
async function place(): Promise<Place> {
  const folder = newFolder(join(tmpdir(), 'vesica-test-nodes'));
  const path = (name: string): string => join(folder, name);
  const lists = path('lists');
  mkdirSync(lists);
  mkdirSync(path('lists2'));
  for (const name of ['master.key', 'node.id', 'secret.csv', 'lists2/secret.csv', 'lists/people.csv']) {
    writeFileSync(path(name), name === 'lists/people.csv' ? LIST.replace(SECRET, 'seen') : LIST);
  }
  const node = await openNode('here', {
    stateFolder: path('state'),
    dataFolders: [lists],
    keepOut: [path('master.key'), path('node.id')],
  });
  writeFileSync(path('state/secret.csv'), LIST);
  return { node, lists, path };
}

const definitionOf = (data: object): object => ({
  name: 'People',
  lineage: 'people',
  role: 'cohorts',
  data: { ...COLUMNS, ...data },
});

/** What an operator is told who defines a dataset and loads it. */
async function told(
  { services }: TestNode,
  data: object,
): Promise<{ code: string; field: unknown; all: string }> {
  const error = await failure(async () => {
    const { id } = await services.datasets.define(definitionOf(data), OPERATOR);
    await services.datasets.loadVersion(id, OPERATOR);
  });
  const datasets = await services.datasets.list();
  const versions = await Promise.all(datasets.map(({ id }) => services.versions.list(id)));
  const { entries } = await services.context.audit.entries({ limit: 100 });
  const seen = [error, error.message, datasets, versions, entries].map((one) => visible(one).toString());
  return { code: error.code, field: error.field, all: seen.join('\n') };
}

describe('a source', () => {
  it('in a folder of datasets is read, also by a link that stays in it and by SQL', async () => {
    const { node, lists } = await place();
    symlinkSync('people.csv', join(lists, 'latest.csv'));
    const { datasets } = node.services;
    const people = join(lists, 'people.csv');
    for (const [i, data] of [
      { source: people },
      { source: join(lists, 'latest.csv') },
      { source: join(lists, '..', 'lists', 'people.csv') },
      { sql: `SELECT * FROM '${people}'` },
      { sql: `SELECT * FROM read_csv('${join(lists, 'p*.csv')}')` },
    ].entries()) {
      const { id } = await datasets.define({ ...definitionOf(data), name: `People ${i}` }, OPERATOR);
      expect((await datasets.loadVersion(id, OPERATOR)).quality?.cells).toEqual([
        { labels: ['seen'], keys: 1 },
      ]);
    }
  });

  it.each([
    ['beside the folder', 'secret.csv'],
    ['in a folder whose name begins alike', 'lists2/secret.csv'],
    ['in the state', 'state/secret.csv'],
    ['that is not there', 'nothing.csv'],
    ['above the folder', 'lists/../secret.csv'],
  ])('%s is refused when it is defined', async (_, name) => {
    const { node, lists, path } = await place();
    const source = `${path('')}/${name}`;
    const answer = await told(node, { source });
    expect([answer.code, answer.field]).toEqual(['config/invalid', 'data.source']);
    expect(answer.all).toContain(lists);
    expect(answer.all).not.toContain(SECRET);
    expect(await node.services.datasets.list()).toEqual([]);
    const { id } = await node.services.datasets.define(
      definitionOf({ source: join(lists, 'people.csv') }),
      OPERATOR,
    );
    const changed = node.services.datasets.redefine(id, definitionOf({ source }), OPERATOR);
    expect((await failure(changed)).field).toBe('data.source');
  });

  it.each(['master.key', 'node.id', 'secret.csv', 'state/secret.csv', '/proc/self/environ'])(
    'that is a link to %s is refused, also one made after it was defined',
    async (name) => {
      const { node, lists, path } = await place();
      const target = name.startsWith('/') ? name : path(name);
      symlinkSync(relative(lists, target), join(lists, 'link.csv'));
      const answer = await told(node, { source: join(lists, 'link.csv') });
      expect([answer.code, answer.field]).toEqual(['config/invalid', 'data.source']);
      expect(answer.all).not.toContain(SECRET);

      const people = join(lists, 'people.csv');
      const { id } = await node.services.datasets.define(definitionOf({ source: people }), OPERATOR);
      rmSync(people);
      renameSync(join(lists, 'link.csv'), people);
      const error = await failure(node.services.datasets.loadVersion(id, OPERATOR));
      expect([error.code, error.field]).toEqual(['config/invalid', 'data.source']);
      const [version] = await node.services.versions.list(id);
      expect(version).toMatchObject({ state: 'failed', errorCode: 'config/invalid', quality: null });
    },
  );
});

describe('SQL', () => {
  const asText = (file: string): string =>
    `SELECT 'ann@example.com' AS email, line AS arm FROM read_csv('${file}', header = false, delim = '\\0', quote = '', ` +
    `columns = {line: 'VARCHAR'}, ignore_errors = true)`;

  it('reads no key, identity, state, environment or name of a file by any path', async () => {
    const { node, lists, path } = await place();
    symlinkSync('../master.key', join(lists, 'link.csv'));
    symlinkSync('..', join(lists, 'up'));
    const files = [
      path('master.key'),
      path('node.id'),
      path('secret.csv'),
      path('lists2/secret.csv'),
      path('state/secret.csv'),
      `${lists}/../master.key`,
      `${lists}/link.csv`,
      `${lists}/up/master.key`,
      `${lists}/up/*.key`,
      `${path('')}/*.key`,
      `${path('')}/l*/secret.csv`,
      `${lists}/**/*.key`,
      `file://${path('master.key')}`,
      relative(process.cwd(), path('master.key')),
      '/proc/self/environ',
      '/proc/self/cwd/package.json',
    ];
    const queries = [
      ...files.map(asText),
      `SELECT * FROM '${path('secret.csv')}'`,
      `SELECT 'ann@example.com' AS email, file AS arm FROM glob('${path('')}/*.key')`,
      `SELECT 'ann@example.com' AS email, (SELECT any_value(arm) FROM '${path('secret.csv')}') AS arm`,
    ];
    for (const [i, sql] of queries.entries()) {
      const { services } = node;
      const { id } = await services.datasets.define({ ...definitionOf({ sql }), name: `SQL ${i}` }, OPERATOR);
      const error = await failure(services.datasets.loadVersion(id, OPERATOR));
      expect(['data/unreadable', 'data/invalid-query'], sql).toContain(error.code);
      const seen = [error.message, error, await services.versions.list(id)];
      for (const one of seen) expect(visible(one).toString(), sql).not.toContain(SECRET);
    }
    // The same query of a file in the folder: it is the place that is refused.
    writeFileSync(join(lists, 'line.txt'), 'plain\n');
    const allowed = { ...definitionOf({ sql: asText(join(lists, 'line.txt')) }), name: 'Allowed' };
    const { id } = await node.services.datasets.define(allowed, OPERATOR);
    const { quality } = await node.services.datasets.loadVersion(id, OPERATOR);
    expect(quality?.cells).toEqual([{ labels: ['plain'], keys: 1 }]);
  });
});

describe('labels of cohorts', () => {
  it.each([
    ['email AS arm', 'an address'],
    ['sha256(email) AS arm', 'a digest'],
    [`'+49 30 90' || '1820' AS arm`, 'a phone number'],
  ])('from %s are refused before there is a version: %s', async (column) => {
    const { node, lists } = await place();
    const answer = await told(node, { sql: `SELECT email, ${column} FROM '${join(lists, 'people.csv')}'` });
    expect([answer.code, answer.field]).toEqual(['config/invalid', 'data.cohorts']);
    expect(answer.all).not.toMatch(/ann@|901820|[0-9a-f]{64}"?\],"keys/);
    const [dataset] = await node.services.datasets.list();
    const [version] = await node.services.versions.list(dataset!.id);
    expect(version).toMatchObject({ state: 'failed', staged: null, quality: null });
  });
});

describe('folders of datasets', () => {
  it('must be there, and hold nothing that is kept out nor lie in it', async () => {
    const { lists, path } = await place();
    symlinkSync(path('state'), path('alias'));
    for (const [folder, kept] of [
      [path('missing'), path('state')],
      [path('master.key'), path('state')],
      ['lists', path('state')],
      [path(''), path('master.key')],
      [path(''), path('not-made-yet.key')],
      [path('state'), path('state')],
      [path('alias'), path('state')],
      ['/', path('state')],
      ['/proc/self', path('state')],
    ] as const) {
      const error = await failure(SourceFolders.open({ folders: [lists, folder], keepOut: [kept] }));
      expect([error.code, error.field], folder).toEqual(['config/invalid', 'data.folders']);
    }
  });

  it('that hold a key end the start of a node', async () => {
    const { path, lists } = await place();
    const keepOut = [join(lists, 'my.key')];
    const error = await failure(
      openNode('other', { stateFolder: path('other'), dataFolders: [lists], keepOut }),
    );
    expect(error.field).toBe('data.folders');
    expect(error.message).toContain(keepOut[0]);
  });

  it('may be none, and then nothing is read', async () => {
    const { lists } = await place();
    const none = await SourceFolders.open({ folders: [], keepOut: [] });
    const source = join(lists, 'people.csv');
    expect((await failure(none.require({ source }))).message).toContain('names none');
    expect((await none.readable({ ...COLUMNS, sql: 'SELECT 1' } as never)).database.sqlFolders).toEqual([]);
  });
});
