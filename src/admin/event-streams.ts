import { Readable } from 'node:stream';
import { VesicaError } from '../errors.js';
import type { SessionEvent, StoredSessionState, TokenView } from '../node/index.js';
import type { NodeServices } from '../node/index.js';

const HEARTBEAT_MS = 15_000;
const MAX_STREAMS = 200;
const MAX_STREAMS_OF_TOKEN = 20;
/** What a client that does not read may leave unread. */
const MAX_UNREAD_BYTES = 1_048_576;
const OVER: ReadonlySet<StoredSessionState> = new Set(['done', 'failed', 'rejected', 'cancelled', 'expired']);

export interface StreamRequest {
  readonly session: string;
  /** Number of the last event that the client has. */
  readonly after: number;
  readonly caller: TokenView;
  /** Whether the session of the console goes on, when it was opened in one. */
  readonly isLoggedIn?: (() => Promise<boolean>) | undefined;
}

/**
 * Events of sessions as they happen, in the form of server-sent events (WHATWG HTML §9.2). Events that are kept have their
 * number as id, so a client that comes again says where it was; progress has none. A stream ends with an event `end` when
 * the session is over, and without one when the node stops, the token or the login is no longer valid, or the client does not read.
 */
export class EventStreams {
  readonly #services: Pick<NodeServices, 'sessions' | 'tokens'>;
  readonly #heartbeatMs: number;
  readonly #open = new Map<Readable, string>();

  constructor(services: Pick<NodeServices, 'sessions' | 'tokens'>, heartbeatMs = HEARTBEAT_MS) {
    this.#services = services;
    this.#heartbeatMs = heartbeatMs;
  }

  get count(): number {
    return this.#open.size;
  }

  /**
   * Opens a stream: first what was kept after `after`, then what happens.
   *
   * @throws VesicaError `api/not-found`; `api/rate-limited` when there are too many.
   */
  async open({ session, after, caller, isLoggedIn }: StreamRequest): Promise<Readable> {
    const { sessions, tokens } = this.#services;
    await sessions.get(session);
    this.#requireRoom(caller.id);
    // What happens while the kept events are read must wait for them.
    const early: SessionEvent[] = [];
    let last = after;
    let deliver = (event: SessionEvent): void => void early.push(event);
    const unsubscribe = sessions.subscribe(session, (event) => deliver(event));
    const heartbeat = setInterval(() => {
      void beat().catch(() => stream.destroy());
    }, this.#heartbeatMs);
    const stream = new Readable({
      read: () => undefined,
      destroy: (error, done) => {
        clearInterval(heartbeat);
        unsubscribe();
        this.#open.delete(stream);
        done(error);
      },
    });
    this.#open.set(stream, caller.id);
    const write = (text: string): void => {
      if (stream.destroyed || stream.readableEnded) return;
      stream.push(text);
      if (stream.readableLength > MAX_UNREAD_BYTES) stream.destroy();
    };
    const tell = (event: SessionEvent): void => {
      // An event that came while the kept ones were read is among those.
      if (event.number > 0 && event.number <= last) return;
      last = Math.max(last, event.number);
      write(frameOf(event));
      if (event.to !== null && OVER.has(event.to)) this.#end(stream);
    };
    const isAllowed =
      isLoggedIn ??
      (async () => {
        const { state, hasSecondFactor } = await tokens.get(caller.id);
        return state === 'valid' && !hasSecondFactor;
      });
    const beat = async (): Promise<void> => {
      if (await isAllowed()) write(': \n\n');
      else this.#close(stream);
    };
    try {
      write('retry: 3000\n\n');
      for (const event of await sessions.events(session, after)) tell(event);
      deliver = tell;
      early.forEach(tell);
      // It may have been over before: then there is nothing to wait for.
      if (OVER.has((await sessions.get(session)).state)) this.#end(stream);
    } catch (error) {
      stream.destroy();
      throw error;
    }
    return stream;
  }

  /** Ends all streams. */
  close(): void {
    for (const stream of this.#open.keys()) this.#close(stream);
  }

  #end(stream: Readable): void {
    if (!this.#open.has(stream)) return;
    stream.push('event: end\ndata: {}\n\n');
    this.#close(stream);
  }

  #close(stream: Readable): void {
    if (this.#open.delete(stream)) stream.push(null);
  }

  #requireRoom(token: string): void {
    const own = [...this.#open.values()].filter((owner) => owner === token).length;
    if (this.#open.size < MAX_STREAMS && own < MAX_STREAMS_OF_TOKEN) return;
    throw new VesicaError('api/rate-limited', 'there are too many open streams of events');
  }
}

function frameOf(event: SessionEvent): string {
  const id = event.number > 0 ? `id: ${event.number}\n` : '';
  return `${id}event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}
