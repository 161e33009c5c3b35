import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { SessionEvent } from './types.js';

const AGAIN_MS = 4_000;
const KINDS = ['transition', 'progress', 'notice'] as const;

export interface LiveEvents {
  /** What the node keeps: transitions and notices, oldest first. */
  readonly events: readonly SessionEvent[];
  /** The last progress, which is not kept. */
  readonly progress: SessionEvent | null;
  readonly connection: 'connecting' | 'open' | 'lost' | 'ended';
}

const NOTHING: LiveEvents = { events: [], progress: null, connection: 'connecting' };

/**
 * The events of a session as they happen. A stream that breaks is taken up where it was; transitions make that the session is
 * asked again. With `null` as id there is no stream.
 */
export function useEvents(sessionId: string | null): LiveEvents {
  const client = useQueryClient();
  const [state, setState] = useState<{ readonly id: string | null; readonly live: LiveEvents }>({
    id: sessionId,
    live: NOTHING,
  });
  useEffect(() => {
    if (sessionId === null) return undefined;
    let last = 0;
    let timer: number | undefined;
    let source: EventSource;
    const change = (part: (live: LiveEvents) => LiveEvents): void => {
      setState((before) => ({ id: sessionId, live: part(before.id === sessionId ? before.live : NOTHING) }));
    };
    const take = (message: MessageEvent<string>): void => {
      const event = JSON.parse(message.data) as SessionEvent;
      if (event.kind === 'progress') {
        change((live) => ({ ...live, progress: event }));
        return;
      }
      if (event.number <= last) return;
      last = event.number;
      change((live) => ({ ...live, events: [...live.events, event] }));
      if (event.kind === 'transition') void client.invalidateQueries();
    };
    const open = (): void => {
      source = new EventSource(`/v1/sessions/${encodeURIComponent(sessionId)}/events/stream?after=${last}`);
      source.onopen = () => change((live) => ({ ...live, connection: 'open' }));
      source.onerror = () => {
        change((live) => ({ ...live, connection: 'lost' }));
        // A stream that was refused is not tried again by the browser.
        if (source.readyState === EventSource.CLOSED) timer = window.setTimeout(open, AGAIN_MS);
      };
      for (const kind of KINDS) source.addEventListener(kind, take);
      source.addEventListener('end', () => {
        source.close();
        change((live) => ({ ...live, connection: 'ended' }));
      });
    };
    change(() => NOTHING);
    open();
    return () => {
      source.close();
      window.clearTimeout(timer);
    };
  }, [sessionId, client]);
  return state.id === sessionId ? state.live : NOTHING;
}
