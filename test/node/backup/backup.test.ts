import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditLog } from '../../../src/node/audit/index.js';
import {
  backupsIn,
  checkManifest,
  pruneBackups,
  restoreBackup,
  scheduledName,
  verifyBackup,
  writeBackup,
  type RestoreOptions,
} from '../../../src/node/backup/index.js';
import { SealedFolder } from '../../../src/node/keys/index.js';
import { openNodeLedger } from '../../../src/node/ledger/index.js';
import { sql, type Store } from '../../../src/node/store/index.js';
import { createIdentity } from '../../../src/transport/index.js';
import { seededRandom } from '../../support/deterministic-random.js';
import { filesUnder, sealing } from '../keys/support.js';
import { ACCOUNT, cost, newLedger, request, testCipher, type TestLedger } from '../support/node-ledgers.js';
import { failure, newFolder, now, NOW, openState } from '../support/states.js';

const COMMAND = { kind: 'command', name: 'vesica backup' } as const;
const SEALED = [
  { folder: 'secrets', purpose: 'secret' },
  { folder: 'exports', purpose: 'export' },
];
const HEX = '0'.repeat(64);

/** A node with a past: a spent and a reserved cost, an open session, a token, an export, a secret. */
async function nodeWithData(): Promise<
  TestLedger & { folder: string; identity: ReturnType<typeof createIdentity> }
> {
  const identity = createIdentity('test');
  const store = await openState();
  for (const id of ['acme', 'bolt']) await addPartner(store, id);
  const node = await newLedger({ store, identity });
  await addSession(store, 's1', 'offered');
  await addSession(store, 's2', 'done');
  const session = await node.session();
  await (await session.reserve(request(1), cost('0.5'))).commit();
  await (await node.session({ partner: 'bolt' })).reserve(request(2), cost('0.25'));
  await store.db
    .insertInto('tokens')
    .values({
      id: 't1',
      name: 'ops',
      role: 'operator',
      hash: HEX,
      created_at: NOW,
      created_by: 'init',
      expires_at: null,
      revoked_at: null,
      last_used_at: null,
    })
    .execute();
  for (const { folder, purpose } of SEALED) {
    const sealed = await SealedFolder.open(join(store.folder, folder), purpose, sealing(1));
    await sealed.write(`${folder}.bin`, [Buffer.alloc(70_000, folder)]);
  }
  await addExport(store, 'e1', 'exports.bin');
  return { ...node, identity, folder: newFolder() };
}

async function addPartner({ db }: Store, id: string): Promise<void> {
  const fingerprint = `sha256:${Buffer.from(id).toString('hex').padEnd(64, '0')}`;
  const times = { created_at: NOW, updated_at: NOW, last_seen_at: null };
  const row = { id, name: id, fingerprint, address: null, note: null, state: 'active' as const, ...times };
  await db.insertInto('partners').values(row).execute();
}

async function addSession({ db }: Store, id: string, state: 'offered' | 'done'): Promise<void> {
  const absent = {
    agreement_id: null,
    dataset_id: null,
    dataset_version_id: null,
    schedule_id: null,
    protocol_session: null,
    request_digest: null,
    own_consent_by: null,
    own_consent_at: null,
    peer_consent_at: null,
    own_receipt: null,
    peer_receipt: null,
    transcript_digest: null,
    own_items: null,
    peer_items: null,
    error_code: null,
    error_field: null,
    error_reported_by: null,
    expires_at: null,
    started_at: null,
  };
  await db
    .insertInto('sessions')
    .values({
      ...absent,
      id,
      partner_id: 'acme',
      side: 'initiator',
      mode: 'psi-ca',
      role: 'both',
      state,
      purpose: 'test',
      terms: '{}',
      terms_digest: HEX,
      on_unanswered: 'refuse',
      created_at: NOW,
      updated_at: NOW,
      ended_at: state === 'done' ? NOW : null,
    })
    .execute();
}

async function addExport({ db }: Store, id: string, file: string): Promise<void> {
  await db
    .insertInto('exports')
    .values({
      id,
      session_id: 's2',
      kind: 'audience',
      profile: 'own',
      format: 'csv',
      state: 'ready',
      file,
      row_count: 1,
      byte_count: 1,
      digest: HEX,
      key_id: null,
      requested_by: 'ops',
      error_code: null,
      created_at: NOW,
      expires_at: null,
      deleted_at: null,
    })
    .execute();
}

type Node = Awaited<ReturnType<typeof nodeWithData>>;

async function backUp(node: Node, name = 'backup', extras: Record<string, string> = {}): Promise<string> {
  const target = join(node.folder, name);
  await writeBackup(target, {
    ...node,
    party: 'test',
    software: 'vesica test',
    sealed: SEALED,
    extras,
    actor: COMMAND,
    now,
  });
  return target;
}

const restoring = (
  node: Pick<Node, 'identity' | 'folder'>,
  parts: Partial<RestoreOptions> = {},
): RestoreOptions => ({
  identity: node.identity,
  formerKeys: [],
  keys: sealing(1).keys,
  sealed: SEALED,
  random: seededRandom(3),
  now,
  stateFolder: join(node.folder, 'state'),
  after: 'suspend-partners',
  tokens: 'revoke',
  actor: { kind: 'command', name: 'vesica restore' },
  ...parts,
});

describe('a backup', () => {
  it('of a node in use restores to the same budget, audit log and sealed files', async () => {
    const node = await nodeWithData();
    const backup = await backUp(node);
    const before = await node.ledger.statement(ACCOUNT);
    // The node goes on; none of this is in the backup.
    await (await (await node.session()).reserve(request(9), cost('0.3'))).commit();
    const { changes, manifest, auditEntries } = await restoreBackup(backup, restoring(node));
    expect(manifest).toMatchObject({ format: 'vesica-backup-1', party: 'test', createdAt: NOW });
    expect(auditEntries).toBe(manifest.checkpoint.sequence);

    const store = await openState(join(node.folder, 'state'));
    expect(statSync(store.folder).mode & 0o777).toBe(0o700);
    for (const path of filesUnder(store.folder)) expect(statSync(path).mode & 0o077, path).toBe(0);
    expect(await auditLog(store, node.identity, { now }).verify(manifest.checkpoint)).toMatchObject({
      ok: true,
    });
    const ledger = await openNodeLedger(store, {
      identity: node.identity,
      cipher: testCipher(),
      now,
      random: seededRandom(4),
    });
    expect(await ledger.statement(ACCOUNT)).toEqual(before);
    // What was set aside may have been spent since.
    expect(ledger.freed).toBe(0);
    expect((await ledger.statement({ ...ACCOUNT, partner: 'bolt' })).spent.sessions).toBe(1);
    expect(changes).toEqual({
      suspendedPartners: ['acme', 'bolt'],
      endedSessions: 1,
      chargedReservations: 1,
      revokedTokens: 1,
      lostExports: 0,
    });
    for (const { folder } of SEALED) {
      const name = `${folder}/${folder}.bin`;
      expect(readFileSync(join(store.folder, name))).toEqual(readFileSync(join(node.store.folder, name)));
    }
  });

  it('tells of a restore: audit entry, critical alarm, suspended partners, no token, no open session', async () => {
    const node = await nodeWithData();
    const { manifest } = await restoreBackup(await backUp(node), restoring(node));
    const store = await openState(join(node.folder, 'state'));
    const { entries } = await auditLog(store, node.identity, { now }).entries({
      actions: ['state.restored'],
    });
    expect(entries[0]).toMatchObject({
      actor: { kind: 'command', name: 'vesica restore' },
      detail: {
        backupAt: NOW,
        backupSequence: manifest.checkpoint.sequence,
        acceptedLostSpending: false,
        suspendedPartners: 2,
      },
    });
    const { db } = store;
    expect(await db.selectFrom('alarms').selectAll().executeTakeFirst()).toMatchObject({
      severity: 'critical',
      state: 'open',
      delivery: 'pending',
    });
    const states = await db.selectFrom('partners').select('state').execute();
    expect(states.map(({ state }) => state)).toEqual(['suspended', 'suspended']);
    expect(await db.selectFrom('tokens').select('revoked_at').executeTakeFirst()).toEqual({
      revoked_at: NOW,
    });
    const session = db.selectFrom('sessions').select(['state', 'error_code']).where('id', '=', 's1');
    expect(await session.executeTakeFirst()).toEqual({ state: 'failed', error_code: 'session/interrupted' });
    expect(await db.selectFrom('session_events').select(['number', 'to_state']).executeTakeFirst()).toEqual({
      number: 1,
      to_state: 'failed',
    });
  });

  it('keeps partners and tokens when the operator accepts what was lost, and says that', async () => {
    const node = await nodeWithData();
    const options = restoring(node, { after: 'accept-lost-spending', tokens: 'keep' });
    const { changes } = await restoreBackup(await backUp(node), options);
    expect(changes).toMatchObject({ suspendedPartners: [], revokedTokens: 0, chargedReservations: 1 });
    const store = await openState(join(node.folder, 'state'));
    const { entries } = await auditLog(store, node.identity, { now }).entries({
      actions: ['state.restored'],
    });
    expect(entries[0]?.detail).toMatchObject({ acceptedLostSpending: true });
    expect(await store.db.selectFrom('alarms').select('severity').execute()).toEqual([
      { severity: 'critical' },
    ]);
  });

  it('holds nothing staged, no key and no identity, and the keys only when asked', async () => {
    const node = await nodeWithData();
    mkdirSync(join(node.store.folder, 'staged'));
    writeFileSync(join(node.store.folder, 'staged', 'v1.list'), 'staged');
    writeFileSync(join(node.folder, 'node.id'), 'identity');
    const plain = await backUp(node);
    expect(
      filesUnder(plain)
        .map((path) => path.slice(plain.length + 1))
        .sort(),
    ).toEqual(['exports/exports.bin', 'manifest.json', 'secrets/secrets.bin', 'state.sqlite']);
    for (const path of filesUnder(plain)) expect(statSync(path).mode & 0o077, path).toBe(0);
    const full = await backUp(node, 'full', { 'keys/node.id': join(node.folder, 'node.id') });
    expect(readFileSync(join(full, 'keys/node.id'), 'utf8')).toBe('identity');
    await restoreBackup(full, restoring(node));
    // Nor are they put into the state folder.
    expect(readdirSync(join(node.folder, 'state')).sort()).toEqual([
      ...['exports', 'secrets', 'state.lock', 'state.sqlite'],
    ]);
  });

  it('is refused with a flipped bit anywhere, and nothing is put in place', async () => {
    const node = await nodeWithData();
    const backup = await backUp(node, 'backup', {
      'node.yaml': join(node.store.folder, 'exports/exports.bin'),
    });
    const paths = filesUnder(backup);
    const options = restoring(node);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 0, max: 7 }),
        async (path, place, bit) => {
          const copy = join(node.folder, 'copy');
          cpSync(backup, copy, { recursive: true });
          const target = copy + path.slice(backup.length);
          const bytes = readFileSync(target);
          const at = Math.floor(place * bytes.length);
          bytes[at] = bytes[at]! ^ (1 << bit);
          writeFileSync(target, bytes);
          const { code } = await failure(restoreBackup(copy, options));
          rmSync(copy, { recursive: true });
          expect(code).toBe('state/backup-damaged');
          expect(existsSync(options.stateFolder)).toBe(false);
        },
      ),
      { numRuns: 120 },
    );
    expect(readdirSync(node.folder)).toEqual(['backup']);
  });

  it('is refused with a bit of its manifest flipped, each place of a byte in turn', async () => {
    const node = await nodeWithData();
    const backup = await backUp(node);
    const path = join(backup, 'manifest.json');
    const good = readFileSync(path);
    const { publicKey } = node.identity;
    expect((await checkManifest(backup, publicKey)).files).toHaveLength(3);
    for (let bit = 0; bit < 8 * good.length; bit += 11) {
      const bytes = Buffer.from(good);
      bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
      writeFileSync(path, bytes);
      const found = await checkManifest(backup, publicKey).then(
        () => 'taken',
        (error: unknown) => (error as { code: string }).code,
      );
      if (found !== 'state/backup-damaged') expect.fail(`bit ${bit}: ${found}`);
    }
    // Not even another spelling of the same values.
    writeFileSync(path, JSON.stringify(JSON.parse(good.toString())));
    expect((await failure(checkManifest(backup, publicKey))).code).toBe('state/backup-damaged');
  });

  it('is refused when a file is missing or a link, or another node made it', async () => {
    const node = await nodeWithData();
    const backup = await backUp(node);
    const stranger = restoring({ ...node, identity: createIdentity('other') });
    expect(await failure(restoreBackup(backup, stranger))).toMatchObject({
      code: 'state/backup-damaged',
      message: expect.stringContaining(node.identity.fingerprint) as string,
    });
    const path = join(backup, 'exports/exports.bin');
    renameSync(path, join(node.folder, 'moved'));
    expect((await failure(restoreBackup(backup, restoring(node)))).code).toBe('state/backup-damaged');
    symlinkSync(join(node.folder, 'moved'), path);
    expect((await failure(restoreBackup(backup, restoring(node)))).code).toBe('state/backup-damaged');
  });

  it('is refused with a log that was tampered with before the backup was made', async () => {
    const node = await nodeWithData();
    await sql`DROP TRIGGER audit_entries_stay`.execute(node.store.db);
    await sql`UPDATE audit_entries SET actor_name = 'x' WHERE sequence = 1`.execute(node.store.db);
    const backup = await backUp(node);
    expect(await failure(verifyBackup(backup, node.folder, restoring(node)))).toMatchObject({
      code: 'state/backup-damaged',
      message: expect.stringContaining('entry 1 was changed') as string,
    });
  });

  it('needs the master key of what is sealed in it, and a folder that is empty', async () => {
    const node = await nodeWithData();
    const backup = await backUp(node);
    const otherKey = restoring(node, { keys: sealing(2).keys });
    expect((await failure(restoreBackup(backup, otherKey))).code).toBe('keys/wrong-key');
    const options = restoring(node);
    mkdirSync(options.stateFolder);
    writeFileSync(join(options.stateFolder, 'mine'), 'mine');
    expect(await failure(restoreBackup(backup, options))).toMatchObject({
      code: 'state/conflict',
      field: 'state',
    });
    expect(readFileSync(join(options.stateFolder, 'mine'), 'utf8')).toBe('mine');
    rmSync(join(options.stateFolder, 'mine'));
    await restoreBackup(backup, options);
    expect(existsSync(join(options.stateFolder, 'state.sqlite'))).toBe(true);
  });

  it('marks exports as deleted whose file was gone before it was copied', async () => {
    const node = await nodeWithData();
    rmSync(join(node.store.folder, 'exports/exports.bin'));
    const { changes } = await restoreBackup(await backUp(node), restoring(node));
    expect(changes.lostExports).toBe(1);
  });

  it('goes into a new folder only', async () => {
    const node = await nodeWithData();
    const backup = await backUp(node);
    const manifest = readFileSync(join(backup, 'manifest.json'));
    expect((await failure(backUp(node))).code).toBe('output/unwritable');
    expect(readFileSync(join(backup, 'manifest.json'))).toEqual(manifest);
    expect(readdirSync(node.folder)).toEqual(['backup']);
  });

  it('can be checked without being restored', async () => {
    const node = await nodeWithData();
    const backup = await backUp(node);
    const { manifest, auditEntries } = await verifyBackup(backup, node.folder, restoring(node));
    expect(auditEntries).toBe(manifest.checkpoint.sequence);
    expect(readdirSync(node.folder)).toEqual(['backup']);
  });

  it('of a newer version is not restored', async () => {
    const node = await nodeWithData();
    await sql`INSERT INTO migrations SELECT max(number) + 1, 'later', 'x', ${NOW} FROM migrations`.execute(
      node.store.db,
    );
    const options = restoring(node);
    expect((await failure(restoreBackup(await backUp(node), options))).code).toBe('state/newer-version');
    expect(existsSync(options.stateFolder)).toBe(false);
  });
});

describe('backups made by themselves', () => {
  it('are kept up to a number; whatever else is there stays', async () => {
    const folder = newFolder();
    const names = [1, 2, 3, 4].map((day) => scheduledName(new Date(Date.UTC(2026, 0, day))));
    expect(names[0]).toBe('backup-20260101T000000Z');
    for (const name of [...names, 'mine', `.${names[0]!}.${crypto.randomUUID()}`])
      mkdirSync(join(folder, name));
    expect(await backupsIn(folder)).toEqual([...names].reverse());
    expect(await pruneBackups(folder, 2)).toEqual([names[1], names[0]]);
    expect(readdirSync(folder).sort()).toEqual([names[2], names[3], 'mine']);
    expect(await backupsIn(join(folder, 'absent'))).toEqual([]);
  });
});
