import type { SessionEvent } from '../../../admin/index.js';
import { withSample, type ProgressSample } from './progress-window.js';

export type PeerState = 'connected' | 'waiting' | 'gone';

/** What is known of a session that is under way. */
export interface Live {
  /** The stage that the node told last. */
  readonly stage: string | undefined;
  readonly samples: readonly ProgressSample[];
  readonly bytesSent: number | undefined;
  readonly bytesReceived: number | undefined;
  readonly peer: PeerState | undefined;
}

export const NOTHING_YET: Live = {
  stage: undefined,
  samples: [],
  bytesSent: undefined,
  bytesReceived: undefined,
  peer: undefined,
};

const PEER_STATES: readonly string[] = ['connected', 'waiting', 'gone'] satisfies PeerState[];

/** `live` with what a progress event tells. Counts are of a stage: another one starts the samples anew. */
export function withProgress(live: Live, { at, detail }: Pick<SessionEvent, 'at' | 'detail'>): Live {
  const { stage, done, total, bytesSent, bytesReceived, peer } = detail;
  const isCounted = typeof done === 'number' && typeof total === 'number' && total > 0;
  const before = stage === live.stage ? live.samples : [];
  return {
    stage: typeof stage === 'string' ? stage : live.stage,
    samples: isCounted ? withSample(before, { at: Date.parse(at), done, total }) : before,
    bytesSent: typeof bytesSent === 'number' ? bytesSent : live.bytesSent,
    bytesReceived: typeof bytesReceived === 'number' ? bytesReceived : live.bytesReceived,
    peer: isPeerState(peer) ? peer : live.peer,
  };
}

function isPeerState(peer: SessionEvent['detail'][string] | undefined): peer is PeerState {
  return typeof peer === 'string' && PEER_STATES.includes(peer);
}
