import type { ReactNode } from 'react';
import type { Session } from '../../api/index.js';
import { useT } from '../../kit/index.js';
import { TRACK, trackOf, type KnownOfWay, type TrackMark } from './stage-track.js';

const WORDS = {
  done: 'sessions.track.done',
  current: 'sessions.track.current',
  ahead: 'sessions.track.ahead',
  stopped: 'sessions.track.stopped',
  'stopped-later': 'sessions.track.stopped.later',
} as const satisfies Record<TrackMark, string>;

const SIGNS: Readonly<Record<TrackMark, string>> = {
  done: '✓',
  current: '●',
  ahead: '',
  stopped: '✕',
  'stopped-later': '✕',
};

/** The stages of a session, and which of them it is in. */
export function StageList({
  session,
  known,
}: {
  readonly session: Session;
  readonly known: KnownOfWay;
}): ReactNode {
  const t = useT();
  const track = trackOf(session, known);
  return (
    <ol className="track">
      {TRACK.map((stage) => {
        const mark = track[stage];
        const isTold = mark === 'current' || mark === 'stopped' || mark === 'stopped-later';
        return (
          <li
            key={stage}
            className={`track-stage track-${mark}`}
            aria-current={mark === 'current' ? 'step' : undefined}
          >
            <span className="track-sign" aria-hidden="true">
              {SIGNS[mark]}
            </span>
            <span className="track-words">
              <span className="track-name">
                {t(stage === 'stream' ? `sessions.track.stream.${session.mode}` : `sessions.track.${stage}`)}
              </span>{' '}
              <span className={isTold ? 'track-mark' : 'visually-hidden'}>{t(WORDS[mark])}</span>
            </span>
          </li>
        );
      })}
    </ol>
  );
}
