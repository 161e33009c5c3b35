import { toHex } from '../../bytes.js';
import { VesicaError } from '../../errors.js';
import type { Identity } from '../../protocol/index.js';
import type { AuditCheckpointRow, AuditEntryRow, StateTransaction, Store } from '../store/index.js';
import { nextRow } from './chain.js';
import { isSigned, signCheckpoint, type AuditCheckpoint, type CheckpointKind } from './checkpoint.js';
import { requireKeepable, type AuditEntry } from './entry.js';
import { queryEntries, type AuditPage, type AuditQuery } from './query.js';
import { rowAt } from './rows.js';
import { verifyLog, type AuditVerdict } from './verify.js';

const CHECKPOINT_EVERY = 1000;

export interface AuditLogOptions {
  readonly now: () => Date;
  /** A checkpoint is kept at every multiple of this; 1000 by default. */
  readonly checkpointEvery?: number;
  /** Public keys that the node had before; what they signed stays good. */
  readonly formerKeys?: readonly Uint8Array[];
}

/** The audit log of a node. */
export interface AuditLog {
  /**
   * Adds an entry, in the caller's transaction or in one of its own; it is on the disk when that is. Inside of a
   * transaction pass it: without it this would wait for the transaction to end.
   *
   * @throws VesicaError `internal/defect` when the entry looks as if it held an identifier; `state/damaged` when the
   * last entry is not the one that was signed; `state/unwritable`.
   */
  append(entry: AuditEntry, trx?: StateTransaction): Promise<void>;
  /** A page of entries; errors of `queryEntries`. */
  entries(query?: AuditQuery): Promise<AuditPage>;
  /** Adds a checkpoint for all entries so far and one that tells of it. Keep what it resolves to elsewhere. */
  checkpoint(): Promise<AuditCheckpoint>;
  /**
   * Walks the whole log. Truncation is seen against the signed head, unless an older head was put back in its place;
   * that is seen against a checkpoint from elsewhere.
   */
  verify(against?: AuditCheckpoint): Promise<AuditVerdict>;
}

/** The log in `store`, signed by `identity`. */
export function auditLog(store: Store, identity: Identity, options: AuditLogOptions): AuditLog {
  const { now, checkpointEvery = CHECKPOINT_EVERY, formerKeys = [] } = options;
  const keys = new Set([identity.publicKey, ...formerKeys].map(toHex));

  const head = async (trx: StateTransaction): Promise<AuditCheckpointRow | undefined> => {
    const found = await trx
      .selectFrom('audit_checkpoints')
      .selectAll()
      .where('kind', '=', 'head')
      .executeTakeFirst();
    const row = await rowAt(trx, found?.sequence ?? 1);
    // An entry on top of a log that was tampered with would vouch for it.
    const isSound =
      found === undefined ? row === undefined : row?.digest === found.digest && isSigned(found, keys);
    if (!isSound) {
      const why = `the audit log in ${store.folder} does not end with the entry that was signed; verify it`;
      throw new VesicaError('state/damaged', why, { field: 'audit' });
    }
    return found;
  };
  const sign = async (
    trx: StateTransaction,
    kind: CheckpointKind,
    { sequence, digest, at }: AuditEntryRow,
  ): Promise<AuditCheckpointRow> => {
    const row = signCheckpoint(identity, { kind, sequence, digest, at });
    await trx.insertInto('audit_checkpoints').values(row).execute();
    return row;
  };
  const add = async (trx: StateTransaction, entry: AuditEntry): Promise<AuditEntryRow> => {
    const row = nextRow(entry, { before: await head(trx), at: now().toISOString() });
    await trx.insertInto('audit_entries').values(row).execute();
    await trx.deleteFrom('audit_checkpoints').where('kind', '=', 'head').execute();
    await sign(trx, 'head', row);
    return row;
  };
  const addCheckpoint = async (trx: StateTransaction): Promise<AuditCheckpoint> => {
    const { kind: _, ...checkpoint } = await sign(trx, 'kept', await add(trx, CHECKPOINT_ENTRY));
    return checkpoint;
  };
  const append = async (trx: StateTransaction, entry: AuditEntry): Promise<void> => {
    const { sequence } = await add(trx, entry);
    if ((sequence + 1) % checkpointEvery === 0) await addCheckpoint(trx);
  };

  return {
    async append(entry, trx) {
      requireKeepable(entry);
      await (trx === undefined ? store.transaction((own) => append(own, entry)) : append(trx, entry));
    },
    entries: (query = {}) => queryEntries(store.db, query),
    checkpoint: () => store.transaction(addCheckpoint),
    verify: (against) => verifyLog(store, { keys, against }),
  };
}

const CHECKPOINT_ENTRY: AuditEntry = {
  actor: { kind: 'node', name: 'node' },
  action: 'audit.checkpoint',
  subject: { kind: 'audit', id: 'log' },
  detail: {},
};
