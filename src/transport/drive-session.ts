import { VesicaError, asVesicaError } from '../errors.js';
import {
  codeForPeer,
  type Connection,
  type Session,
  type SessionOutcome,
  type SessionState,
} from '../protocol/index.js';

export interface DriveOptions {
  /** How long the peer may leave us waiting for its next frame while this side has nothing to work on. */
  readonly idleTimeoutMs: number;
  /** The same while the session is in one of these states: before its first frame a peer may still have to read its list. */
  readonly timeoutsMs?: Readonly<Partial<Record<SessionState, number>>>;
  /** The same while the peer has sent no item of the mode: it may have to wait for memory. */
  readonly startTimeoutMs?: number;
  /** Called after every frame, either way. */
  readonly onFrame?: (session: Session) => void;
  /** Ends the session when it fires: with its reason if that is a VesicaError, else with `session/cancelled`. */
  readonly signal?: AbortSignal;
}

/** How long a failing session waits for its last frame to leave. */
const FAREWELL_MS = 2_000;

/**
 * Carries the frames of `session` over `connection` until the session is done, then closes the connection. When either
 * fails the peer is told, as far as it may know and the connection still carries it.
 *
 * @throws VesicaError the error that ended the session; `transport/timeout` when the peer stops answering;
 * `transport/closed` when it leaves early; `session/cancelled`.
 */
export async function driveSession(
  session: Session,
  connection: Connection,
  options: DriveOptions,
): Promise<SessionOutcome> {
  const loop: Loop = {
    options,
    turn: new Turn(),
    outbox: new Outbox(connection),
    alarm: new Alarm(session, options),
  };
  const { turn, alarm } = loop;
  const sending = sendFrames(session, loop);
  const receiving = receiveFrames(session, connection, loop);
  try {
    await Promise.race([Promise.all([betterReason(sending, receiving), receiving]), alarm.raised]);
    const { outcome } = session;
    if (outcome === undefined) {
      throw new VesicaError('internal/defect', 'the frames ended before the session did');
    }
    await connection.close(1000, 'done');
    return outcome;
  } catch (error) {
    const failure = asVesicaError(error);
    turn.end();
    await sayFarewell(failure, session.farewell(failure), { connection, outbox: loop.outbox });
    throw failure;
  } finally {
    alarm.clear();
  }
}

/**
 * `sending`, but when it fails because the connection closed, with the reason that the peer's last frames give: what it
 * sent before it closed says more than that it closed.
 */
async function betterReason(sending: Promise<void>, receiving: Promise<void>): Promise<void> {
  try {
    await sending;
  } catch (error) {
    if (error instanceof VesicaError && error.code === 'transport/closed') {
      await Promise.race([receiving, pause(FAREWELL_MS)]);
    }
    throw error;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}

interface Loop {
  readonly options: DriveOptions;
  readonly turn: Turn;
  readonly outbox: Outbox;
  readonly alarm: Alarm;
}

async function sendFrames(session: Session, { turn, outbox, alarm, options }: Loop): Promise<void> {
  while (!turn.ended) {
    const frame = await alarm.during(() => session.next());
    if (frame !== undefined) {
      if (!(await outbox.send(frame))) return;
      options.onFrame?.(session);
    } else if (session.state === 'done') return;
    else await turn.next();
  }
}

async function receiveFrames(
  session: Session,
  connection: Connection,
  { turn, alarm, options }: Loop,
): Promise<void> {
  for await (const frame of connection.frames) {
    await alarm.during(() => session.receive(frame));
    options.onFrame?.(session);
    turn.give();
    if (session.state === 'done') return;
  }
  throw new VesicaError('transport/closed', 'the partner closed the connection before the session was done');
}

async function sayFarewell(
  error: VesicaError,
  frame: Uint8Array | undefined,
  { connection, outbox }: { readonly connection: Connection; readonly outbox: Outbox },
): Promise<void> {
  await Promise.race([outbox.sendLast(frame).catch(() => undefined), pause(FAREWELL_MS)]);
  await connection.close(error.definition.closeCode, codeForPeer(error));
}

/** Sends one frame after the other: sends must not overlap. */
class Outbox {
  readonly #connection: Connection;
  #underWay: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Whether `frame` was sent; it is not once the last one was. */
  async send(frame: Uint8Array): Promise<boolean> {
    if (this.#closed) return false;
    this.#underWay = this.#connection.send(frame);
    await this.#underWay;
    return true;
  }

  /**
   * Lets the frame under way leave, sends `frame`, and nothing after it. A frame that is still being computed, which may
   * take longer than anybody waits for a farewell, is not waited for.
   */
  async sendLast(frame: Uint8Array | undefined): Promise<void> {
    this.#closed = true;
    await this.#underWay.catch(() => undefined);
    if (frame !== undefined) await this.#connection.send(frame);
  }
}

/** Lets the sending loop sleep until the receiving loop has taken a frame. */
class Turn {
  ended = false;
  #given = false;
  #wake: (() => void) | undefined;

  give(): void {
    this.#given = true;
    this.#wake?.();
  }

  end(): void {
    this.ended = true;
    this.give();
  }

  async next(): Promise<void> {
    if (!this.#given) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#given = false;
  }
}

/** Rejects `raised` when the peer is silent for too long while this side is idle, or when the caller cancels. */
class Alarm {
  readonly raised: Promise<never>;
  readonly #session: Session;
  readonly #options: DriveOptions;
  readonly #onAbort: () => void;
  #raise: (error: VesicaError) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Pieces of work of this side that are under way. */
  #working = 0;
  #cleared = false;

  constructor(session: Session, options: DriveOptions) {
    this.#session = session;
    this.#options = options;
    this.raised = new Promise((_, reject) => (this.#raise = reject));
    this.raised.catch(() => undefined);
    this.#onAbort = () => this.#raise(reasonOf(options.signal));
    if (options.signal?.aborted === true) this.#onAbort();
    options.signal?.addEventListener('abort', this.#onAbort);
  }

  /** Does `work` of this side. Only when all of it is done does the peer's time run, and from the start. */
  async during<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#working += 1;
    clearTimeout(this.#timer);
    try {
      return await work();
    } finally {
      this.#working -= 1;
      if (this.#working === 0 && !this.#cleared) this.#start();
    }
  }

  clear(): void {
    this.#cleared = true;
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }

  #start(): void {
    const { idleTimeoutMs, timeoutsMs, startTimeoutMs } = this.#options;
    const { state, isUnderWay } = this.#session;
    const waits = state === 'recalling' || (state === 'streaming' && !isUnderWay);
    const timeoutMs = timeoutsMs?.[state] ?? (waits ? startTimeoutMs : undefined) ?? idleTimeoutMs;
    this.#timer = setTimeout(() => {
      const message = `the partner sent nothing for ${timeoutMs / 1000} s`;
      this.#raise(new VesicaError('transport/timeout', message));
    }, timeoutMs);
  }
}

function reasonOf(signal: AbortSignal | undefined): VesicaError {
  const reason: unknown = signal?.reason;
  if (reason instanceof VesicaError) return reason;
  return new VesicaError('session/cancelled', 'the session was cancelled on this side');
}
