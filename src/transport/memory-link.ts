import { Channel, type Link, type LinkEvents } from './channel.js';
import { ABNORMAL } from './close-code.js';
import { channelLimits, type ChannelLimits, type ChannelOptions } from './limits.js';

interface CloseFrame {
  readonly code: number;
  readonly reason: string;
}

/** One half of a pair in memory. Frames pass in later microtasks, one each, as they would over a socket. */
class MemoryLink implements Link {
  /** The other half, once `join` has been called. */
  #peer: MemoryLink = this;
  #events: LinkEvents | undefined;
  #outbox: Uint8Array[] = [];
  #queuedBytes = 0;
  #closing: CloseFrame | undefined;
  #closeTimer: NodeJS.Timeout | undefined;
  #paused = false;
  #scheduled = false;
  #gone = false;
  readonly #limits: ChannelLimits;

  constructor(limits: ChannelLimits) {
    this.#limits = limits;
  }

  static join(a: MemoryLink, b: MemoryLink): void {
    a.#peer = b;
    b.#peer = a;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  open(events: LinkEvents): void {
    this.#events = events;
  }

  write(frame: Uint8Array): void {
    if (this.#closing !== undefined || this.#gone) return;
    this.#outbox.push(frame);
    this.#queuedBytes += frame.length;
    this.#schedule();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#peer.#schedule();
  }

  close(code: number, reason: string): void {
    if (this.#closing !== undefined || this.#gone) return;
    this.#closing = { code, reason };
    this.#closeTimer = setTimeout(() => this.terminate(), this.#limits.closeTimeoutMs);
    this.#schedule();
  }

  terminate(): void {
    this.#vanish(ABNORMAL, '');
    this.#peer.#vanish(ABNORMAL, '');
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  /** Passes on one frame, or the close once all frames have passed. */
  #deliver(): void {
    const peer = this.#peer;
    if (this.#gone || peer.#paused) return;
    const frame = this.#outbox.shift();
    if (frame !== undefined) {
      this.#queuedBytes -= frame.length;
      peer.#events?.frame(frame);
      this.#events?.written();
      this.#schedule();
    } else if (this.#closing !== undefined) {
      const { code, reason } = this.#closing;
      peer.#vanish(code, reason);
      this.#vanish(code, reason);
    }
  }

  #vanish(code: number, reason: string): void {
    if (this.#gone) return;
    this.#gone = true;
    clearTimeout(this.#closeTimer);
    this.#outbox = [];
    this.#queuedBytes = 0;
    this.#events?.closed(code, reason);
  }
}

/**
 * Two connected channels without a socket, for tests and simulation: the same bounds, order, copies and close as over
 * a network, and no authentication.
 *
 * @param options Bounds of the first, and of the second unless it has its own.
 */
export function memoryPair(options: ChannelOptions = {}, peerOptions = options): [Channel, Channel] {
  const limits = channelLimits(options);
  const peerLimits = channelLimits(peerOptions);
  const a = new MemoryLink(limits);
  const b = new MemoryLink(peerLimits);
  MemoryLink.join(a, b);
  return [new Channel(a, limits, undefined), new Channel(b, peerLimits, undefined)];
}
