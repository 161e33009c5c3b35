import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { auditLog, type AuditAction, type StoredAuditEntry } from '../../../src/node/audit/index.js';
import type { Actor, NodeContext } from '../../../src/node/context.js';
import { Definitions, SourceFolders, type Dataset } from '../../../src/node/datasets/index.js';
import { loadList, type DataDefinition, type LoadedList } from '../../../src/data/index.js';
import { SealedFolder, type Sealing } from '../../../src/node/keys/index.js';
import { Exports, MatchedRows, Reports, type RetentionDays } from '../../../src/node/results/index.js';
import { idSource, type SessionRow, type Store } from '../../../src/node/store/index.js';
import type { Identity } from '../../../src/protocol/index.js';
import { systemRandom } from '../../../src/system-random.js';
import { ephemeralIdentity } from '../../../src/transport/index.js';
import { sealing } from '../keys/support.js';
import { addPartner, newFolder, openState, TEST_FOLDERS } from '../support/states.js';

export const ACTOR: Actor = { kind: 'token', name: 'ops' };

/** A clock that a test moves. */
export class Clock {
  #ms = Date.parse('2026-03-01T12:00:00.000Z');
  readonly now = (): Date => new Date(this.#ms);

  addDays(days: number): void {
    this.#ms += days * 86_400_000;
  }
}

/** The results of a node, in its state folder. */
export interface Node {
  readonly folder: string;
  readonly clock: Clock;
  readonly context: NodeContext;
  readonly store: Store;
  readonly definitions: Definitions;
  readonly reports: Reports;
  readonly matched: MatchedRows;
  readonly exports: Exports;
}

export interface NodeOptions {
  readonly folder?: string;
  readonly seal?: Sealing;
  readonly clock?: Clock;
  readonly identity?: Identity;
  readonly retentionDays?: RetentionDays;
}

const identities = new Map<string, Identity>();

/** Opens the state in a folder with what it keeps of sessions. */
export async function openNode(options: NodeOptions = {}): Promise<Node> {
  const { folder = newFolder(), seal = sealing(1), clock = new Clock(), retentionDays = () => 30 } = options;
  const { now } = clock;
  const identity = identities.get(folder) ?? ephemeralIdentity();
  identities.set(folder, identity);
  const store = await openState(folder, { now });
  const newId = idSource({ random: systemRandom, now });
  const context = { store, audit: auditLog(store, identity, { now }), newId, now, random: systemRandom };
  const definitions = new Definitions(store.db, { newId, now });
  const folderOf = (name: string): Promise<SealedFolder> => SealedFolder.open(join(folder, name), name, seal);
  const matched = new MatchedRows(context, await folderOf('results'));
  mkdirSync(TEST_FOLDERS, { recursive: true });
  const exports = new Exports(context, {
    folder: await folderOf('exports'),
    matched,
    definitions,
    sources: await SourceFolders.open({ folders: [TEST_FOLDERS, resolve('examples')], keepOut: [] }),
    retentionDays,
  });
  onTestFinished(() => exports.stop());
  return { folder, clock, context, store, definitions, reports: new Reports(context), matched, exports };
}

/** A dataset over `data`. */
export function defined(node: Node, data: DataDefinition): Promise<Dataset> {
  return node.definitions.define({ name: 'People', lineage: 'people', role: 'both', data });
}

/** Enters a session with partner `acme`; resolves to its id. */
export async function addSession(node: Node, given: Partial<SessionRow> = {}): Promise<string> {
  const { store, clock, context } = node;
  const partner = given.partner_id ?? 'acme';
  const known = await store.db.selectFrom('partners').select('id').where('id', '=', partner).execute();
  if (known.length === 0) await addPartner(store, partner);
  const at = clock.now().toISOString();
  const row: SessionRow = {
    id: context.newId(),
    partner_id: partner,
    agreement_id: null,
    dataset_id: null,
    dataset_version_id: null,
    schedule_id: null,
    side: 'initiator',
    mode: 'psi',
    role: 'receiver',
    state: 'done',
    purpose: 'audiences',
    terms: '{}',
    terms_digest: '0'.repeat(64),
    protocol_session: null,
    request_digest: null,
    on_unanswered: 'refuse',
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
    error_message: null,
    error_reported_by: null,
    created_at: at,
    updated_at: at,
    expires_at: null,
    started_at: at,
    ended_at: at,
    ...given,
  };
  await store.db.insertInto('sessions').values(row).execute();
  return row.id;
}

/** A session that is done, over a dataset, of which the keys with the numbers `matchedKeys` matched. */
export async function finishedSession(
  node: Node,
  data: DataDefinition,
  matchedKeys: readonly number[],
): Promise<{ id: string; list: LoadedList }> {
  const dataset = await defined(node, data);
  const list = await loadList(data, { random: systemRandom });
  const terms = {
    mode: 'psi',
    initiatorRole: 'both',
    profile: data.profile,
    keyTypes: [...new Set(Object.values(data.identifiers).map(({ type }) => type))],
    measures: [],
  };
  const id = await addSession(node, {
    dataset_id: dataset.id,
    role: 'both',
    terms: JSON.stringify(terms),
  });
  await node.matched.keep(id, { versionId: 'v', list, matchedKeys: Uint32Array.from(matchedKeys) });
  return { id, list };
}

/** The entries with these actions, the oldest first. */
export async function entriesOf(
  { context }: Node,
  ...actions: AuditAction[]
): Promise<readonly StoredAuditEntry[]> {
  return (await context.audit.entries({ actions, order: 'oldest-first', limit: 1000 })).entries;
}
