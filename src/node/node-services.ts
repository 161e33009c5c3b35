import type { Budgets } from './budgets.js';
import type { NodeContext } from './context.js';
import type { Datasets, Definitions, Versions } from './datasets/index.js';
import type { NodeLedger } from './ledger/index.js';
import type { Overview } from './overview.js';
import type { Agreements, Partners } from './partners/index.js';
import type { Exports, MatchedRows, Reports } from './results/index.js';
import type { Sessions, SessionTotals } from './sessions/index.js';
import type { SecondFactors, Tokens } from './tokens/index.js';
import type { Trends } from './trends.js';
import type { Alarms, Schedules, Watch } from './upkeep/index.js';

/** Who a node is. */
export interface NodeInfo {
  readonly party: string;
  /** Of the identity key: `sha256:` and 64 digits. */
  readonly fingerprint: string;
  readonly software: string;
  /** Name and variant. */
  readonly engine: string;
  readonly startedAt: string;
}

/** How a node is. */
export interface NodeHealth {
  /** Whether it takes new work. */
  readonly isReady: boolean;
  /** Sessions that hold a place now, and those that wait for one. */
  readonly running: number;
  readonly waiting: number;
  /** Since the start. */
  readonly totals: Readonly<SessionTotals>;
}

/** What a running node can do, for whoever lets people ask for it. */
export interface NodeServices {
  readonly info: NodeInfo;
  readonly context: NodeContext;
  readonly partners: Partners;
  readonly agreements: Agreements;
  readonly definitions: Definitions;
  readonly versions: Versions;
  readonly datasets: Datasets;
  readonly sessions: Sessions;
  readonly ledger: NodeLedger;
  readonly budgets: Budgets;
  readonly reports: Reports;
  readonly matched: MatchedRows;
  readonly exports: Exports;
  readonly schedules: Schedules;
  readonly alarms: Alarms;
  readonly watch: Watch;
  readonly trends: Trends;
  readonly overview: Overview;
  readonly tokens: Tokens;
  readonly secondFactors: SecondFactors;
  health(): NodeHealth;
}

export interface RunningNode {
  readonly services: NodeServices;
  /** Where partners connect. */
  readonly partnerUrl: string;
  /** Lets running sessions finish until the deadline, ends the others, and closes the state. Idempotent. */
  close(deadlineMs: number): Promise<void>;
}
