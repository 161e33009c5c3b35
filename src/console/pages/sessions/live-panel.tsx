import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Session } from '../../api/index.js';
import { Amount, Facts, Notice, Progress, StateTag, useFormats, useT, type Fact } from '../../kit/index.js';
import { roundedSeconds } from './progress-window.js';
import { trackOf, TRACK } from './stage-track.js';
import type { LiveSession } from './use-live.js';

const SAY_MS = 8_000;

/** How far a session is that has not ended: items, rate, time left, bytes each way, and whether the partner is there. */
export function LivePanel({
  session,
  now,
}: {
  readonly session: Session;
  readonly now: LiveSession;
}): ReactNode {
  const t = useT();
  const formats = useFormats();
  const { live, pace, connection } = now;
  const last = live.samples.at(-1);
  const stage = useStageName(session, live.stage);
  const left =
    pace.secondsLeft === null
      ? t('sessions.live.unknown')
      : formats.duration(roundedSeconds(pace.secondsLeft));
  const share = last === undefined ? undefined : formats.percent((100 * last.done) / last.total, 0);
  const items =
    last === undefined
      ? t('sessions.live.items.none')
      : t('sessions.live.items', { done: formats.number(last.done), total: formats.number(last.total) });
  const facts: Fact[] = [
    {
      term: t('sessions.live.rate'),
      value:
        pace.rate === null
          ? t('sessions.live.unknown')
          : t('sessions.live.rate.value', { rate: formats.number(pace.rate, 0) }),
    },
    {
      term: t('sessions.live.left'),
      value: left,
      ...(pace.secondsLeft === null ? { hint: t('sessions.live.unknown.why') } : {}),
    },
    { term: t('sessions.live.sent'), value: <Amount as="bytes" value={live.bytesSent} /> },
    { term: t('sessions.live.received'), value: <Amount as="bytes" value={live.bytesReceived} /> },
  ];
  const peer: Fact = {
    term: t('sessions.live.peer'),
    value: live.peer === undefined ? t('sessions.live.unknown') : <StateTag state={live.peer} />,
  };
  const isRunning = session.state === 'running';
  return (
    <div className="live">
      {isRunning ? <Progress label={stage} value={last?.done} max={last?.total ?? 1} text={items} /> : null}
      <Facts items={isRunning ? [...facts, peer] : [peer]} columns={4} />
      <Said text={share === undefined ? stage : t('sessions.live.said', { stage, share, left })} />
      {connection === 'lost' ? (
        <Notice tone="warn" live>
          {t('sessions.live.stream.lost')}
        </Notice>
      ) : null}
    </div>
  );
}

/** The name of the stage that a session is in. */
function useStageName(session: Session, progress: string | undefined): string {
  const t = useT();
  const track = trackOf(session, { progress });
  const current = TRACK.find((name) => track[name] === 'current') ?? 'offered';
  return t(current === 'stream' ? `sessions.track.stream.${session.mode}` : `sessions.track.${current}`);
}

/** Read aloud, but not at every change. */
function Said({ text }: { readonly text: string }): ReactNode {
  const latest = useRef(text);
  const [said, setSaid] = useState(text);
  useEffect(() => {
    latest.current = text;
  }, [text]);
  useEffect(() => {
    const timer = window.setInterval(() => setSaid(latest.current), SAY_MS);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <p className="visually-hidden" aria-live="polite">
      {said}
    </p>
  );
}
