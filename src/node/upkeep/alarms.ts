import { VesicaError } from '../../errors.js';
import type { AuditEntry } from '../audit/index.js';
import {
  found,
  NODE_ACTOR,
  pageOf,
  rowsToAsk,
  type Actor,
  type NodeContext,
  type Page,
  type PageQuery,
} from '../context.js';
import {
  ALARM_SEVERITIES,
  sql,
  type AlarmKind,
  type AlarmRow,
  type AlarmState,
  type StateTransaction,
} from '../store/index.js';
import { alarmOf, type Alarm, type AlarmDetail, type NewAlarm } from './alarm.js';
import { deliverDue, type Delivered } from './delivery.js';
import { httpPost } from './post.js';
import { requireWebhook, type Post, type Webhook } from './webhook.js';

const DAY_MS = 86_400_000;
const LAPSE_DAYS = 30;

export interface AlarmsOptions {
  /** Name of this node, for whoever receives alarms of several. */
  readonly node: string;
  /** Alarms are sent nowhere without one. */
  readonly webhook?: Webhook | undefined;
  /** `httpPost()` by default. */
  readonly post?: Post | undefined;
  /** An alarm that is not critical and that nobody closed is closed after so many days; 30 by default. */
  readonly lapseDays?: number | undefined;
}

export interface AlarmQuery extends PageQuery {
  readonly state?: AlarmState | undefined;
  readonly kind?: AlarmKind | undefined;
}

/** What needs somebody's attention: kept until it is closed, audited, and sent to a webhook. */
export class Alarms {
  readonly #context: NodeContext;
  readonly #options: AlarmsOptions;
  readonly #post: Post;
  #delivering: Promise<Delivered> | undefined;

  /** @throws VesicaError `config/invalid` as `requireWebhook`. */
  constructor(context: NodeContext, options: AlarmsOptions) {
    if (options.webhook !== undefined) requireWebhook(options.webhook);
    this.#context = context;
    this.#options = options;
    this.#post = options.post ?? httpPost();
  }

  /**
   * Raises an alarm, unless one of its kind, partner and session that is as severe is not closed yet. Inside of a
   * transaction pass it.
   *
   * @returns The id of the alarm, or of the one that there is; `undefined` when there are too many of its kind.
   * @throws VesicaError `internal/defect` when it looks as if it held an identifier; `state/...`.
   */
  raise(alarm: NewAlarm, trx?: StateTransaction): Promise<string | undefined> {
    const raised = (own: StateTransaction): Promise<string | undefined> => this.#raise(alarm, own);
    return trx === undefined ? this.#context.store.transaction(raised) : raised(trx);
  }

  /** Somebody looks after it. @throws VesicaError `api/not-found`; `state/conflict` unless it is open. */
  acknowledge(id: string, actor: Actor): Promise<Alarm> {
    const changes = {
      state: 'acknowledged',
      acknowledged_by: actor.name,
      acknowledged_at: this.#context.now().toISOString(),
    } as const;
    return this.#move(id, { from: ['open'], changes, actor });
  }

  /** It is dealt with. @throws VesicaError `api/not-found`; `state/conflict` when it is closed already. */
  close(id: string, actor: Actor): Promise<Alarm> {
    return this.#move(id, { from: ['open', 'acknowledged'], changes: { state: 'closed' }, actor });
  }

  async find(id: string): Promise<Alarm | undefined> {
    const rows = this.#context.store.db.selectFrom('alarms').selectAll();
    const row = await rows.where('id', '=', id).executeTakeFirst();
    return row && alarmOf(row);
  }

  /** @throws VesicaError `api/not-found`. */
  async get(id: string): Promise<Alarm> {
    return found(await this.find(id), 'alarm');
  }

  /** Newest first. @throws VesicaError `config/invalid` with field `limit`. */
  async list(query: AlarmQuery = {}): Promise<Page<Alarm>> {
    const { state, kind, after } = query;
    let rows = this.#context.store.db.selectFrom('alarms').selectAll();
    if (state !== undefined) rows = rows.where('state', '=', state);
    if (kind !== undefined) rows = rows.where('kind', '=', kind);
    if (after !== undefined) rows = rows.where('id', '<', after);
    return pageOf(await rows.orderBy('id', 'desc').limit(rowsToAsk(query)).execute(), query, alarmOf);
  }

  /**
   * Sends the alarms whose time has come, the oldest first. At least once: an alarm whose answer was lost is sent again.
   *
   * @throws VesicaError `state/...`; a receiver that fails is no error here.
   */
  deliver(): Promise<Delivered> {
    const { webhook, node } = this.#options;
    if (webhook === undefined) return Promise.resolve({ delivered: 0, failed: 0, givenUp: 0 });
    // Two at once would send the same alarms.
    this.#delivering ??= deliverDue(this.#context, {
      webhook,
      node,
      post: this.#post,
      alarms: this,
    }).finally(() => (this.#delivering = undefined));
    return this.#delivering;
  }

  /** Closes what nobody did for so long that it says nothing any more; how many. Critical alarms stay. */
  async closeLapsed(): Promise<number> {
    const { store, now } = this.#context;
    const days = this.#options.lapseDays ?? LAPSE_DAYS;
    const lapsed = await store.db
      .selectFrom('alarms')
      .select('id')
      .where('state', '<>', 'closed')
      .where('severity', '<>', 'critical')
      .where('raised_at', '<=', new Date(now().getTime() - days * DAY_MS).toISOString())
      .orderBy('id')
      .execute();
    for (const { id } of lapsed) {
      await this.#move(id, {
        from: ['open', 'acknowledged'],
        changes: { state: 'closed' },
        actor: NODE_ACTOR,
        reason: 'lapsed',
      });
    }
    return lapsed.length;
  }

  async #raise(alarm: NewAlarm, trx: StateTransaction): Promise<string | undefined> {
    const { newId, now } = this.#context;
    const known = await unclosed(trx, alarm);
    if (known !== undefined) return known;
    if (alarm.atMost !== undefined && (await countUnclosed(trx, alarm.kind)) >= alarm.atMost)
      return undefined;
    const { kind, severity, message, detail } = alarm;
    const at = now().toISOString();
    // An alarm about the webhook would only fail there too.
    const isSent = this.#options.webhook !== undefined && kind !== 'webhook-failed';
    const row: AlarmRow = {
      id: newId(),
      kind,
      severity,
      state: 'open',
      partner_id: alarm.partnerId ?? null,
      session_id: alarm.sessionId ?? null,
      message,
      detail: JSON.stringify(detail),
      raised_at: at,
      acknowledged_by: null,
      acknowledged_at: null,
      delivery: isSent ? 'pending' : 'none',
      delivery_attempts: 0,
      next_delivery_at: isSent ? at : null,
    };
    await this.#tell(trx, row, detail);
    await trx.insertInto('alarms').values(row).execute();
    return row.id;
  }

  /** With all that the alarm says, so that the log's check for identifiers is one on the alarm as well. */
  async #tell(trx: StateTransaction, row: AlarmRow, detail: AlarmDetail): Promise<void> {
    const { kind, severity, message, partner_id: partner, session_id: session } = row;
    const entry: AuditEntry = {
      actor: NODE_ACTOR,
      action: 'alarm.raised',
      subject: { kind: 'alarm', id: row.id },
      detail: { ...detail, kind, severity, message, partner, session },
    };
    try {
      await this.#context.audit.append(entry, trx);
    } catch (error) {
      // A log that was tampered with takes no entry, and that is when this alarm must be raised.
      const isBroken = error instanceof VesicaError && error.code === 'state/damaged';
      if (!isBroken || kind !== 'audit-broken') throw error;
    }
  }

  #move(
    id: string,
    {
      from,
      changes,
      actor,
      reason = null,
    }: {
      readonly from: readonly AlarmState[];
      readonly changes: Partial<AlarmRow> & { readonly state: 'acknowledged' | 'closed' };
      readonly actor: Actor;
      readonly reason?: string | null;
    },
  ): Promise<Alarm> {
    const { store, audit } = this.#context;
    return store.transaction(async (trx) => {
      const rows = trx.selectFrom('alarms').selectAll().where('id', '=', id);
      const row = found(await rows.executeTakeFirst(), 'alarm');
      if (!from.includes(row.state)) {
        throw new VesicaError('state/conflict', `the alarm is ${row.state} already`, { field: 'alarm' });
      }
      await trx.updateTable('alarms').set(changes).where('id', '=', id).execute();
      await audit.append(
        {
          actor,
          action: `alarm.${changes.state}`,
          subject: { kind: 'alarm', id },
          detail: { kind: row.kind, reason },
        },
        trx,
      );
      return alarmOf({ ...row, ...changes });
    });
  }
}

/** The alarm that says the same and is as severe, if it is not closed. */
async function unclosed(trx: StateTransaction, alarm: NewAlarm): Promise<string | undefined> {
  const { kind, severity, partnerId = null, sessionId = null, distinctBy, detail } = alarm;
  const asSevere = ALARM_SEVERITIES.slice(ALARM_SEVERITIES.indexOf(severity));
  let rows = trx
    .selectFrom('alarms')
    .select('id')
    .where('state', '<>', 'closed')
    .where('kind', '=', kind)
    .where('severity', 'in', asSevere)
    .where('partner_id', 'is', partnerId)
    .where('session_id', 'is', sessionId);
  if (distinctBy !== undefined) {
    rows = rows.where(sql`detail ->> ${distinctBy}`, 'is', detail[distinctBy] ?? null);
  }
  return (await rows.orderBy('id', 'desc').executeTakeFirst())?.id;
}

async function countUnclosed(trx: StateTransaction, kind: AlarmKind): Promise<number> {
  const { count } = await trx
    .selectFrom('alarms')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('state', '<>', 'closed')
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  return count;
}
