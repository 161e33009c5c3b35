import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadList } from '../../../src/data/index.js';
import { nodeSecret, SealedFolder } from '../../../src/node/keys/index.js';
import type { SessionRow } from '../../../src/node/store/index.js';
import { systemRandom } from '../../../src/system-random.js';
import { expectNoneIn, failure, keyBytes, leaked, sealing, visible } from '../keys/support.js';
import { addPartner, newFolder, NOW } from '../support/states.js';
import { definitionOf, openNode, people, PEOPLE, source, type Node } from './support.js';

const staged = (folder: string): string[] => readdirSync(join(folder, 'staged'));

describe('a version of a dataset', () => {
  it('has what the load gave: counts, digest, and the list as it was, byte for byte', async () => {
    const node = await openNode();
    const dataset = await people(node);
    const { version, list } = await node.versions.load(dataset, {});
    expect(version).toMatchObject({
      datasetId: dataset.id,
      number: 1,
      state: 'ready',
      definitionDigest: dataset.definitionDigest,
      quality: {
        rows: 7,
        keys: 3,
        withoutConsent: { rows: 1, byReason: { refused: 1 } },
        ambiguous: 0,
        byType: { email: { keys: 3, hashed: 0, duplicates: 1, blank: 1, rejected: { 'not-an-email': 1 } } },
        cells: [
          { labels: ['held'], keys: 1 },
          { labels: ['seen'], keys: 2 },
        ],
        rejected: 1,
        duplicates: 1,
        blank: 1,
      },
      staged: { keyId: sealing(1).keys.current.id },
    });
    expect(await node.versions.find(version.id)).toEqual(version);
    expect(await node.versions.readList(version)).toEqual(list);
    const again = await loadList(dataset.definition.data, { random: systemRandom });
    expect(await node.versions.readList(version)).toEqual(again);
  });

  it('has the digest of the list: the same for the same people, another for one more', async () => {
    const node = await openNode();
    const path = source('people.csv', PEOPLE);
    const dataset = await node.definitions.define(definitionOf(path));
    const first = await node.versions.load(dataset, {});
    const second = await node.versions.load(dataset, {});
    writeFileSync(path, `${PEOPLE}\nerna@example.com,seen,yes`);
    const third = await node.versions.load(dataset, {});
    expect(second.version.digest).toBe(first.version.digest);
    expect(third.version.digest).not.toBe(first.version.digest);
    expect([first, second, third].map(({ version }) => version.number)).toEqual([1, 2, 3]);
    expect((await node.versions.list(dataset.id)).map(({ number }) => number)).toEqual([3, 2, 1]);
    // Another node's digest of the same list is another: its secret is.
    const other = await openNode(newFolder(), sealing(3));
    writeFileSync(path, PEOPLE);
    const elsewhere = await other.versions.load(await other.definitions.define(definitionOf(path)), {});
    expect(elsewhere.version.digest).not.toBe(first.version.digest);
  });

  it('keeps its digest and its list over a rotation of the master key', async () => {
    const folder = newFolder();
    const node = await openNode(folder);
    const dataset = await people(node);
    const { version, list } = await node.versions.load(dataset, {});
    await node.store.close();
    const secrets = await SealedFolder.open(join(folder, 'secrets'), 'secret', sealing(2, 1));
    expect(await secrets.rotate()).toBe(1);
    const changing = await openNode(folder, sealing(2, 1));
    expect([await changing.versions.rotate(), await changing.versions.rotate()]).toEqual([1, 0]);
    await changing.store.close();
    const renewed = await openNode(folder, sealing(2));
    const found = await renewed.versions.find(version.id);
    expect(found?.staged?.keyId).toBe(sealing(2).keys.current.id);
    expect(await renewed.versions.readList(found!)).toEqual(list);
    expect((await renewed.versions.load(dataset, {})).version.digest).toBe(version.digest);
  });

  it('reads the mapped columns and no other', async () => {
    const node = await openNode();
    // Latin-1 bytes, which no column that is read may hold.
    const content = Buffer.from(
      PEOPLE.replaceAll('\n', ',\xfc\n').replace('\xfc', 'note') + ',\xfc',
      'latin1',
    );
    const dataset = await node.definitions.define(definitionOf(source('extra.csv', content)));
    expect((await node.versions.load(dataset, {})).version.quality).toMatchObject({ keys: 3 });
    const mapped = definitionOf(source('mapped.csv', content), { name: 'Mapped' }) as { data: object };
    const wrong = await node.definitions.define({ ...mapped, data: { ...mapped.data, cohorts: ['note'] } });
    await failure(node.versions.load(wrong, {}), 'data/invalid-utf8');
    const untouched = {
      ...mapped,
      name: 'Query',
      role: 'receiver',
      data: {
        sql: "SELECT 'ann@example.com' AS email, error('was read') AS note FROM range(2)",
        identifiers: { email: { type: 'email' } },
        profile: 'uid2',
      },
    };
    const query = await node.definitions.define(untouched);
    expect((await node.versions.load(query, {})).version.quality).toMatchObject({ rows: 2, keys: 1 });
  });

  it('is kept as failed, with a code and without a list, when the load fails', async () => {
    const folder = newFolder();
    const node = await openNode(folder);
    const dataset = await people(node, `${PEOPLE}\ncanary@example.com,seen`);
    const error = await failure(node.versions.load(dataset, {}), 'data/malformed');
    expect(leaked(visible(error), { canary: 'canary@example.com' })).toEqual([]);
    const [version] = await node.versions.list(dataset.id);
    expect(version).toMatchObject({
      number: 1,
      state: 'failed',
      errorCode: 'data/malformed',
      digest: null,
      staged: null,
    });
    await failure(node.versions.readList(version!), 'data/unreadable');
    const cancelled = { signal: AbortSignal.abort() };
    await failure(
      node.versions.load(
        await node.definitions.define(definitionOf(source('a.csv', PEOPLE), { name: 'A' })),
        cancelled,
      ),
      'session/cancelled',
    );
    expect(staged(folder)).toEqual([]);
    await failure(
      node.versions.load(await node.definitions.setState(dataset, 'archived'), {}),
      'config/invalid',
    );
  });
});

describe('a staged list', () => {
  it('goes on demand, and with the version when its time has come', async () => {
    const folder = newFolder();
    let clock = new Date(NOW);
    const node = await openNode(folder, sealing(1), () => clock);
    const dataset = await people(node);
    const { version: kept } = await node.versions.load(dataset, {});
    const { version: brief } = await node.versions.load(dataset, {
      expiresAt: new Date(clock.getTime() + 1000),
    });
    await node.versions.unstage(kept.id);
    expect(staged(folder)).toEqual([`${brief.id}.list`]);
    expect(await node.versions.find(kept.id)).toEqual({ ...kept, staged: null });

    expect(await node.versions.due()).toEqual([]);
    clock = new Date(clock.getTime() + 1000);
    expect(await node.versions.due()).toEqual([brief]);
    await node.versions.delete(brief.id);
    expect(staged(folder)).toEqual([]);
    expect(await node.versions.find(brief.id)).toEqual({
      ...brief,
      state: 'deleted',
      staged: null,
      quality: null,
      deletedAt: clock.toISOString(),
    });
    expect(await node.versions.due()).toEqual([]);
  });

  it('is on the disk after a start only for a session that has not ended', async () => {
    const folder = newFolder();
    const node = await openNode(folder);
    const dataset = await people(node);
    const versions: string[] = [];
    for (let i = 0; i < 4; i += 1) versions.push((await node.versions.load(dataset, {})).version.id);
    await addPartner(node.store, 'partner');
    await addSession(node, versions[0]!, 'running');
    await addSession(node, versions[1]!, 'done');
    await addSession(node, versions[2]!, 'failed');
    // A load that the end of the process broke off, at any point of it.
    const row = { dataset_id: dataset.id, definition_digest: dataset.definitionDigest, created_at: NOW };
    const broken = { ...row, id: 'broken', number: 9, state: 'loading' } as never;
    await node.store.db.insertInto('dataset_versions').values(broken).execute();
    for (const name of ['broken.list', 'unknown.list']) writeFileSync(join(folder, 'staged', name), 'x');
    await node.store.close();

    const next = await openNode(folder);
    const recovered = await next.versions.recover();
    expect(recovered.brokenOff).toEqual(['broken']);
    expect([...recovered.deleted].sort()).toEqual(
      [...versions.slice(1).map((id) => `${id}.list`), 'unknown.list'].sort(),
    );
    expect(staged(folder)).toEqual([`${versions[0]!}.list`]);
    const found = await next.versions.list(dataset.id);
    expect(found.map(({ staged: list }) => list !== null)).toEqual([false, false, false, false, true]);
    expect(found[0]).toMatchObject({ id: 'broken', state: 'failed', errorCode: 'session/cancelled' });
    await next.versions.readList(found[4]!);
  });
});

async function addSession({ store }: Node, versionId: string, state: SessionRow['state']): Promise<void> {
  const ended = state === 'running' ? null : NOW;
  const row = {
    id: `${versionId}-${state}`,
    partner_id: 'partner',
    dataset_version_id: versionId,
    side: 'initiator',
    mode: 'psi',
    role: 'receiver',
    state,
    purpose: '',
    terms: '{}',
    terms_digest: '0'.repeat(64),
    error_code: state === 'failed' ? 'internal/defect' : null,
    created_at: NOW,
    updated_at: NOW,
    ended_at: ended,
  };
  await store.db
    .insertInto('sessions')
    .values(row as never)
    .execute();
}

describe('the state folder', () => {
  it('holds no identifier, match key or key of the node in clear, hexadecimal or base64', async () => {
    const folder = newFolder();
    const node = await openNode(folder);
    const dataset = await people(node);
    const { list } = await node.versions.load(dataset, {});
    await failure(node.versions.load(await people2(node), {}), 'data/malformed');
    const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
    const place = await SealedFolder.open(join(folder, 'secrets'), 'secret', sealing(1));
    const secrets = {
      address: 'ann@example.com',
      other: 'carl@example.com',
      local: 'canary',
      key: sha256('ann@example.com'),
      plainDigest: createHash('sha256').update(list.types).update(list.keys).digest(),
      keys: list.keys.slice(0, 64),
      master: keyBytes(1),
      secret: (await nodeSecret(place, 'digests', systemRandom)).export(),
    };
    // The keys are what the test takes them for.
    expect(Buffer.from(list.keys).includes(secrets.key)).toBe(true);
    expectNoneIn(folder, secrets);
    await node.store.close();
    expectNoneIn(folder, secrets);
  });
});

async function people2(node: Node): ReturnType<typeof people> {
  return node.definitions.define(
    definitionOf(source('bad.csv', `${PEOPLE}\ncanary@x.example,seen`), { name: 'Bad' }),
  );
}
