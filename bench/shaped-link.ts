/** A way through a network, the same in both directions. */
export interface LinkSetting {
  readonly name: string;
  readonly bitsPerSecond: number;
  /** Each way. */
  readonly delayMs: number;
  /** Share of packets that are lost and sent again. */
  readonly loss: number;
}

/** When something is to happen, by whose clock. */
export interface Clock {
  readonly nowMs: () => number;
  /** Calls `then` after `delayMs`; gives what takes it back. */
  readonly after: (delayMs: number, then: () => void) => () => void;
}

/** Bytes of one packet of a TCP connection on Ethernet. */
export const PACKET_BYTES = 1460;
/** Bytes that wait for the link itself, beside what is on its way: two reads of a socket. */
const WAITING_BYTES = 128 * 1024;

interface Travelling {
  readonly bytes: Uint8Array;
  readonly arrivesMs: number;
}

export interface ShapedLinkEnds {
  readonly clock: Clock;
  /** Uniform in [0, 1): decides which packets are lost. */
  readonly uniform: () => number;
  /** Takes bytes that have arrived; says whether it takes more at once. If not, `resume` is called when it does. */
  readonly deliver: (bytes: Uint8Array) => boolean;
  /** Called when there is room again after `push` said there was none. */
  readonly onRoom: () => void;
  /** Called when everything before `end` was delivered. */
  readonly onEnd: () => void;
}

/**
 * One direction of a link: bytes leave one after the other at its bandwidth, and arrive whole and in order after its
 * delay. A lost packet holds back itself and what follows by a round trip, as a retransmission does; that TCP would
 * also slow down after a loss, and starts slowly, is not modelled. Holds at most a bandwidth-delay product and a
 * little more, and the last piece that was pushed.
 */
export class ShapedLink {
  readonly #setting: LinkSetting;
  readonly #ends: ShapedLinkEnds;
  readonly #travelling: Travelling[] = [];
  readonly maxHeldBytes: number;
  #heldBytes = 0;
  #leftMs = 0;
  #full = false;
  #blocked = false;
  #ended = false;
  #cancel: (() => void) | undefined;

  constructor(setting: LinkSetting, ends: ShapedLinkEnds) {
    this.#setting = setting;
    this.#ends = ends;
    this.maxHeldBytes = Math.ceil((setting.bitsPerSecond * 2 * setting.delayMs) / 8000) + WAITING_BYTES;
  }

  /** Bytes that were pushed and have not been delivered. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Takes bytes in; says whether there is room for more. If not, `onRoom` is called when there is. */
  push(bytes: Uint8Array): boolean {
    const { bitsPerSecond, delayMs, loss } = this.#setting;
    const packets = Math.ceil(bytes.length / PACKET_BYTES);
    this.#leftMs = Math.max(this.#leftMs, this.#ends.clock.nowMs()) + (8000 * bytes.length) / bitsPerSecond;
    const lost = loss > 0 && this.#ends.uniform() < 1 - (1 - loss) ** packets;
    const arrivesMs = this.#leftMs + delayMs * (lost ? 3 : 1);
    // What follows a lost packet may be there before it, and waits for it in the queue.
    this.#travelling.push({ bytes, arrivesMs });
    this.#heldBytes += bytes.length;
    this.#schedule();
    this.#full = this.#heldBytes >= this.maxHeldBytes;
    return !this.#full;
  }

  /** Nothing more is pushed. */
  end(): void {
    this.#ended = true;
    if (this.#travelling.length === 0) this.#ends.onEnd();
  }

  /** The receiver takes more again. */
  resume(): void {
    this.#blocked = false;
    this.#schedule();
  }

  /** Forgets what is on its way. */
  destroy(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#travelling.length = 0;
    this.#heldBytes = 0;
  }

  #schedule(): void {
    const [first] = this.#travelling;
    if (first === undefined || this.#blocked || this.#cancel !== undefined) return;
    this.#cancel = this.#ends.clock.after(Math.max(0, first.arrivesMs - this.#ends.clock.nowMs()), () => {
      this.#cancel = undefined;
      this.#deliverDue();
    });
  }

  #deliverDue(): void {
    const nowMs = this.#ends.clock.nowMs();
    for (let first = this.#travelling[0]; first !== undefined && !this.#blocked;) {
      if (first.arrivesMs > nowMs) break;
      this.#travelling.shift();
      this.#heldBytes -= first.bytes.length;
      this.#blocked = !this.#ends.deliver(first.bytes);
      first = this.#travelling[0];
    }
    if (this.#ended && this.#travelling.length === 0) this.#ends.onEnd();
    else this.#schedule();
    if (this.#full && this.#heldBytes <= this.maxHeldBytes / 2) {
      this.#full = false;
      this.#ends.onRoom();
    }
  }
}
