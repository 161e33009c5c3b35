import { VesicaError } from '../errors.js';

/** What a waiting frame costs besides its bytes, so that a flood of tiny frames is bounded too. */
export const FRAME_OVERHEAD_BYTES = 256;

/** Told when the queue is full and when there is room again. */
export interface FlowControl {
  pause(): void;
  resume(): void;
}

interface Waiter {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(error: VesicaError): void;
}

/**
 * Frames received and not yet taken, bounded in bytes. The bound is kept by pausing the source; what a source still
 * delivers after `pause` (the rest of one read) is taken in.
 */
export class InboundQueue implements AsyncIterable<Uint8Array, undefined> {
  #frames: Uint8Array[] = [];
  #queuedBytes = 0;
  #paused = false;
  #iterated = false;
  #end: { error: VesicaError | undefined } | undefined;
  #waiters: Waiter[] = [];
  readonly #maxBytes: number;
  readonly #flow: FlowControl;

  constructor(maxBytes: number, flow: FlowControl) {
    this.#maxBytes = maxBytes;
    this.#flow = flow;
  }

  /** Bytes that wait to be taken, with what each frame costs. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  push(frame: Uint8Array): void {
    if (this.#end !== undefined) return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve({ value: frame, done: false });
      return;
    }
    this.#frames.push(frame);
    this.#queuedBytes += frame.length + FRAME_OVERHEAD_BYTES;
    if (!this.#paused && this.#queuedBytes > this.#maxBytes) {
      this.#paused = true;
      this.#flow.pause();
    }
  }

  /** No more frames: once those queued are taken the iteration ends, or throws `error`. Later calls change nothing. */
  finish(error?: VesicaError): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    for (const waiter of this.#waiters.splice(0)) this.#settle(waiter, error);
  }

  /** Drops what is queued and ends the iteration with `error` at once, whatever ended it before. */
  discard(error: VesicaError): void {
    this.#frames = [];
    this.#queuedBytes = 0;
    this.finish(error);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    if (this.#iterated) {
      throw new VesicaError('internal/defect', 'the frames of a channel can be iterated only once');
    }
    this.#iterated = true;
    return {
      next: () => new Promise((resolve, reject) => this.#take({ resolve, reject })),
      return: () => Promise.resolve({ value: undefined, done: true }),
    };
  }

  #take(waiter: Waiter): void {
    const frame = this.#frames.shift();
    if (frame !== undefined) {
      this.#queuedBytes -= frame.length + FRAME_OVERHEAD_BYTES;
      // Resuming at half, not at the brim, spares a pause for every frame.
      if (this.#paused && this.#queuedBytes <= this.#maxBytes / 2) {
        this.#paused = false;
        this.#flow.resume();
      }
      waiter.resolve({ value: frame, done: false });
    } else if (this.#end !== undefined) {
      this.#settle(waiter, this.#end.error);
    } else {
      this.#waiters.push(waiter);
    }
  }

  #settle(waiter: Waiter, error: VesicaError | undefined): void {
    if (error === undefined) waiter.resolve({ value: undefined, done: true });
    else waiter.reject(error);
  }
}
