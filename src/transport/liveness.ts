/** Ticks in a silence timeout: the peer is heard, or not, this often. */
const TICKS_IN_TIMEOUT = 4;
/** A stall of both directions is given ten times the silence timeout. */
const TICKS_IN_STALL = 10 * TICKS_IN_TIMEOUT;

/** What the watch looks at and does. */
export interface LivenessProbe {
  /** Bytes read from the peer so far. */
  bytesRead(): number;
  /** Bytes that wait to go out. */
  queuedBytes(): number;
  /** Whether this side has stopped reading, because its own consumer is slow. */
  isPaused(): boolean;
  /** Sends a heartbeat. */
  ping(): void;
  /** The peer is gone. Called once. */
  expired(what: string): void;
}

/**
 * Notices a peer that vanished or froze. Each side sends a heartbeat on its own timer, so a live peer is heard even
 * while it does not read. Time is counted in ticks of this process: after a suspended machine wakes up, one late tick
 * counts as one, and the peer's bytes are read before the next.
 *
 * While this side does not read, it hears nothing and so cannot blame the peer, with one exception: its own queue
 * does not move either, for ten times as long. Without that, two full directions and a frozen peer would wait for ever.
 */
export class Liveness {
  readonly #probe: LivenessProbe;
  readonly #timer: NodeJS.Timeout;
  #bytesRead = 0;
  #queuedBytes = 0;
  #silentTicks = 0;
  #stalledTicks = 0;

  constructor(probe: LivenessProbe, silenceTimeoutMs: number) {
    this.#probe = probe;
    this.#timer = setInterval(() => this.#tick(), Math.max(1, silenceTimeoutMs / TICKS_IN_TIMEOUT));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const bytesRead = this.#probe.bytesRead();
    const queuedBytes = this.#probe.queuedBytes();
    const heard = bytesRead !== this.#bytesRead;
    const stuck = queuedBytes > 0 && queuedBytes === this.#queuedBytes;
    const paused = this.#probe.isPaused();
    this.#bytesRead = bytesRead;
    this.#queuedBytes = queuedBytes;
    this.#silentTicks = paused || heard ? 0 : this.#silentTicks + 1;
    this.#stalledTicks = paused && stuck ? this.#stalledTicks + 1 : 0;
    if (this.#silentTicks >= TICKS_IN_TIMEOUT) this.#expire('nothing was heard from the peer');
    else if (this.#stalledTicks >= TICKS_IN_STALL) this.#expire('neither side takes what the other sends');
    // Behind queued data a heartbeat would only arrive later than the data, which is as good a sign of life.
    else if (queuedBytes === 0) this.#probe.ping();
  }

  #expire(what: string): void {
    this.stop();
    this.#probe.expired(what);
  }
}
