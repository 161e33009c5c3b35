import { VesicaError } from '../errors.js';
import type { Connection } from '../protocol/index.js';
import { closedByPeer, NORMAL, reasonOfPeer, sendableCode, sendableReason, TOO_BIG } from './close-code.js';
import { InboundQueue } from './inbound-queue.js';
import type { ChannelLimits } from './limits.js';

/** What a channel needs of the wire below it: a WebSocket, or the other half of a pair in memory. */
export interface Link {
  /** Bytes handed to `write` that have not left yet. */
  readonly queuedBytes: number;
  /** Starts the events. Called once, before anything else. */
  open(events: LinkEvents): void;
  write(frame: Uint8Array): void;
  /** Stops reading from the peer, but for what was already read. */
  pause(): void;
  resume(): void;
  /**
   * Sends what is queued, then a close frame. `closed` follows within the close timeout. A second call, or one after
   * the peer's close, changes nothing.
   */
  close(code: number, reason: string): void;
  /** Drops the connection. `closed` follows. */
  terminate(): void;
}

/** What the wire reports. */
export interface LinkEvents {
  frame(frame: Uint8Array): void;
  /** Some of what was queued has left. */
  written(): void;
  /** The peer broke the rules, or is silent. `code` is the close code to tell it, none if it cannot be told. */
  fault(error: VesicaError, code: number | undefined): void;
  /** The connection is gone, with the peer's close code. Once, and last. */
  closed(code: number, reason: string): void;
}

/** What went through a channel and what waits in it, in bytes of frames. */
export interface Traffic {
  readonly framesSent: number;
  readonly bytesSent: number;
  readonly framesReceived: number;
  readonly bytesReceived: number;
  /** Received and not yet taken, with 256 bytes a frame for its keeping. */
  readonly inboundBytes: number;
  /** Queued to go out. */
  readonly outboundBytes: number;
}

interface SendWaiter {
  resolve(): void;
  reject(error: VesicaError): void;
}

/** The one implementation of `Connection`, over any link: bounds both ways, one first cause of ending, orderly close. */
export class Channel implements Connection {
  readonly peerKey: Uint8Array | undefined;
  readonly frames: AsyncIterable<Uint8Array, undefined>;
  /** Resolves when the connection is gone, for whatever reason: to what the peer's close frame says, or that it broke. */
  readonly gone: Promise<VesicaError>;
  readonly #link: Link;
  readonly #limits: ChannelLimits;
  readonly #inbound: InboundQueue;
  readonly #counted = { framesSent: 0, bytesSent: 0, framesReceived: 0, bytesReceived: 0 };
  #sendWaiters: SendWaiter[] = [];
  /** Why nothing can be sent any more: the first cause, which later ones do not replace. */
  #ended: VesicaError | undefined;

  constructor(link: Link, limits: ChannelLimits, peerKey: Uint8Array | undefined) {
    this.#link = link;
    this.#limits = limits;
    this.peerKey = peerKey;
    this.#inbound = new InboundQueue(limits.maxInboundBytes, link);
    this.frames = this.#inbound;
    this.gone = new Promise((resolve) => {
      link.open({
        frame: (frame) => this.#receive(frame),
        written: () => this.#releaseSenders(),
        fault: (error, code) => this.#fault(error, code),
        closed: (code, reason) => {
          this.#closed(code, reason);
          resolve(reasonOfPeer(code, reason));
        },
      });
    });
  }

  get traffic(): Traffic {
    return {
      ...this.#counted,
      inboundBytes: this.#inbound.queuedBytes,
      outboundBytes: this.#link.queuedBytes,
    };
  }

  /** Sends a copy of `frame`, which the caller may reuse at once. */
  async send(frame: Uint8Array): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    if (frame.length > this.#limits.maxFrameBytes) {
      throw new VesicaError(
        'internal/defect',
        `a frame of ${frame.length} bytes was to be sent; the channel takes ${this.#limits.maxFrameBytes}`,
      );
    }
    this.#link.write(Uint8Array.from(frame));
    this.#counted.framesSent += 1;
    this.#counted.bytesSent += frame.length;
    if (this.#link.queuedBytes <= this.#limits.maxOutboundBytes) return;
    await new Promise<void>((resolve, reject) => this.#sendWaiters.push({ resolve, reject }));
  }

  async close(code: number, reason: string): Promise<void> {
    const error = new VesicaError('transport/closed', 'this side has closed the connection');
    this.#end(error);
    this.#inbound.discard(error);
    // The peer's close frame lies behind whatever it sent before.
    this.#link.resume();
    this.#link.close(sendableCode(code), sendableReason(reason));
    await this.gone;
  }

  #receive(frame: Uint8Array): void {
    if (this.#ended !== undefined) return;
    if (frame.length > this.#limits.maxFrameBytes) {
      this.#fault(frameTooLarge(this.#limits), TOO_BIG);
      return;
    }
    this.#counted.framesReceived += 1;
    this.#counted.bytesReceived += frame.length;
    this.#inbound.push(frame);
  }

  #fault(error: VesicaError, code: number | undefined): void {
    if (this.#ended !== undefined) return;
    this.#end(error);
    this.#inbound.finish(error);
    this.#link.resume();
    if (code === undefined) this.#link.terminate();
    else this.#link.close(code, error.code);
  }

  #closed(code: number, reason: string): void {
    const error = closedByPeer(code, reason);
    this.#inbound.finish(code === NORMAL ? undefined : error);
    this.#end(error);
  }

  #end(error: VesicaError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    for (const waiter of this.#sendWaiters.splice(0)) waiter.reject(error);
  }

  #releaseSenders(): void {
    if (this.#link.queuedBytes > this.#limits.maxOutboundBytes) return;
    for (const waiter of this.#sendWaiters.splice(0)) waiter.resolve();
  }
}

/** The peer announced or sent a frame over this side's bound. */
export function frameTooLarge(limits: ChannelLimits): VesicaError {
  return new VesicaError('limit/frame', `the peer sent a frame of more than ${limits.maxFrameBytes} bytes`, {
    field: 'maxFrameBytes',
  });
}
