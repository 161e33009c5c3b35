import type { VesicaError } from '../../errors.js';
import type { NodeIdentity } from '../../transport/index.js';
import type { NodeContext } from '../context.js';
import type { Datasets } from '../datasets/index.js';
import type { NodeLedger } from '../ledger/index.js';
import type { NodeLimits, NodeTimeouts } from '../node-config.js';
import type { Agreements, Partners } from '../partners/index.js';
import type { MatchedRows, Reports } from '../results/index.js';
import type { SessionRow } from '../store/index.js';
import type { EngineRoom } from './engine-room.js';

/** What sessions work with. */
export interface SessionMeans {
  readonly context: NodeContext;
  readonly party: string;
  readonly software: string;
  readonly identity: NodeIdentity;
  readonly partners: Partners;
  readonly agreements: Agreements;
  readonly datasets: Datasets;
  readonly ledger: NodeLedger;
  readonly reports: Reports;
  readonly matched: MatchedRows;
  readonly engines: EngineRoom;
  readonly limits: NodeLimits;
  readonly timeouts: NodeTimeouts;
  readonly observer: SessionObserver;
}

/** Told of what alarms are made of. What it throws is told to `failed`, and changes nothing for the session. */
export interface SessionObserver {
  /** A session is done. `matchRate` is `null` when this side learned none. */
  done(
    session: SessionRow,
    figures: { readonly ownItems: number; readonly matchRate: number | null },
  ): Promise<void>;
  /** A session of this partner was refused, by this node or by the partner, or failed. */
  refused(partnerId: string, session: SessionRow | undefined, error: VesicaError): Promise<void>;
  /** A key that is no partner's tried to connect. */
  stranger(fingerprint: string): Promise<void>;
  /** Something went wrong that no session ends with. */
  failed(where: string, error: unknown): void;
}
