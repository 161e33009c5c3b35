import type { Session, SessionEvent } from '../../../admin/index.js';

/** The stages that a session goes through, as its node tells them; blinding, matching and sums run through one another. */
export const TRACK = ['offered', 'accepted', 'list', 'handshake', 'stream', 'closing', 'report'] as const;
export type TrackStage = (typeof TRACK)[number];
export type TrackMark = 'done' | 'current' | 'ahead' | 'stopped' | 'stopped-later';

/** The stage of the track for a stage of the node's progress. */
const OF_PROGRESS: Readonly<Record<string, TrackStage>> = {
  queued: 'accepted',
  reading: 'list',
  listing: 'handshake',
  recalling: 'handshake',
  streaming: 'stream',
  closing: 'closing',
  done: 'report',
};

type Tracked = Pick<Session, 'state' | 'ownItems'>;

/** What is known of the way besides the session itself. */
export interface KnownOfWay {
  /** The stage that the node told last, if it told any. */
  readonly progress?: string | undefined;
  /** The state in which the session was when it ended. */
  readonly endedFrom?: Session['state'] | undefined;
}

/**
 * How far each stage is. A session that ended early without having told a stage has stopped in the last one that it is known
 * to have reached, or later.
 */
export function trackOf(session: Tracked, known: KnownOfWay): Record<TrackStage, TrackMark> {
  const { stage, isSure } = reached(session, known);
  const at = TRACK.indexOf(stage);
  const { state } = session;
  const here: TrackMark =
    state === 'done' ? 'done' : isOpen(state) ? 'current' : isSure ? 'stopped' : 'stopped-later';
  const marks = TRACK.map((name, i): [TrackStage, TrackMark] => [
    name,
    i < at ? 'done' : i === at ? here : 'ahead',
  ]);
  return Object.fromEntries(marks) as Record<TrackStage, TrackMark>;
}

function reached(
  { state, ownItems }: Tracked,
  { progress, endedFrom }: KnownOfWay,
): { stage: TrackStage; isSure: boolean } {
  if (state === 'done') return { stage: 'report', isSure: true };
  const from = isOpen(state) ? state : endedFrom;
  const kept: TrackStage =
    from === 'running' ? (ownItems === null ? 'list' : 'handshake') : from === 'accepted' ? from : 'offered';
  // What the node tells while it works is ahead of what was asked of it last.
  const told = progress === undefined ? undefined : OF_PROGRESS[progress];
  if (told !== undefined && TRACK.indexOf(told) >= TRACK.indexOf(kept)) return { stage: told, isSure: true };
  return { stage: kept, isSure: isOpen(state) || kept !== 'handshake' };
}

/** Whether the session has not ended. */
export function isOpen(state: Session['state']): boolean {
  return state === 'draft' || state === 'offered' || state === 'accepted' || state === 'running';
}

/** The state in which a session was when it ended, by its events. */
export function endedFrom(
  events: readonly Pick<SessionEvent, 'from' | 'to'>[],
): Session['state'] | undefined {
  return events.findLast(({ to }) => to !== null && !isOpen(to))?.from ?? undefined;
}
