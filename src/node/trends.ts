import { MATCH_RATE_CAP_PERCENT } from '../measurement/index.js';
import type { Report } from '../report/index.js';
import type { Actor, NodeContext } from './context.js';
import { decimalText } from './decimal-text.js';
import type { NodeLedger } from './ledger/index.js';
import type { Reports } from './results/index.js';
import type { StoredSessionState } from './store/index.js';
import type { Schedules } from './upkeep/index.js';

/** Runs that a trend shows: more than a year of weeks. */
export const MAX_TREND_RUNS = 60;

export const TREND_KINDS = ['matched', 'yes-no', 'amount'] as const;

/** A figure with its interval; `null` where it cannot be stated. */
export interface TrendFigure {
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/** A lift against the control arm over all cohorts: the difference per person, in the unit of the measure. */
export interface TrendLift extends TrendFigure {
  /** `null` for matched people. */
  readonly measure: string | null;
  readonly kind: (typeof TREND_KINDS)[number];
  readonly arm: string;
  /** The same over the control arm. */
  readonly relative: TrendFigure;
}

/** One run of a schedule. */
export interface TrendRun {
  readonly sessionId: string;
  /** `null` without a report, or once it is deleted: then there are no figures either. */
  readonly reportId: string | null;
  /** When the run began. */
  readonly at: string;
  readonly state: StoredSessionState;
  /** Whole percent of the own list; at most 85, and more than that when it is capped. */
  readonly matchRatePercent: number | null;
  readonly matchRateCapped: boolean;
  /** What it cost the budget of this side, decimal text; `null` when it spent nothing, or nothing that an epsilon tells. */
  readonly epsilon: string | null;
  readonly lifts: readonly TrendLift[];
}

interface TrendsOptions {
  readonly schedules: Pick<Schedules, 'get'>;
  readonly reports: Reports;
  readonly ledger: NodeLedger;
}

/** What the runs of a schedule found, one after the other. */
export class Trends {
  readonly #context: NodeContext;
  readonly #options: TrendsOptions;

  constructor(context: NodeContext, options: TrendsOptions) {
    this.#context = context;
    this.#options = options;
  }

  /**
   * The newest runs of a schedule, oldest first. Reports are read for it, which one entry in the audit log tells.
   *
   * @throws VesicaError `api/not-found` with field `schedule`; `state/damaged` as `Reports.read`.
   */
  async of(scheduleId: string, actor: Actor): Promise<TrendRun[]> {
    const { schedules, reports, ledger } = this.#options;
    await schedules.get(scheduleId);
    const newest = await this.#context.store.db
      .selectFrom('sessions')
      .select(['id', 'created_at', 'state'])
      .where('schedule_id', '=', scheduleId)
      .orderBy('id', 'desc')
      .limit(MAX_TREND_RUNS)
      .execute();
    const runs = newest.reverse();
    const ids = runs.map(({ id }) => id);
    const kept = await reports.readOf(ids, {
      actor,
      action: 'schedule.trend-read',
      subject: { kind: 'schedule', id: scheduleId },
      detail: { runs: runs.length, firstSession: ids[0] ?? null, lastSession: ids.at(-1) ?? null },
    });
    const spent = await ledger.spentBy(ids);
    return runs.map(({ id, created_at: at, state }) => {
      const { id: reportId, report } = kept.get(id) ?? { id: null, report: undefined };
      const epsilon = spent.get(id)?.epsilon;
      return {
        sessionId: id,
        reportId,
        at,
        state,
        ...matchRateOf(report),
        epsilon: epsilon === undefined ? null : decimalText(epsilon),
        lifts: report === undefined ? [] : liftsOf(report),
      };
    });
  }
}

function matchRateOf(report: Report | undefined): Pick<TrendRun, 'matchRatePercent' | 'matchRateCapped'> {
  const { matchRate = null, matchedKeys = null, lists } = report ?? {};
  if (matchRate !== null) {
    return { matchRatePercent: matchRate.percent, matchRateCapped: matchRate.capped };
  }
  if (matchedKeys === null || lists === undefined || lists.own === 0) {
    return { matchRatePercent: null, matchRateCapped: false };
  }
  const percent = Math.round((100 * matchedKeys) / lists.own);
  return {
    matchRatePercent: Math.min(MATCH_RATE_CAP_PERCENT, percent),
    matchRateCapped: percent > MATCH_RATE_CAP_PERCENT,
  };
}

type Compared = Pick<NonNullable<Report['lift']>['overall'][number]['lift'], 'absolute' | 'relative'>;

function liftsOf({ lift, measures }: Report): TrendLift[] {
  const tables = [
    ...(lift === null ? [] : [{ measure: null, kind: 'matched' as const, overall: lift.overall }]),
    ...measures.flatMap(({ name, kind, lift: own }) =>
      own === null ? [] : [{ measure: name, kind, overall: own.table.overall }],
    ),
  ];
  return tables.flatMap(({ measure, kind, overall }) =>
    overall.map(({ arm, lift: { absolute, relative } }) => ({
      ...{ measure, kind, arm },
      ...figureOf(absolute),
      relative: figureOf(relative),
    })),
  );
}

function figureOf({ value, interval }: Compared['absolute'] | Compared['relative']): TrendFigure {
  return { value, lower: interval?.lower ?? null, upper: interval?.upper ?? null };
}
