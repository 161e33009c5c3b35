import type { KeyObject } from 'node:crypto';
import type { ListenAddress, NodeIdentity } from '../transport/index.js';
import type { KeyRing } from './keys/index.js';

/** What a node is told when it starts. Secrets are in it as objects that print as nothing. */
export interface NodeConfig {
  /** This party's name, shown to partners. */
  readonly party: string;
  /** Name and version of the software, shown to partners. */
  readonly software: string;
  /** Folder of the state; created when it is not there. */
  readonly stateFolder: string;
  /** Folders that datasets are read from, absolute; nothing is read from elsewhere, and nothing at all when there is none. */
  readonly dataFolders: readonly string[];
  /** Files and folders beside the state that must not lie in those: identity, keys, configuration, backups. Absolute. */
  readonly keepOut: readonly string[];
  readonly identity: NodeIdentity;
  /** Keys that the node had before; what they signed in the audit log stays good. 32 bytes each. */
  readonly formerKeys?: readonly Uint8Array[];
  readonly masterKeys: KeyRing;
  /** Where partners connect. */
  readonly listen: ListenAddress;
  /** `auto` unless told; see `chooseEngine`. */
  readonly engine?: string | undefined;
  /** Worker threads of the engine; 0 does the work in the thread that answers requests, for tests and tiny machines. */
  readonly threads: number;
  readonly limits: NodeLimits;
  readonly timeouts: NodeTimeouts;
  readonly retention: {
    /** How long a list that was loaded ahead of a session stays staged. */
    readonly stagedHours: number;
  };
  readonly alarms: NodeAlarms;
}

export interface NodeLimits {
  /** Sessions that have not ended, on either side; a further one is refused. */
  readonly openSessions: number;
  /** Sessions that run at once, of those this node started and of those its partners started, each. */
  readonly runningSessions: number;
  /**
   * What running sessions may take in memory, in MiB, in four equal parts: own lists and partners' lists, of sessions that
   * this node started and of those its partners started. A session that does not fit waits; one that never will is refused.
   */
  readonly memoryMiB: number;
  /** Longest list of either side, in match keys. */
  readonly maxElements?: number | undefined;
}

export interface NodeTimeouts {
  /** How long an offer waits for the other side's approval. */
  readonly offerHours: number;
  /** How long a partner may be silent while a session runs and this side has nothing to do. */
  readonly idleSeconds: number;
  /** How long an accepted session may wait for its turn on the other side. */
  readonly queueSeconds: number;
  /** Longest pause between attempts to reach a partner. */
  readonly connectRetrySeconds: number;
}

export interface NodeAlarms {
  readonly webhook?: { readonly url: string; readonly secret: KeyObject } | undefined;
  /** Share of a budget that raises an alarm when it is spent, in (0, 1]. */
  readonly budgetShare: number;
  /** Relative change of a match rate that raises an alarm. */
  readonly matchRateChange: number;
  /** Relative change of a list's size that raises an alarm. */
  readonly listSizeChange: number;
}

export const NODE_DEFAULTS = {
  limits: { openSessions: 50, runningSessions: 4, memoryMiB: 2048 },
  timeouts: { offerHours: 72, idleSeconds: 600, queueSeconds: 3600, connectRetrySeconds: 30 },
  retention: { stagedHours: 24 },
  alarms: { budgetShare: 0.8, matchRateChange: 0.5, listSizeChange: 0.5 },
} as const;
