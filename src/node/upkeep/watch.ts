import type { BudgetStatement } from '../../ledger/index.js';
import type { AuditVerdict } from '../audit/index.js';
import type { NodeContext } from '../context.js';
import { sql } from '../store/index.js';
import type { NewAlarm } from './alarm.js';
import type { Alarms } from './alarms.js';
import { budgetNearEnd, manyRefusals, unusualFigure, type SessionFigures } from './watch-rules.js';

const REFUSALS_WINDOW_MS = 86_400_000;

/** When an alarm is raised. */
export interface WatchThresholds {
  /** Share of a budget that is spent; 0.8 by default. */
  readonly budgetShare?: number | undefined;
  /** Relative change of a list's size against the median of earlier sessions; 0.5 by default. */
  readonly listSizeChange?: number | undefined;
  /** The same of a match rate; 0.5 by default. */
  readonly matchRateChange?: number | undefined;
  /** Refusals of one partner within 24 hours; 10 by default. */
  readonly refusals?: number | undefined;
  /** Unknown peers that there are open alarms about: a stranger can make any number of keys. 20 by default. */
  readonly unknownPeers?: number | undefined;
  /** How many earlier sessions are compared with; 20 by default. */
  readonly earlierSessions?: number | undefined;
}

export interface WatchOptions extends WatchThresholds {
  readonly alarms: Pick<Alarms, 'raise'>;
}

/** A session that is done. */
export interface FinishedSession extends SessionFigures {
  readonly id: string;
  readonly partnerId: string;
  readonly datasetId: string;
}

/**
 * Looks at what happens on the node, and raises alarms. Each method resolves once its alarm, if any, is on the disk, and
 * throws VesicaError `state/...` when it cannot be.
 */
export class Watch {
  readonly #context: NodeContext;
  readonly #options: WatchOptions;
  /** Of each partner the times of its newest refusals, in milliseconds; a restart forgets them. */
  readonly #refusals = new Map<string, readonly number[]>();

  constructor(context: NodeContext, options: WatchOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** A cost was spent: `statement` is where the budget for `lineage` stands now. */
  async budgetSpent(
    { partnerId, lineage }: { readonly partnerId: string; readonly lineage: string },
    statement: Pick<BudgetStatement, 'limit' | 'spent'>,
  ): Promise<void> {
    const { budgetShare = 0.8 } = this.#options;
    await this.#raise(budgetNearEnd(lineage, statement, budgetShare), { partnerId });
  }

  /** A session is done: its figures are compared with those of earlier ones of the same dataset and partner. */
  async sessionFinished(session: FinishedSession): Promise<void> {
    const { listSizeChange = 0.5, matchRateChange = 0.5 } = this.#options;
    const earlier = await this.#earlier(session);
    const changes = [
      ['ownItems', listSizeChange],
      ['peerItems', listSizeChange],
      ['matchPercent', matchRateChange],
    ] as const;
    for (const [figure, change] of changes) {
      const alarm = unusualFigure(figure, { now: session, earlier, change });
      await this.#raise(alarm, { partnerId: session.partnerId, sessionId: session.id });
    }
  }

  /** A list was refused because it is almost one that was paid for before. */
  async nearRepeat(subject: {
    readonly partnerId: string;
    readonly sessionId?: string | undefined;
    readonly lineage: string;
  }): Promise<void> {
    await this.#raise(
      {
        kind: 'near-repeat',
        severity: 'warning',
        message: 'a list differs from an earlier one by a few people; their difference would tell of them',
        detail: { lineage: subject.lineage },
        distinctBy: 'lineage',
      },
      { partnerId: subject.partnerId, sessionId: subject.sessionId },
    );
  }

  /** Something that a partner asked for was refused. */
  async refused(partnerId: string): Promise<void> {
    const { refusals: most = 10 } = this.#options;
    const now = this.#context.now().getTime();
    const times = [...(this.#refusals.get(partnerId) ?? []), now].slice(-most);
    this.#refusals.set(partnerId, times);
    await this.#raise(manyRefusals(times, { now, most, windowMs: REFUSALS_WINDOW_MS }), { partnerId });
  }

  /**
   * Somebody with a key that no partner has tried to connect. Strangers have as many keys as they like, so that only so
   * many are told of; the others are refused all the same.
   *
   * @param fingerprint `sha256:` and 64 lower-case hexadecimal digits.
   */
  async unknownPeer(fingerprint: string): Promise<void> {
    const { unknownPeers: atMost = 20 } = this.#options;
    await this.#raise(
      {
        kind: 'unknown-peer',
        severity: 'notice',
        message: 'somebody whose key is none of a partner tried to connect',
        detail: { peerFingerprint: fingerprint },
        distinctBy: 'peerFingerprint',
        atMost,
      },
      {},
    );
  }

  /** The audit log was looked through; an alarm unless it is as it was written. */
  async auditVerified(verdict: AuditVerdict): Promise<void> {
    if (verdict.ok) return;
    await this.#raise(
      {
        kind: 'audit-broken',
        severity: 'critical',
        message: 'the audit log is not as it was written',
        detail: { fault: verdict.fault, sequence: verdict.sequence },
      },
      {},
    );
  }

  async #raise(
    alarm: NewAlarm | undefined,
    subject: Pick<NewAlarm, 'partnerId' | 'sessionId'>,
  ): Promise<void> {
    if (alarm !== undefined) await this.#options.alarms.raise({ ...alarm, ...subject });
  }

  /** The newest sessions that were done before, as far as their reports are still kept. */
  #earlier({ id, partnerId, datasetId }: FinishedSession): Promise<SessionFigures[]> {
    const { earlierSessions = 20 } = this.#options;
    return this.#context.store.db
      .selectFrom('sessions')
      .leftJoin('reports', 'reports.session_id', 'sessions.id')
      .select([
        'sessions.own_items as ownItems',
        'sessions.peer_items as peerItems',
        sql<number | null>`reports.body ->> '$.matchRate.percent'`.as('matchPercent'),
      ])
      .where('sessions.partner_id', '=', partnerId)
      .where('sessions.dataset_id', '=', datasetId)
      .where('sessions.state', '=', 'done')
      .where('sessions.id', '<>', id)
      .orderBy('sessions.ended_at', 'desc')
      .limit(earlierSessions)
      .execute();
  }
}
