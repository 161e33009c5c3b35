import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '../../../src/system-random.js';
import { Definitions, SourceFolders, Versions, type Dataset } from '../../../src/node/datasets/index.js';
import { nodeSecret, SealedFolder, type Sealing } from '../../../src/node/keys/index.js';
import { idSource, type Store } from '../../../src/node/store/index.js';
import { sealing } from '../keys/support.js';
import { newFolder, now, openState } from '../support/states.js';

/** Where sources are, outside of every state. */
const SOURCES = join(tmpdir(), 'vesica-test-sources');

/** The datasets of a node, in its state folder. */
export interface Node {
  readonly store: Store;
  readonly definitions: Definitions;
  readonly versions: Versions;
}

/** Opens the state in `folder` with its datasets, under a master key. */
export async function openNode(folder = newFolder(), seal: Sealing = sealing(1), clock = now): Promise<Node> {
  const store = await openState(folder, { now: clock });
  const newId = idSource({ random: systemRandom, now: clock });
  const secrets = await SealedFolder.open(join(folder, 'secrets'), 'secret', seal);
  return {
    store,
    definitions: new Definitions(store.db, { newId, now: clock }),
    versions: new Versions({
      store,
      folder: await SealedFolder.open(join(folder, 'staged'), 'list', seal),
      sources: await sources(folder),
      secret: await nodeSecret(secrets, 'digests', seal.random),
      random: systemRandom,
      newId,
      now: clock,
    }),
  };
}

/** The folder of `source`, for a node with its state in `state`. */
export function sources(state: string): Promise<SourceFolders> {
  mkdirSync(SOURCES, { recursive: true });
  return SourceFolders.open({ folders: [SOURCES], keepOut: [state] });
}

/** Writes a file outside of the state; its path. */
export function source(name: string, content: string | Uint8Array): string {
  const path = join(newFolder(SOURCES), name);
  writeFileSync(path, content);
  return path;
}

export const PEOPLE = [
  'email,arm,ok',
  'ann@example.com,seen,yes',
  'bob@example.com,seen,yes',
  'carl@example.com,held,yes',
  'dora@example.com,held,no',
  'nonsense,held,yes',
  'ann@example.com,seen,yes',
  ',held,yes',
].join('\n');

/** A dataset with cohorts and consent over a file. */
export function definitionOf(path: string, more: object = {}): object {
  return {
    name: 'People',
    lineage: 'people',
    role: 'cohorts',
    data: {
      source: path,
      identifiers: { email: { type: 'email' } },
      cohorts: ['arm'],
      consent: { column: 'ok', equals: true },
      profile: 'uid2',
    },
    ...more,
  };
}

export async function people(node: Node, content: string = PEOPLE): Promise<Dataset> {
  return node.definitions.define(definitionOf(source('people.csv', content)));
}
