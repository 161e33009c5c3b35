import type { AuditEntry, AuditLog } from '../audit/index.js';
import type { Actor, NodeContext } from '../context.js';
import { sql, type StateTransaction } from '../store/index.js';
import { Alarms } from '../upkeep/index.js';
import type { BackupManifest } from './manifest.js';

/**
 * What the operator says of the time between backup and restore. What was disclosed in it is not in the restored ledger,
 * so by default nobody may start a session until an operator has compared with the partner and made it active again.
 */
export type AfterRestore = 'suspend-partners' | 'accept-lost-spending';

/** What a restore changed, beside putting the state back. */
export interface RestoreChanges {
  /** Names of the partners that were active and are suspended now. */
  readonly suspendedPartners: readonly string[];
  /** Sessions that had not ended at the backup; they have failed now. */
  readonly endedSessions: number;
  /** Costs that were set aside at the backup. The sessions may have gone on, so they count as spent. */
  readonly chargedReservations: number;
  readonly revokedTokens: number;
  /** Exports that the database has and the backup has not: they were deleted while it was made. */
  readonly lostExports: number;
}

export interface AfterRestoreOptions {
  readonly after: AfterRestore;
  /** A token that was revoked since the backup would be good again. */
  readonly tokens: 'revoke' | 'keep';
  readonly actor: Actor;
  readonly manifest: BackupManifest;
  /** Name of the folder in which exports are. */
  readonly exportFiles: ReadonlySet<string>;
}

const ENDED = ['done', 'failed', 'rejected', 'cancelled', 'expired'] as const;

/** Makes a state that was copied back one that is safe to run, in one transaction, all of it audited. */
export function settleRestored(context: NodeContext, options: AfterRestoreOptions): Promise<RestoreChanges> {
  const { store, audit, now } = context;
  const { actor, manifest, after } = options;
  return store.transaction(async (trx) => {
    const step: Step = { trx, audit, actor, at: now().toISOString() };
    const changes = {
      suspendedPartners: after === 'suspend-partners' ? await suspendPartners(step) : [],
      endedSessions: await endSessions(step),
      chargedReservations: await chargeReservations(step),
      revokedTokens: options.tokens === 'revoke' ? await revokeTokens(step) : 0,
      lostExports: await forgetExports(step, options.exportFiles),
    };
    await trx
      .updateTable('dataset_versions')
      .set({ staged_file: null, staged_bytes: null, staged_key_id: null })
      .where('staged_file', 'is not', null)
      .execute();
    const detail = {
      backupAt: manifest.createdAt,
      backupSequence: manifest.checkpoint.sequence,
      backupDigest: manifest.checkpoint.digest,
      acceptedLostSpending: after === 'accept-lost-spending',
      suspendedPartners: changes.suspendedPartners.length,
      endedSessions: changes.endedSessions,
      chargedReservations: changes.chargedReservations,
      revokedTokens: changes.revokedTokens,
      lostExports: changes.lostExports,
    };
    await tell(step, 'state.restored', { subject: { kind: 'state', id: 'state' }, detail });
    await rememberRestore(step, { manifest, after });
    await raiseAlarm(context, step, manifest);
    return changes;
  });
}

interface Step {
  readonly trx: StateTransaction;
  readonly audit: AuditLog;
  readonly actor: Actor;
  readonly at: string;
}

function tell(
  { trx, audit, actor }: Step,
  action: AuditEntry['action'],
  entry: Pick<AuditEntry, 'subject' | 'detail'>,
): Promise<void> {
  return audit.append({ actor, action, ...entry }, trx);
}

async function suspendPartners(step: Step): Promise<string[]> {
  const active = await step.trx
    .selectFrom('partners')
    .select(['id', 'name'])
    .where('state', '=', 'active')
    .orderBy('id')
    .execute();
  for (const { id } of active) {
    await step.trx
      .updateTable('partners')
      .set({ state: 'suspended', updated_at: step.at })
      .where('id', '=', id)
      .execute();
    const subject = { kind: 'partner', id };
    await tell(step, 'partner.suspended', { subject, detail: { reason: 'state restored' } });
  }
  return active.map(({ name }) => name);
}

/** The other side of an open session has gone on, or given up, without this node. */
async function endSessions(step: Step): Promise<number> {
  const open = await step.trx
    .selectFrom('sessions')
    .select(['id', 'state'])
    .where('state', 'not in', ENDED)
    .orderBy('id')
    .execute();
  for (const { id, state } of open) {
    await step.trx
      .updateTable('sessions')
      .set({
        state: 'failed',
        error_code: 'session/interrupted',
        error_reported_by: 'self',
        updated_at: step.at,
        ended_at: step.at,
      })
      .where('id', '=', id)
      .execute();
    await step.trx
      .insertInto('session_events')
      .values({
        session_id: id,
        number: sql<number>`(SELECT coalesce(max(number), 0) + 1 FROM session_events WHERE session_id = ${id})`,
        at: step.at,
        kind: 'transition',
        from_state: state,
        to_state: 'failed',
        detail: JSON.stringify({ code: 'session/interrupted', reason: 'state restored' }),
      })
      .execute();
    const detail = { code: 'session/interrupted', reason: 'state restored' };
    await tell(step, 'session.failed', { subject: { kind: 'session', id }, detail });
  }
  return open.length;
}

async function chargeReservations(step: Step): Promise<number> {
  const reserved = await step.trx
    .selectFrom('ledger_entries')
    .select(['id', 'partner_id', 'lineage', 'session_id', 'request_digest'])
    .where('state', '=', 'reserved')
    .orderBy('id')
    .execute();
  for (const { id, partner_id, lineage, session_id, request_digest } of reserved) {
    await step.trx
      .updateTable('ledger_entries')
      .set({ state: 'spent', spent_at: step.at })
      .where('id', '=', id)
      .execute();
    await tell(step, 'ledger.spent', {
      subject: { kind: 'partner', id: partner_id },
      detail: {
        lineage,
        session: session_id,
        entry: id,
        requestDigest: request_digest,
        reason: 'state restored',
      },
    });
  }
  return reserved.length;
}

async function revokeTokens(step: Step): Promise<number> {
  const valid = await step.trx
    .selectFrom('tokens')
    .select(['id', 'name'])
    .where('revoked_at', 'is', null)
    .orderBy('id')
    .execute();
  for (const { id, name } of valid) {
    await step.trx.updateTable('tokens').set({ revoked_at: step.at }).where('id', '=', id).execute();
    await tell(step, 'token.revoked', {
      subject: { kind: 'token', id },
      detail: { name, reason: 'state restored' },
    });
  }
  return valid.length;
}

async function forgetExports(step: Step, files: ReadonlySet<string>): Promise<number> {
  const kept = await step.trx
    .selectFrom('exports')
    .select(['id', 'file'])
    .where('state', '=', 'ready')
    .orderBy('id')
    .execute();
  const lost = kept.filter(({ file }) => file === null || !files.has(file));
  for (const { id } of lost) {
    await step.trx
      .updateTable('exports')
      .set({ state: 'deleted', file: null, deleted_at: step.at })
      .where('id', '=', id)
      .execute();
    await tell(step, 'export.deleted', {
      subject: { kind: 'export', id },
      detail: { reason: 'not in the backup' },
    });
  }
  return lost.length;
}

/** For whoever asks later what this state is. */
async function rememberRestore(
  { trx, at }: Step,
  { manifest, after }: Pick<AfterRestoreOptions, 'manifest' | 'after'>,
): Promise<void> {
  const value = JSON.stringify({ at, backupAt: manifest.createdAt, after });
  await trx
    .insertInto('settings')
    .values({ name: 'restored', value, updated_at: at })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value, updated_at: at }))
    .execute();
}

async function raiseAlarm(
  context: NodeContext,
  { trx, at }: Step,
  { createdAt }: BackupManifest,
): Promise<void> {
  const alarms = new Alarms(context, { node: 'node' });
  const id = await alarms.raise(
    {
      // The log has a hole: what was entered after the backup is gone, with what was disclosed then.
      kind: 'state-restored',
      severity: 'critical',
      message:
        'the state was restored from a backup: what was disclosed after it is not in the ledger or the audit log',
      detail: { backupAt: createdAt, restoredAt: at },
      distinctBy: 'restoredAt',
    },
    trx,
  );
  if (id === undefined) return;
  // There is no webhook here; the node that starts with this state sends it.
  await trx
    .updateTable('alarms')
    .set({ delivery: 'pending', next_delivery_at: at })
    .where('id', '=', id)
    .execute();
}
