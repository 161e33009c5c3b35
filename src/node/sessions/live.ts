import type { SessionState } from '../../protocol/index.js';

/** Where a session is besides the states of the protocol: waiting for its turn on this node, reading its list. */
export type LiveStage = SessionState | 'queued' | 'reading';
/** `waiting`: not reached yet. `gone`: it was connected, and left. */
export const PEER_STATES = ['connected', 'waiting', 'gone'] as const;
export type PeerState = (typeof PEER_STATES)[number];

/** How far a session is that has something under way on this node. Nothing of it is kept. */
export interface SessionProgress {
  readonly stage: LiveStage;
  /** Of the stage; 0 of 0 before anything can be counted. */
  readonly done: number;
  readonly total: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly at: string;
  readonly peer: PeerState;
}

const BEGINNING = { stage: 'greeting', done: 0, total: 0, bytesSent: 0, bytesReceived: 0 } as const;

/**
 * How far each session is. A session may have two connections for a moment, when an offer is made again before the loss of
 * the one before is noticed: what the older one tells then is not taken.
 */
export class LiveSessions {
  readonly #live = new Map<string, { readonly owner: object; readonly progress: SessionProgress }>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  find(id: string): SessionProgress | null {
    return this.#live.get(id)?.progress ?? null;
  }

  /** From now on `owner` tells of the session. */
  open(id: string, owner: object, peer: PeerState): SessionProgress {
    const progress = { ...BEGINNING, at: this.#now().toISOString(), peer };
    this.#live.set(id, { owner, progress });
    return progress;
  }

  /** `undefined` when another one tells of the session, or nobody any more. */
  update(
    id: string,
    owner: object,
    changes: Partial<Omit<SessionProgress, 'at'>>,
  ): SessionProgress | undefined {
    const known = this.#live.get(id);
    if (known?.owner !== owner) return undefined;
    // Counts are of a stage.
    const isNext = changes.stage !== undefined && changes.stage !== known.progress.stage;
    const counts = isNext ? { done: 0, total: 0 } : {};
    const progress = { ...known.progress, ...counts, ...changes, at: this.#now().toISOString() };
    this.#live.set(id, { owner, progress });
    return progress;
  }

  /** Nothing of the session is under way any more; with an owner, only if it is the one that tells of it. */
  close(id: string, owner?: object): void {
    if (owner === undefined || this.#live.get(id)?.owner === owner) this.#live.delete(id);
  }
}
