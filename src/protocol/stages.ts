import { VesicaError } from '../errors.js';
import type { MessageOf, Stage } from './codec/index.js';
import { LIMITS } from './limits.js';

/** Chunks that are computed ahead of the one being sent, so that the group engine and the network work at the same time. */
const CHUNKS_AHEAD = 2;

/** The size of a stage: how many items of how many bytes each. */
export interface StageShape {
  readonly stage: Stage;
  readonly items: number;
  readonly itemBytes: number;
}

/** Items of every chunk but the last. */
function itemsPerChunk({ itemBytes }: Pick<StageShape, 'itemBytes'>): number {
  return Math.min(LIMITS.chunkItems, Math.floor(LIMITS.chunkBytes / itemBytes));
}

/** Chunks that a stage takes. */
export function chunkCount(shape: Omit<StageShape, 'stage'>): number {
  return Math.ceil(shape.items / itemsPerChunk(shape));
}

/** First item, and first item after, of chunk `index` of a stage. */
export function chunkRange(shape: Omit<StageShape, 'stage'>, index: number): { from: number; to: number } {
  const from = index * itemsPerChunk(shape);
  return { from, to: Math.min(from + itemsPerChunk(shape), shape.items) };
}

/** The sending half of a stage: hands out chunks in order, never more unacknowledged bytes than the window allows. */
export class OutgoingStage {
  readonly shape: StageShape;
  readonly #chunks: number;
  readonly #produce: ((index: number) => Promise<Uint8Array>) | undefined;
  readonly #queue: { readonly items: Promise<Uint8Array>; readonly onSent: () => void }[] = [];
  readonly #inFlight: number[] = [];
  #queued = 0;
  #sent = 0;
  #acknowledged = 0;
  #inFlightBytes = 0;
  #open = true;
  #onSent: () => void = () => undefined;

  /** With `produce`, the stage makes its own chunks when there is room for them; without, they are pushed. */
  constructor(shape: StageShape, produce?: (index: number) => Promise<Uint8Array>) {
    this.shape = shape;
    this.#chunks = chunkCount(shape);
    this.#produce = produce;
  }

  /** Whether every chunk has been handed out. */
  get sent(): boolean {
    return this.#sent === this.#chunks;
  }

  /** Whether every chunk has been handed out and acknowledged. */
  get finished(): boolean {
    return this.#acknowledged === this.#chunks;
  }

  /** Items handed out. */
  get itemsDone(): number {
    return chunkRange(this.shape, this.#sent - 1).to;
  }

  /** Hands out nothing until `open` is called: its chunks depend on what the peer has yet to send. */
  hold(): this {
    this.#open = false;
    return this;
  }

  open(): void {
    this.#open = true;
  }

  /** Calls `act` when the last chunk has been handed out. */
  whenSent(act: () => void): this {
    this.#onSent = act;
    return this;
  }

  /** Puts the next chunk in the queue; `onSent` is called when it has been handed out. */
  push(items: Uint8Array, onSent: () => void): void {
    this.#queue.push({ items: Promise.resolve(items), onSent });
    this.#queued += 1;
  }

  /** The next chunk, or `undefined` when there is none yet or the window is full. */
  async next(): Promise<MessageOf<'chunk'> | undefined> {
    if (this.#open) this.#produceAhead();
    const head = this.#queue[0];
    if (head === undefined) return undefined;
    const { from, to } = chunkRange(this.shape, this.#sent);
    const bytes = (to - from) * this.shape.itemBytes;
    if (this.#inFlightBytes + bytes > LIMITS.windowBytes) return undefined;
    this.#queue.shift();
    const items = await head.items;
    // Only now, so that the peer cannot acknowledge a chunk that is still being computed.
    const seq = this.#sent;
    this.#sent += 1;
    this.#inFlight.push(bytes);
    this.#inFlightBytes += bytes;
    head.onSent();
    if (this.sent) this.#onSent();
    return { type: 'chunk', stage: this.shape.stage, seq, items };
  }

  /** Takes the peer's word that it has consumed the first `chunks` chunks. */
  acknowledge(chunks: number): void {
    if (chunks <= this.#acknowledged || chunks > this.#sent) {
      throw new VesicaError(
        'peer/unexpected-message',
        `${chunks} chunks of ${this.shape.stage} acknowledged, ${this.#sent} sent`,
        {
          field: this.shape.stage,
        },
      );
    }
    for (; this.#acknowledged < chunks; this.#acknowledged += 1)
      this.#inFlightBytes -= this.#inFlight.shift() ?? 0;
  }

  #produceAhead(): void {
    if (this.#produce === undefined) return;
    for (; this.#queued < this.#chunks && this.#queue.length < CHUNKS_AHEAD; this.#queued += 1) {
      const items = this.#produce(this.#queued);
      // A failure is reported by the `next` that awaits it; until then it must not count as unhandled.
      items.catch(() => undefined);
      this.#queue.push({ items, onSent: () => undefined });
    }
  }
}

/** The receiving half of a stage: refuses anything but the next chunk of exactly the right length. */
export class IncomingStage {
  readonly shape: StageShape;
  readonly #chunks: number;
  readonly #take: (items: Uint8Array, from: number, consumed: () => void) => Promise<void>;
  #received = 0;
  #consumed = 0;
  #acknowledged = 0;
  readonly #heldBytes: number[] = [];

  /** `take` gets each chunk with the position of its first item, and calls `consumed` when its memory is free again. */
  constructor(
    shape: StageShape,
    take: (items: Uint8Array, from: number, consumed: () => void) => Promise<void>,
  ) {
    this.shape = shape;
    this.#chunks = chunkCount(shape);
    this.#take = take;
  }

  /** Whether every chunk has been received and consumed. */
  get finished(): boolean {
    return this.#consumed === this.#chunks;
  }

  /** Items consumed. */
  get itemsDone(): number {
    return chunkRange(this.shape, this.#consumed - 1).to;
  }

  /** Whether something was consumed that the peer has not been told of. */
  get ackIsDue(): boolean {
    return this.#consumed > this.#acknowledged;
  }

  /**
   * Refuses what the peer may send only after this stage.
   *
   * @throws VesicaError `peer/unexpected-message`.
   */
  requireFinishedBefore(later: Stage): void {
    if (this.finished) return;
    throw new VesicaError('peer/unexpected-message', `${later} before the end of ${this.shape.stage}`, {
      field: later,
    });
  }

  async receive(chunk: MessageOf<'chunk'>): Promise<void> {
    const { stage, itemBytes } = this.shape;
    const { from, to } = chunkRange(this.shape, this.#received);
    if (this.#received >= this.#chunks || chunk.seq !== this.#received) {
      throw new VesicaError(
        'peer/unexpected-message',
        `chunk ${chunk.seq} of ${stage}, expected ${this.#received} of ${this.#chunks}`,
        {
          field: stage,
        },
      );
    }
    if (chunk.items.length !== (to - from) * itemBytes) {
      throw new VesicaError(
        'peer/wrong-count',
        `chunk ${chunk.seq} of ${stage} has ${chunk.items.length} bytes, not ${(to - from) * itemBytes}`,
        {
          field: stage,
        },
      );
    }
    this.#heldBytes.push(chunk.items.length);
    const held = this.#heldBytes.reduce((sum, bytes) => sum + bytes, 0);
    if (held > LIMITS.windowBytes) {
      throw new VesicaError(
        'limit/window',
        `${held} unacknowledged bytes of ${stage} exceed ${LIMITS.windowBytes}`,
        {
          field: 'windowBytes',
        },
      );
    }
    this.#received += 1;
    await this.#take(chunk.items, from, () => {
      this.#consumed += 1;
    });
  }

  /** The acknowledgement that is due, if any. */
  nextAck(): MessageOf<'ack'> | undefined {
    if (!this.ackIsDue) return undefined;
    for (; this.#acknowledged < this.#consumed; this.#acknowledged += 1) this.#heldBytes.shift();
    return { type: 'ack', stage: this.shape.stage, chunks: this.#acknowledged };
  }
}
