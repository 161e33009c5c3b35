import type { Actor, NodeContext } from '../context.js';
import type { AuditAction, AuditEntry } from '../audit/index.js';
import type { AgreementRow, AgreementState, StateTransaction } from '../store/index.js';

type Means = Pick<NodeContext, 'audit' | 'now'>;

export interface Change {
  readonly actor: Actor;
  readonly detail?: AuditEntry['detail'];
}

const ACTION_OF_STATE: Readonly<Record<AgreementState, AuditAction>> = {
  draft: 'agreement.created',
  active: 'agreement.activated',
  ended: 'agreement.ended',
  revoked: 'agreement.revoked',
};

/** Whether an agreement is over for good. */
export function isOver(state: AgreementState): boolean {
  return state === 'ended' || state === 'revoked';
}

/** Moves an agreement to another state, with its audit entry. The caller has checked that it may. */
export async function moveAgreement(
  trx: StateTransaction,
  { audit, now }: Means,
  move: Change & { readonly row: AgreementRow; readonly state: AgreementState },
): Promise<AgreementRow> {
  const { row, state, actor, detail = {} } = move;
  const at = now().toISOString();
  const over = isOver(state);
  const changes = {
    state,
    updated_at: at,
    ended_at: over ? at : null,
    // Names are unique among those that are not over: with the id behind it, the name is free for the next one.
    name: over ? `${row.name} ${row.id}` : row.name,
  };
  await trx.updateTable('agreements').set(changes).where('id', '=', row.id).execute();
  const subject = { kind: 'agreement', id: row.id };
  const facts = { partner: row.partner_id, termsDigest: row.terms_digest, from: row.state, ...detail };
  await audit.append({ actor, action: ACTION_OF_STATE[state], subject, detail: facts }, trx);
  return { ...row, ...changes };
}

/** Revokes every agreement with a partner that is not over yet. */
export async function revokeAgreementsOf(
  trx: StateTransaction,
  means: Means,
  { partner, actor }: { readonly partner: string; readonly actor: Actor },
): Promise<void> {
  const rows = await trx
    .selectFrom('agreements')
    .selectAll()
    .where('partner_id', '=', partner)
    .where('state', 'in', ['draft', 'active'])
    .orderBy('id')
    .execute();
  const detail = { reason: 'partner-removed' };
  for (const row of rows) await moveAgreement(trx, means, { row, state: 'revoked', actor, detail });
}
