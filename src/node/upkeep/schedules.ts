import { VesicaError } from '../../errors.js';
import {
  found,
  pageOf,
  rowsToAsk,
  type Actor,
  type NodeContext,
  type Page,
  type PageQuery,
} from '../context.js';
import type { AuditAction } from '../audit/index.js';
import { checkedSessionAsk, sessionTerms } from '../partners/index.js';
import type { ScheduleRow, ScheduleState, StateTransaction } from '../store/index.js';
import type { Alarms } from './alarms.js';
import { Cadence } from './cadence.js';
import type { ScheduleCollaborators, ScheduledAgreement } from './collaborators.js';
import {
  columnsOf,
  requireSettings,
  scheduleOf,
  type NewSchedule,
  type ScheduleChanges,
  type ScheduleSettings,
  type ScheduleView,
} from './schedule.js';
import { ScheduleRuns, type Ticked } from './schedule-runs.js';

/** A run begun within so long of its time is on time: the node looks only now and then. */
const GRACE_MS = 300_000;

export interface SchedulesOptions extends ScheduleCollaborators {
  readonly alarms: Pick<Alarms, 'raise'>;
  /** Later than this a run is a missed one; 5 minutes by default. */
  readonly graceMs?: number | undefined;
}

export interface ScheduleQuery extends PageQuery {
  readonly state?: ScheduleState | undefined;
  readonly agreement?: string | undefined;
}

/** Sessions that start by themselves, in the rhythm that an agreement allows. */
export class Schedules {
  readonly #context: NodeContext;
  readonly #options: SchedulesOptions;
  readonly #runs: ScheduleRuns;
  #ticking: Promise<Ticked> | undefined;

  constructor(context: NodeContext, options: SchedulesOptions) {
    this.#context = context;
    this.#options = options;
    this.#runs = new ScheduleRuns(context, { ...options, graceMs: options.graceMs ?? GRACE_MS });
  }

  /**
   * Keeps a new schedule, active from now on.
   *
   * @throws VesicaError `config/invalid` naming the key, also when the pattern never comes while the agreement is valid or
   * the name is taken; `api/not-found` with field `agreement` or `dataset`; `agreement/not-active`; `policy/not-agreed`
   * with field `dataset` or `schedule`; `state/conflict` when the dataset is archived; and as `sessionTerms`, when the
   * agreement does not allow the session.
   */
  async create(schedule: NewSchedule, actor: Actor): Promise<ScheduleView> {
    const { newId, now } = this.#context;
    const agreement = await this.#usable(schedule.agreement);
    await this.#requireDataset(schedule.dataset, agreement);
    const next = this.#firstRun(schedule, { agreement, after: now() });
    const at = now().toISOString();
    const row: ScheduleRow = {
      id: newId(),
      agreement_id: schedule.agreement,
      dataset_id: schedule.dataset,
      ...columnsOf(schedule),
      state: 'active',
      next_run_at: next.toISOString(),
      last_run_at: null,
      last_outcome: null,
      created_at: at,
      updated_at: at,
    };
    return this.#context.store.transaction(async (trx) => {
      await requireFree(trx, row);
      await trx.insertInto('schedules').values(row).execute();
      await this.#tell(trx, { action: 'schedule.created', row, actor });
      return scheduleOf(row);
    });
  }

  /**
   * Changes a schedule that has not ended, for the runs to come.
   *
   * @throws VesicaError `api/not-found`; `state/conflict` with field `schedule`; as `create`.
   */
  async change(id: string, changes: ScheduleChanges, actor: Actor): Promise<ScheduleView> {
    const view = await this.get(id);
    const settings = changed(view, changes);
    const agreement = await this.#usable(view.agreementId);
    const next = this.#firstRun(settings, this.#placeOf(view, agreement));
    return this.#move(id, {
      from: ['active', 'paused'],
      action: 'schedule.changed',
      actor,
      changes: ({ state }) => ({
        ...columnsOf(settings),
        next_run_at: state === 'active' ? next.toISOString() : null,
      }),
    });
  }

  /** Runs nothing until it is resumed; what it does not run is not missed. @throws VesicaError `api/not-found`; `state/conflict`. */
  pause(id: string, actor: Actor): Promise<ScheduleView> {
    const changes = () => ({ state: 'paused', next_run_at: null }) as const;
    return this.#move(id, { from: ['active'], action: 'schedule.changed', actor, changes });
  }

  /** Runs again, from its next occurrence on. @throws VesicaError as `change`. */
  async resume(id: string, actor: Actor): Promise<ScheduleView> {
    const view = await this.get(id);
    const agreement = await this.#usable(view.agreementId);
    await this.#requireDataset(view.datasetId, agreement);
    const next = this.#firstRun(view, this.#placeOf(view, agreement));
    const changes = () => ({ state: 'active', next_run_at: next.toISOString() }) as const;
    return this.#move(id, { from: ['paused'], action: 'schedule.changed', actor, changes });
  }

  /** Never runs again. @throws VesicaError `api/not-found`; `state/conflict` when it has ended. */
  end(id: string, actor: Actor): Promise<ScheduleView> {
    const changes = () => ({ state: 'ended', next_run_at: null }) as const;
    return this.#move(id, { from: ['active', 'paused'], action: 'schedule.ended', actor, changes });
  }

  async find(id: string): Promise<ScheduleView | undefined> {
    const rows = this.#context.store.db.selectFrom('schedules').selectAll();
    const row = await rows.where('id', '=', id).executeTakeFirst();
    return row && scheduleOf(row);
  }

  /** @throws VesicaError `api/not-found`. */
  async get(id: string): Promise<ScheduleView> {
    return found(await this.find(id), 'schedule');
  }

  /** Newest first. @throws VesicaError `config/invalid` with field `limit`. */
  async list(query: ScheduleQuery = {}): Promise<Page<ScheduleView>> {
    const { state, agreement, after } = query;
    let rows = this.#context.store.db.selectFrom('schedules').selectAll();
    if (state !== undefined) rows = rows.where('state', '=', state);
    if (agreement !== undefined) rows = rows.where('agreement_id', '=', agreement);
    if (after !== undefined) rows = rows.where('id', '<', after);
    return pageOf(await rows.orderBy('id', 'desc').limit(rowsToAsk(query)).execute(), query, scheduleOf);
  }

  /**
   * Ends the schedules whose agreement has ended, settles the runs that a crash broke off, and starts what is due. To be
   * called often; a call while one is under way waits for that one.
   *
   * @throws VesicaError `state/...`; a session that cannot be started is an outcome, and no error here.
   */
  tick(): Promise<Ticked> {
    this.#ticking ??= this.#runs.tick().finally(() => (this.#ticking = undefined));
    return this.#ticking;
  }

  /** The first run of a schedule with these settings, after everything that can be wrong with them is checked. */
  #firstRun(settings: ScheduleSettings, { agreement, after, lastRun }: Place): Date {
    requireSettings(settings);
    sessionTerms(agreement, checkedSessionAsk(settings.request), 'initiator');
    const cadence = new Cadence(settings.pattern, settings.timeZone);
    const { schedule: rhythm, validFrom, validUntil } = agreement.terms;
    cadence.requireRhythm(rhythm, after);
    // The start of the time of validity may itself be an occurrence.
    const from = new Date(Math.max(after.getTime(), Date.parse(validFrom) - 1));
    const next =
      lastRun === undefined ? cadence.next(from) : cadence.nextAfterRun(lastRun, { after: from, rhythm });
    if (next === undefined || next.getTime() >= Date.parse(validUntil)) {
      const why = 'pattern never comes while the agreement is valid';
      throw new VesicaError('config/invalid', why, { field: 'pattern' });
    }
    return next;
  }

  #placeOf({ lastRunAt }: ScheduleView, agreement: ScheduledAgreement): Place {
    const lastRun = lastRunAt === null ? undefined : new Date(lastRunAt);
    return { agreement, after: this.#context.now(), lastRun };
  }

  async #usable(id: string): Promise<ScheduledAgreement> {
    const agreement = found(await this.#options.agreements.find(id), 'agreement');
    const isOver = Date.parse(agreement.terms.validUntil) <= this.#context.now().getTime();
    if (agreement.state === 'active' && !isOver) return agreement;
    const state = isOver ? 'not valid any more' : agreement.state;
    throw new VesicaError('agreement/not-active', `the agreement is ${state}`, { field: 'agreement' });
  }

  async #requireDataset(id: string, { datasets }: ScheduledAgreement): Promise<void> {
    const dataset = found(await this.#options.definitions.find(id), 'dataset');
    if (!datasets.includes(id)) {
      throw new VesicaError('policy/not-agreed', 'the agreement is not one for this dataset', {
        field: 'dataset',
      });
    }
    if (dataset.state !== 'active') {
      throw new VesicaError('state/conflict', `the dataset is ${dataset.state}`, { field: 'dataset' });
    }
  }

  #move(id: string, { from, action, actor, changes }: Move): Promise<ScheduleView> {
    const { store, now } = this.#context;
    return store.transaction(async (trx) => {
      const rows = trx.selectFrom('schedules').selectAll().where('id', '=', id);
      const before = found(await rows.executeTakeFirst(), 'schedule');
      if (!from.includes(before.state)) {
        throw new VesicaError('state/conflict', `the schedule is ${before.state}`, { field: 'schedule' });
      }
      const row = { ...before, ...changes(before), updated_at: now().toISOString() };
      await requireFree(trx, row);
      await trx.updateTable('schedules').set(row).where('id', '=', id).execute();
      await this.#tell(trx, { action, row, actor });
      return scheduleOf(row);
    });
  }

  #tell(
    trx: StateTransaction,
    { action, row, actor }: { action: AuditAction; row: ScheduleRow; actor: Actor },
  ): Promise<void> {
    const detail = {
      agreement: row.agreement_id,
      dataset: row.dataset_id,
      state: row.state,
      pattern: row.pattern,
      timeZone: row.time_zone,
      missedRun: row.missed_run,
    };
    return this.#context.audit.append(
      { actor, action, subject: { kind: 'schedule', id: row.id }, detail },
      trx,
    );
  }
}

/** What the first run of a schedule depends on besides its settings. */
interface Place {
  readonly agreement: ScheduledAgreement;
  readonly after: Date;
  readonly lastRun?: Date | undefined;
}

interface Move {
  readonly from: readonly ScheduleState[];
  readonly action: AuditAction;
  readonly actor: Actor;
  readonly changes: (row: ScheduleRow) => Partial<ScheduleRow>;
}

function changed(view: ScheduleView, changes: ScheduleChanges): ScheduleSettings {
  return {
    name: changes.name ?? view.name,
    pattern: changes.pattern ?? view.pattern,
    timeZone: changes.timeZone ?? view.timeZone,
    missedRun: changes.missedRun ?? view.missedRun,
    request: changes.request ?? view.request,
  };
}

/** @throws VesicaError `config/invalid` with field `name`. */
async function requireFree(trx: StateTransaction, { id, name }: ScheduleRow): Promise<void> {
  const others = trx.selectFrom('schedules').select('id').where('name', '=', name).where('id', '<>', id);
  if ((await others.executeTakeFirst()) !== undefined) {
    throw new VesicaError('config/invalid', 'there is a schedule of this name', { field: 'name' });
  }
}
