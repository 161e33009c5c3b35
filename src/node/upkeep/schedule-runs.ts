import { asVesicaError, type ErrorCode } from '../../errors.js';
import { NODE_ACTOR, type NodeContext } from '../context.js';
import type { AuditAction, AuditValue } from '../audit/index.js';
import {
  sql,
  type MissedRun,
  type ScheduleOutcome,
  type ScheduleRow,
  type StateTransaction,
} from '../store/index.js';
import type { NewAlarm } from './alarm.js';
import type { Alarms } from './alarms.js';
import { Cadence } from './cadence.js';
import type { ScheduleCollaborators, ScheduledAgreement } from './collaborators.js';
import { scheduleOf } from './schedule.js';

export interface ScheduleRunsOptions extends ScheduleCollaborators {
  readonly alarms: Pick<Alarms, 'raise'>;
  readonly graceMs: number;
}

/** What one tick did: how many schedules. */
export type Ticked = Readonly<Record<ScheduleOutcome | 'ended', number>>;

/** What is known of the occurrences of a schedule that nobody has dealt with yet. */
export interface Pending {
  /** A run was marked, and the process ended before it was started. */
  readonly isBrokenOff: boolean;
  /** Occurrences up to now, at least 0, and when the last of them was. */
  readonly elapsed: { readonly count: number; readonly last: Date } | undefined;
}

/**
 * What to do about occurrences: the last one is run when it is on time; those before it are missed, and so is a run that
 * was broken off. When all are missed, the policy says whether one run is made up for them.
 */
export function planRun(
  { isBrokenOff, elapsed }: Pending,
  {
    now,
    graceMs,
    missedRun,
  }: { readonly now: Date; readonly graceMs: number; readonly missedRun: MissedRun },
): { readonly action: 'start' | 'skip'; readonly isOnTime: boolean; readonly missed: number } {
  const isOnTime = elapsed !== undefined && now.getTime() - elapsed.last.getTime() <= graceMs;
  const missed = Number(isBrokenOff) + (elapsed?.count ?? 0) - Number(isOnTime);
  return { action: isOnTime || missedRun === 'run-once' ? 'start' : 'skip', isOnTime, missed };
}

/**
 * Runs schedules. A run is marked and the next one set in one transaction before anything is started, so that a crash
 * never starts a run twice; a row that is marked and has no outcome was broken off by one.
 */
export class ScheduleRuns {
  readonly #context: NodeContext;
  readonly #options: ScheduleRunsOptions;

  constructor(context: NodeContext, options: ScheduleRunsOptions) {
    this.#context = context;
    this.#options = options;
  }

  async tick(): Promise<Ticked> {
    const sums = { started: 0, skipped: 0, failed: 0, ended: await this.#endLapsed() };
    const rows = await this.#pending();
    // A schedule whose session takes long to start, or whose outcome cannot be written, keeps none of the others back.
    const attended = await Promise.allSettled(rows.map((row) => this.#attend(row)));
    for (const one of attended) {
      if (one.status === 'fulfilled' && one.value !== undefined) sums[one.value] += 1;
    }
    const broken = attended.find((one) => one.status === 'rejected');
    if (broken !== undefined) throw asVesicaError(broken.reason);
    return sums;
  }

  /** Ends what runs under an agreement that has ended; how many. */
  #endLapsed(): Promise<number> {
    const { store, now } = this.#context;
    const at = now().toISOString();
    return store.transaction(async (trx) => {
      const lapsed = await trx
        .selectFrom('schedules')
        .innerJoin('agreements', 'agreements.id', 'schedules.agreement_id')
        .select(['schedules.id', 'agreements.id as agreement'])
        .where('schedules.state', '<>', 'ended')
        .where((eb) =>
          eb.or([
            eb('agreements.state', 'in', ['ended', 'revoked']),
            eb(sql`julianday(agreements.valid_until)`, '<=', sql`julianday(${at})`),
          ]),
        )
        .execute();
      for (const { id, agreement } of lapsed) {
        const ended = { state: 'ended', next_run_at: null, updated_at: at } as const;
        await trx.updateTable('schedules').set(ended).where('id', '=', id).execute();
        await this.#tell(trx, {
          action: 'schedule.ended',
          id,
          detail: { agreement, reason: 'agreement-ended' },
        });
      }
      return lapsed.length;
    });
  }

  /** What is due, and what a crash broke off. */
  #pending(): Promise<ScheduleRow[]> {
    return this.#context.store.db
      .selectFrom('schedules')
      .selectAll()
      .where((eb) =>
        eb.or([
          eb.and([eb('state', '=', 'active'), eb('next_run_at', '<=', this.#context.now().toISOString())]),
          eb.and([eb('last_run_at', 'is not', null), eb('last_outcome', 'is', null)]),
        ]),
      )
      .orderBy('next_run_at')
      .execute();
  }

  /** Deals with one schedule; resolves to what became of its run, if there was one to deal with. */
  async #attend({ id, agreement_id }: ScheduleRow): Promise<ScheduleOutcome | undefined> {
    const { store } = this.#context;
    const agreement = await this.#options.agreements.find(agreement_id);
    const marked = await store.transaction((trx) => this.#mark(trx, id, agreement));
    if (typeof marked !== 'object') return marked;
    const result = await this.#start(marked.row);
    const detail = { ...result, missed: marked.missed };
    await store.transaction(async (trx) => {
      await this.#update(trx, id, { last_outcome: result.outcome });
      await this.#tell(trx, { action: 'schedule.ran', id, detail });
      if (result.outcome === 'started') return;
      const message = 'a scheduled session could not be started';
      await this.#alarm(trx, agreement, { message, detail: { schedule: id, code: result.code } });
    });
    return result.outcome;
  }

  /**
   * Decides about a schedule as it is now. A run to start is marked as begun, and comes back; whatever else became of the
   * occurrences is written.
   */
  async #mark(
    trx: StateTransaction,
    id: string,
    agreement: ScheduledAgreement | undefined,
  ): Promise<ScheduleOutcome | Marked | undefined> {
    const now = this.#context.now();
    const row = await trx.selectFrom('schedules').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    const { isBrokenOff, session } = await brokenOff(trx, row);
    if (session !== undefined) {
      await this.#update(trx, id, { last_outcome: 'started' });
      const detail = { outcome: 'started', session, missed: 0 };
      await this.#tell(trx, { action: 'schedule.ran', id, detail });
    }
    const cadence = new Cadence(row.pattern, row.time_zone);
    const dueAt = row.state === 'active' && row.next_run_at !== null ? new Date(row.next_run_at) : undefined;
    const elapsed = dueAt !== undefined && dueAt <= now ? cadence.elapsed(dueAt, now) : undefined;
    if (elapsed === undefined && !isBrokenOff) return session === undefined ? undefined : 'started';

    const { graceMs } = this.#options;
    const plan = planRun({ isBrokenOff, elapsed }, { now, graceMs, missedRun: row.missed_run });
    const { isOnTime, missed } = plan;
    const starts = plan.action === 'start' && row.state === 'active';
    const run = isOnTime && elapsed !== undefined ? elapsed.last : now;
    // A run that is made up for comes later than it should, and the one after it must not come too soon.
    const next = starts
      ? cadence.nextAfterRun(run, { after: now, rhythm: agreement?.terms.schedule ?? 'none' })
      : cadence.next(now);
    await this.#update(trx, id, {
      next_run_at: row.state === 'active' ? within(next, agreement) : null,
      ...(starts
        ? { last_run_at: now.toISOString(), last_outcome: null }
        : { last_outcome: 'skipped' as const }),
    });
    if (missed > 0 && (!starts || row.missed_run === 'skip'))
      await this.#missed(trx, row, { missed, agreement });
    return starts
      ? { row: { ...row, last_run_at: now.toISOString(), last_outcome: null }, missed }
      : 'skipped';
  }

  async #start(row: ScheduleRow): Promise<Result> {
    try {
      return { outcome: 'started', session: await this.#options.start(scheduleOf(row)) };
    } catch (error) {
      return { outcome: 'failed', code: asVesicaError(error).code };
    }
  }

  async #missed(
    trx: StateTransaction,
    { id, missed_run: policy }: ScheduleRow,
    { missed, agreement }: { missed: number; agreement: ScheduledAgreement | undefined },
  ): Promise<void> {
    await this.#tell(trx, { action: 'schedule.missed', id, detail: { missed, policy } });
    const message = 'the node was not there for a scheduled session';
    await this.#alarm(trx, agreement, { message, detail: { schedule: id, missed, policy } });
  }

  async #alarm(
    trx: StateTransaction,
    agreement: ScheduledAgreement | undefined,
    alarm: Pick<NewAlarm, 'message' | 'detail'>,
  ): Promise<void> {
    const kind = { kind: 'schedule-missed', severity: 'warning', distinctBy: 'schedule' } as const;
    await this.#options.alarms.raise({ ...kind, ...alarm, partnerId: agreement?.partnerId }, trx);
  }

  async #update(trx: StateTransaction, id: string, changes: Partial<ScheduleRow>): Promise<void> {
    await trx.updateTable('schedules').set(changes).where('id', '=', id).execute();
  }

  #tell(trx: StateTransaction, { action, id, detail }: Told): Promise<void> {
    return this.#context.audit.append(
      { actor: NODE_ACTOR, action, subject: { kind: 'schedule', id }, detail },
      trx,
    );
  }
}

interface Marked {
  readonly row: ScheduleRow;
  readonly missed: number;
}

type Result =
  | { readonly outcome: 'started'; readonly session: string }
  | { readonly outcome: 'failed'; readonly code: ErrorCode };

interface Told {
  readonly action: AuditAction;
  readonly id: string;
  readonly detail: Readonly<Record<string, AuditValue>>;
}

/** Whether a run was marked and not started; the session when it was, and only its outcome is missing. */
async function brokenOff(
  trx: StateTransaction,
  { id, last_run_at: markedAt, last_outcome: outcome }: ScheduleRow,
): Promise<{ readonly isBrokenOff: boolean; readonly session?: string }> {
  if (markedAt === null || outcome !== null) return { isBrokenOff: false };
  const session = await trx
    .selectFrom('sessions')
    .select('id')
    .where('schedule_id', '=', id)
    .where('created_at', '>=', markedAt)
    .orderBy('id')
    .executeTakeFirst();
  return session === undefined ? { isBrokenOff: true } : { isBrokenOff: false, session: session.id };
}

/** The time of a run, unless its agreement is over by then. */
function within(next: Date | undefined, agreement: ScheduledAgreement | undefined): string | null {
  const until = agreement === undefined ? Infinity : Date.parse(agreement.terms.validUntil);
  return next !== undefined && next.getTime() < until ? next.toISOString() : null;
}
