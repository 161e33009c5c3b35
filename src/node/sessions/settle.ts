import type { VesicaError } from '../../errors.js';
import { countsForReport } from '../../data/index.js';
import type { SessionOutcome } from '../../protocol/index.js';
import { buildReport } from '../../report/index.js';
import type { Channel } from '../../transport/index.js';
import { NODE_ACTOR, type Actor } from '../context.js';
import type { SessionRow } from '../store/index.js';
import { failureColumns, failureDetail } from './failure.js';
import type { SessionMeans } from './means.js';
import type { SessionRecords } from './session-records.js';
import type { RunFigures, RunInput } from './session-run.js';
import { endOf, isEnd } from './states.js';

const DAY_MS = 86_400_000;

/** A session that came to its outcome. */
export interface Finished {
  readonly row: SessionRow;
  readonly input: RunInput;
  readonly outcome: SessionOutcome;
  readonly figures: RunFigures;
  readonly channel: Channel;
}

/** Keeps what came of a session: the rows that matched, then the report, the receipts and the new state together. */
export async function keepOutcome(
  means: SessionMeans,
  records: SessionRecords,
  { row, input, outcome, figures, channel }: Finished,
): Promise<void> {
  const { agreements, context, engines, matched, observer, party, reports, software } = means;
  const { brief, dataset, list, version } = input;
  const { result, receipts, peerInventory } = outcome;
  const { startedAt, ...seconds } = figures;
  const finishedAt = context.now();
  const { bytesSent: sent, bytesReceived: received } = channel.traffic;
  const report = buildReport({
    software,
    party,
    side: row.side,
    terms: brief.terms,
    inventory: brief.inventory,
    outcome,
    startedAt,
    finishedAt,
    data: countsForReport(list),
    experiment: dataset.definition.experiment,
    engine: engines.description,
    timing: seconds,
    bytes: { sent, received },
  });
  if (result.kind === 'rows' && result.matched !== undefined) {
    await matched.keep(row.id, { versionId: version.id, list, matchedKeys: result.matched });
  }
  const { retentionDays } = (await agreements.get(row.agreement_id ?? '')).terms;
  const expiresAt = new Date(finishedAt.getTime() + retentionDays.reports * DAY_MS);
  const done = await records.move(row.id, {
    to: 'done',
    actor: NODE_ACTOR,
    changes: {
      own_receipt: receipts.own.signature,
      peer_receipt: receipts.peer.signature,
      transcript_digest: receipts.transcript,
      own_items: brief.inventory.size,
      peer_items: peerInventory.size,
    },
    detail: {
      ownItems: brief.inventory.size,
      peerItems: peerInventory.size,
      ...(outcome.answeredFrom === undefined ? {} : { isStoredAnswer: true }),
    },
    within: async (trx) => {
      await reports.keep({ sessionId: row.id, report, expiresAt }, trx);
    },
  });
  if (outcome.notKept !== undefined) await records.note(row.id, { notKept: outcome.notKept.code });
  const watched = { ownItems: brief.inventory.size, matchRate: matchRateOf(outcome, brief.inventory.size) };
  await observer.done(done, watched).catch((error: unknown) => observer.failed('watching', error));
}

/** The share of the own list that matched, noise included; `null` when this side learned none. */
function matchRateOf({ result }: SessionOutcome, ownItems: number): number | null {
  const matched =
    result.kind === 'rows'
      ? result.matched?.length
      : result.counts?.reduce((sum, { count }) => sum + count, 0);
  return matched === undefined || ownItems === 0 ? null : matched / ownItems;
}

/**
 * Ends a session with `error`, unless it has ended. Resolves to whether it has ended by now: an offer whose connection
 * was lost has not.
 */
export async function keepFailure(
  means: SessionMeans,
  records: SessionRecords,
  { id, error }: { readonly id: string; readonly error: VesicaError },
): Promise<boolean> {
  const { observer } = means;
  const row = await records.row(id);
  if (isEnd(row.state)) return true;
  if (isWaiting(row) && mayComeBack(error)) return false;
  const actor: Actor = error.reportedBy === 'peer' ? { kind: 'partner', name: row.partner_id } : NODE_ACTOR;
  const to = endOf(error, row.state);
  const ended = await records
    .move(id, { to, actor, changes: failureColumns(error), detail: failureDetail(error) })
    .catch(async (failure: unknown) => {
      observer.failed('ending a session', failure);
      // Somebody else may have ended it in the meantime. Whatever else it was, it must not keep the session open.
      const bare = {
        to,
        actor: NODE_ACTOR,
        changes: { error_code: error.code },
        detail: { code: error.code },
      };
      return records.move(id, bare).catch(() => undefined);
    });
  if (ended !== undefined) {
    const told = observer.refused(row.partner_id, ended, error);
    await told.catch((failure: unknown) => observer.failed('watching', failure));
  }
  return true;
}

function isWaiting({ state }: SessionRow): boolean {
  return state === 'draft' || state === 'offered';
}

/** Whether an offer that met `error` may be made again as it is. */
function mayComeBack({ code, definition, reportedBy }: VesicaError): boolean {
  if (code === 'session/interrupted') return reportedBy === 'self';
  return code === 'limit/sessions' || (definition.class === 'network' && definition.retryable);
}
