import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { VesicaError } from '../../../src/errors.js';
import { idSource, openStore, type Store, type StoreOptions } from '../../../src/node/store/index.js';
import { seededRandom } from '../../support/deterministic-random.js';

export const NOW = '2026-01-02T03:04:05.678Z';
export const now = (): Date => new Date(NOW);

/** Where `newFolder` makes folders; a node that keeps its state elsewhere may read all of it. */
export const TEST_FOLDERS = join(tmpdir(), 'vesica-test-folders');

/** A new folder, removed when the test ends. */
export function newFolder(parent = TEST_FOLDERS): string {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'vesica-state-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a state with a clock that stands still, and closes it when the test ends. */
export async function openState(folder = newFolder(), options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore(folder, { now, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** The ids of a test, the same at each run. */
export const testIds = (): (() => string) => idSource({ random: seededRandom(1), now });

/** Enters a partner; resolves to its id. */
export async function addPartner({ db }: Store, name: string): Promise<string> {
  const digits = Buffer.from(name).toString('hex').padEnd(64, '0');
  const times = { created_at: NOW, updated_at: NOW, last_seen_at: null };
  await db
    .insertInto('partners')
    .values({
      ...times,
      id: name,
      name,
      fingerprint: `sha256:${digits}`,
      address: null,
      state: 'active',
      note: null,
    })
    .execute();
  return name;
}

/** The coded error that `action` ends with. */
export async function failure(action: Promise<unknown> | (() => unknown)): Promise<VesicaError> {
  try {
    await (typeof action === 'function' ? action() : action);
  } catch (error) {
    if (error instanceof VesicaError) return error;
    throw new Error('it did not end with a coded error', { cause: error });
  }
  throw new Error('it did not fail');
}
