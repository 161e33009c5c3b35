import { useEffect, useState } from 'react';
import { useEvents, type LiveEvents, type Session } from '../../api/index.js';
import { NOTHING_YET, withProgress, type Live } from './live.js';
import { paceOf, type Pace } from './progress-window.js';

const SILENCE_MS = 4_000;

export interface LiveSession extends Pick<LiveEvents, 'events' | 'connection'> {
  readonly live: Live;
  readonly pace: Pace;
}

/** What a session does now: what the node told when asked, and what it tells since. */
export function useLive(session: Session): LiveSession {
  const { events, progress, connection } = useEvents(session.id);
  const [state, setState] = useState(() => ({ seen: progress, live: told(session) }));
  if (progress !== null && progress !== state.seen) {
    setState({ seen: progress, live: withProgress(state.live, progress) });
  }
  const { live } = state;
  const isSilent = useSilence(live);
  const pace = isSilent ? { rate: null, secondsLeft: null } : paceOf(live.samples);
  return { events, connection, live, pace };
}

function told({ progress }: Session): Live {
  if (progress === null) return NOTHING_YET;
  const { at, ...detail } = progress;
  return withProgress(NOTHING_YET, { at, detail });
}

/** Whether nothing new has come for so long that an old rate says nothing about now. */
function useSilence(live: Live): boolean {
  const [silentSince, setSilentSince] = useState<Live | null>(null);
  useEffect(() => {
    const timer = window.setTimeout(() => setSilentSince(live), SILENCE_MS);
    return () => window.clearTimeout(timer);
  }, [live]);
  return silentSince === live;
}
