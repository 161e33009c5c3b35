import type { IdentifierType } from '../../identity/index.js';
import type { Mode, Role } from '../../protocol/index.js';
import type { Actor } from '../context.js';
import type { AgreementState, DatasetState } from '../store/index.js';
import type { Rhythm } from './cadence.js';
import type { ScheduleView } from './schedule.js';

/** What upkeep needs of the other parts of a node: no more than is written here. */

/** What a scheduled session asks for, within its agreement. */
export interface SessionAsk {
  readonly mode: Mode;
  readonly role?: Role | undefined;
  readonly purpose: string;
  readonly identifierTypes?: readonly IdentifierType[] | undefined;
  readonly epsilon?: string | undefined;
  readonly delta?: string | undefined;
  readonly disclosure?: 'dp' | 'exact' | undefined;
  readonly measures?: readonly string[] | undefined;
  readonly minList?: number | undefined;
  readonly minCell?: number | undefined;
}

/** An agreement, as far as a schedule depends on it. */
export interface ScheduledAgreement {
  readonly id: string;
  readonly partnerId: string;
  readonly state: AgreementState;
  /** Ids. */
  readonly datasets: readonly string[];
  readonly terms: { readonly schedule: Rhythm; readonly validFrom: string; readonly validUntil: string };
}

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
  /** Throws when no session could come of this ask; nothing is checked by default. */
  readonly check?: (request: { agreement: string; dataset: string; ask: SessionAsk }) => Promise<unknown>;
}

/** Something that is kept for a time. Its owner audits what it deletes, and keeps what a ledger or the audit needs. */
export interface Retained {
  /** One lower-case word for what it is, such as `report`. */
  readonly name: string;
  due(): Promise<readonly { readonly id: string }[]>;
  delete(id: string, actor: Actor): Promise<unknown>;
}
