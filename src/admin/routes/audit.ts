import { VesicaError } from '../../errors.js';
import type { Actor, AuditVerdict } from '../../node/index.js';
import type { NodeServices } from '../../node/index.js';
import { json, route, type Route } from '../route.js';
import {
  AUDIT_CHECKPOINT,
  AUDIT_PAGE,
  AUDIT_QUERY,
  AUDIT_VERDICT,
  AUDIT_VERIFY,
} from '../schemas/governance.js';

const tag = 'audit';

export const auditRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/audit/entries',
    operation: 'listAuditEntries',
    tag,
    summary: 'What happened on this node',
    query: AUDIT_QUERY,
    answer: json(AUDIT_PAGE, 'A page of entries, the newest first unless told.'),
    run: async ({ services, query }) => {
      const { after, action, ...filters } = query;
      const { entries, next } = await services.context.audit.entries({
        ...filters,
        ...(after === undefined ? {} : { cursor: after }),
        ...(action === undefined ? {} : { actions: [action] }),
      });
      return { items: entries, next: next ?? null };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/audit/verify',
    operation: 'verifyAuditLog',
    tag,
    summary: 'Walk the whole log and tell the first entry that is not as it was written',
    description:
      'With a checkpoint that was kept elsewhere, a log that was cut and signed anew is found as well.',
    body: AUDIT_VERIFY,
    answer: json(AUDIT_VERDICT, 'The verdict; a broken log is no failure of the request.'),
    run: async ({ services, body, actor }) => {
      const verdict = await services.context.audit.verify(body.against);
      await tell(services, verdict, actor);
      return verdict;
    },
  }),
  route({
    method: 'POST',
    path: '/v1/audit/checkpoint',
    operation: 'makeAuditCheckpoint',
    tag,
    summary: "Sign the log as it is now; keep the answer where the node's owner cannot change it",
    answer: json(AUDIT_CHECKPOINT, 'The checkpoint.'),
    run: ({ services }) => services.context.audit.checkpoint(),
  }),
];

/** Enters that the log was verified, or raises an alarm. */
async function tell({ context, alarms }: NodeServices, verdict: AuditVerdict, actor: Actor): Promise<void> {
  try {
    if (verdict.ok) {
      const { entries, checkpoints } = verdict;
      const subject = { kind: 'audit', id: 'log' };
      await context.audit.append({
        actor,
        action: 'audit.verified',
        subject,
        detail: { entries, checkpoints },
      });
    } else {
      const { fault, sequence, message } = verdict;
      await alarms.raise({
        kind: 'audit-broken',
        severity: 'critical',
        message,
        detail: { fault, sequence },
      });
    }
  } catch (error) {
    // A log that was cut takes no entry, so it cannot take that of an alarm either: the verdict must still be told.
    if (!(error instanceof VesicaError && error.code === 'state/damaged')) throw error;
  }
}
