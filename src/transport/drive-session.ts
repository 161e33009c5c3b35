import { VesicaError, asVesicaError } from '../errors.js';
import type { Connection, Session, SessionOutcome } from '../protocol/index.js';

export interface DriveOptions {
  /** How long the peer may leave us waiting for its next frame while we have nothing to work on. */
  readonly idleTimeoutMs: number;
  /** Called after every frame, either way. */
  readonly onFrame?: (session: Session) => void;
  /** Ends the session with `session/cancelled` when it fires. */
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
  const alarm = new Alarm(options.idleTimeoutMs, options.signal);
  const turn = new Turn();
  const sending = sendFrames(session, connection, { turn, options });
  const receiving = receiveFrames(session, connection, { turn, alarm, options });
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
    await sayFarewell(failure, session.farewell(failure), { connection, sending });
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
  readonly turn: Turn;
  readonly options: DriveOptions;
}

async function sendFrames(session: Session, connection: Connection, { turn, options }: Loop): Promise<void> {
  while (!turn.ended) {
    const frame = await session.next();
    if (frame !== undefined) {
      await connection.send(frame);
      options.onFrame?.(session);
    } else if (session.state === 'done') return;
    else await turn.next();
  }
}

async function receiveFrames(
  session: Session,
  connection: Connection,
  { turn, alarm, options }: Loop & { readonly alarm: Alarm },
): Promise<void> {
  alarm.start();
  for await (const frame of connection.frames) {
    alarm.stop();
    await session.receive(frame);
    options.onFrame?.(session);
    turn.give();
    if (session.state === 'done') return;
    alarm.start();
  }
  throw new VesicaError('transport/closed', 'the partner closed the connection before the session was done');
}

async function sayFarewell(
  error: VesicaError,
  frame: Uint8Array | undefined,
  { connection, sending }: { readonly connection: Connection; readonly sending: Promise<void> },
): Promise<void> {
  const told = (async () => {
    // Sends must not overlap: the one under way goes first.
    await sending.catch(() => undefined);
    if (frame !== undefined) await connection.send(frame);
  })();
  await Promise.race([told.catch(() => undefined), pause(FAREWELL_MS)]);
  await connection.close(error.definition.closeCode, error.code);
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

/** Rejects `raised` when the peer is silent for too long, or the caller cancels. */
class Alarm {
  readonly raised: Promise<never>;
  readonly #idleTimeoutMs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: () => void;
  #raise: (error: VesicaError) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(idleTimeoutMs: number, signal: AbortSignal | undefined) {
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#signal = signal;
    this.raised = new Promise((_, reject) => (this.#raise = reject));
    this.raised.catch(() => undefined);
    this.#onAbort = () =>
      this.#raise(new VesicaError('session/cancelled', 'the session was cancelled on this side'));
    if (signal?.aborted === true) this.#onAbort();
    signal?.addEventListener('abort', this.#onAbort);
  }

  start(): void {
    this.#timer = setTimeout(() => {
      const seconds = this.#idleTimeoutMs / 1000;
      this.#raise(new VesicaError('transport/timeout', `the partner sent nothing for ${seconds} s`));
    }, this.#idleTimeoutMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  clear(): void {
    this.stop();
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}
