import type { Actor } from '../context.js';
import type { Agreement } from '../partners/index.js';
import type { DatasetState } from '../store/index.js';
import type { ScheduleView } from './schedule.js';

/** What upkeep needs of the other parts of a node: no more than is written here. */

/** An agreement, as far as a schedule depends on it. */
export type ScheduledAgreement = Pick<
  Agreement,
  'id' | 'partnerId' | 'state' | 'datasets' | 'terms' | 'termsDigest' | 'ownParty'
>;

export interface ScheduleCollaborators {
  readonly agreements: { find(id: string): Promise<ScheduledAgreement | undefined> };
  readonly definitions: {
    find(id: string): Promise<{ readonly id: string; readonly state: DatasetState } | undefined>;
  };
  /**
   * Starts the session of a schedule; resolves to its id. The row of the session, with the id of the schedule, must be
   * what it writes first: after a crash it is the proof that the run was started.
   */
  readonly start: (schedule: ScheduleView) => Promise<string>;
}

/** Something that is kept for a time. Its owner audits what it deletes, and keeps what a ledger or the audit needs. */
export interface Retained {
  /** One lower-case word for what it is, such as `report`. */
  readonly name: string;
  due(): Promise<readonly { readonly id: string }[]>;
  delete(id: string, actor: Actor): Promise<unknown>;
}
