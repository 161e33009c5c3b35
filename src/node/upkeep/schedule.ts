import { VesicaError } from '../../errors.js';
import type { SessionAsk } from '../partners/index.js';
import {
  MISSED_RUNS,
  type MissedRun,
  type ScheduleOutcome,
  type ScheduleRow,
  type ScheduleState,
} from '../store/index.js';

/** What an operator may change of a schedule. */
export interface ScheduleSettings {
  /** Shown to people; unique. */
  readonly name: string;
  /** Cron: minute, hour, day of the month, month, day of the week. */
  readonly pattern: string;
  /** IANA name. */
  readonly timeZone: string;
  /** What to do about runs that the node was not there for. */
  readonly missedRun: MissedRun;
  /** The session to start. */
  readonly request: SessionAsk;
}

/** A schedule to be. */
export interface NewSchedule extends ScheduleSettings {
  /** Ids; both stay. */
  readonly agreement: string;
  readonly dataset: string;
}

/** What is left out stays. */
export type ScheduleChanges = {
  readonly [Key in keyof ScheduleSettings]?: ScheduleSettings[Key] | undefined;
};

/** A schedule as it is kept. */
export interface ScheduleView extends ScheduleSettings {
  readonly id: string;
  readonly agreementId: string;
  readonly datasetId: string;
  readonly state: ScheduleState;
  /** `null` unless the schedule is active and runs again within its agreement. */
  readonly nextRunAt: string | null;
  /** When a run was last begun. */
  readonly lastRunAt: string | null;
  /** What became of the last occurrence; `null` before the first one, and while a run is being started. */
  readonly lastOutcome: ScheduleOutcome | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$/;

/**
 * Checks the parts of a schedule that can be judged alone; `Cadence` judges the pattern and the time zone, the
 * agreement what is asked.
 *
 * @throws VesicaError `config/invalid` with field `name` or `missedRun`.
 */
export function requireSettings({ name, missedRun }: ScheduleSettings): void {
  if (!NAME.test(name)) {
    throw invalid('name', 'name must have 1 to 100 letters, digits, spaces, dots, underscores or hyphens');
  }
  if (!MISSED_RUNS.includes(missedRun)) {
    throw invalid('missedRun', `missedRun must be one of ${MISSED_RUNS.join(', ')}`);
  }
}

export function scheduleOf(row: ScheduleRow): ScheduleView {
  return {
    id: row.id,
    agreementId: row.agreement_id,
    datasetId: row.dataset_id,
    name: row.name,
    pattern: row.pattern,
    timeZone: row.time_zone,
    missedRun: row.missed_run,
    state: row.state,
    request: JSON.parse(row.request) as SessionAsk,
    nextRunAt: row.next_run_at,
    lastRunAt: row.last_run_at,
    lastOutcome: row.last_outcome,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The columns of what an operator may change. */
export function columnsOf(
  settings: ScheduleSettings,
): Pick<ScheduleRow, 'name' | 'pattern' | 'time_zone' | 'missed_run' | 'request'> {
  return {
    name: settings.name,
    pattern: settings.pattern,
    time_zone: settings.timeZone,
    missed_run: settings.missedRun,
    request: JSON.stringify(settings.request),
  };
}

function invalid(field: string, message: string): VesicaError {
  return new VesicaError('config/invalid', message, { field });
}
