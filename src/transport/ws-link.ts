import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import { VesicaError } from '../errors.js';
import { frameTooLarge, type Link, type LinkEvents } from './channel.js';
import { INVALID_DATA, PROTOCOL_ERROR, TOO_BIG, UNSUPPORTED_DATA } from './close-code.js';
import type { ChannelLimits } from './limits.js';
import { Liveness } from './liveness.js';

/** The WebSocket subprotocol both sides must name (protocol-spec). */
export const SUBPROTOCOL = 'vesica.v1';

/** Frames come whole from any honest peer; this many pieces are borne with. */
const MAX_FRAGMENTS = 1024;
/** Reads of the socket smaller than this, for a whole frame, are an attack on bookkeeping rather than a slow network. */
const MIN_READ_BYTES = 64;
const MIN_BUFFERED_READS = 4096;

/**
 * Settings of `ws` that both ends share. Compression stays off: it would let sizes depend on contents. Pongs are
 * sent by `WebSocketLink`, which keeps at most one waiting.
 */
export function webSocketSettings(limits: ChannelLimits): {
  readonly maxPayload: number;
  readonly perMessageDeflate: false;
} {
  const settings = {
    maxPayload: limits.maxFrameBytes,
    maxFragments: MAX_FRAGMENTS,
    maxBufferedChunks: Math.max(MIN_BUFFERED_READS, Math.ceil(limits.maxFrameBytes / MIN_READ_BYTES)),
    closeTimeout: limits.closeTimeoutMs,
    autoPong: false,
    skipUTF8Validation: false,
    perMessageDeflate: false,
  } as const;
  return settings;
}

/** A link over an open WebSocket. */
export class WebSocketLink implements Link {
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #limits: ChannelLimits;
  #events: LinkEvents | undefined;

  /** @param socket The connection under `ws`, for counting what comes in. */
  constructor(ws: WebSocket, socket: Socket, limits: ChannelLimits) {
    this.#ws = ws;
    this.#socket = socket;
    this.#limits = limits;
  }

  get queuedBytes(): number {
    return this.#ws.bufferedAmount;
  }

  open(events: LinkEvents): void {
    this.#events = events;
    const ws = this.#ws;
    const liveness = new Liveness(
      {
        bytesRead: () => this.#socket.bytesRead,
        queuedBytes: () => ws.bufferedAmount,
        isPaused: () => ws.isPaused,
        ping: () => ws.ping(ignoreFailure),
        expired: (what) => {
          const message = `${what} for ${this.#limits.silenceTimeoutMs} ms`;
          events.fault(new VesicaError('transport/timeout', message), undefined);
        },
      },
      this.#limits.silenceTimeoutMs,
    );
    ws.on('message', (data, isBinary) => {
      if (isBinary) events.frame(ownBytes(data));
      else events.fault(malformed('a text message'), UNSUPPORTED_DATA);
    });
    ws.on('error', (error) => this.#report(error));
    ws.on('close', (code, reason) => {
      liveness.stop();
      events.closed(code, reason.toString());
    });
    this.#answerPings();
  }

  write(frame: Uint8Array): void {
    this.#ws.send(frame, () => this.#events?.written());
  }

  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  /** At most one pong waits to go out; it answers the latest ping (RFC 6455 §5.5.3 allows that). */
  #answerPings(): void {
    let pending: Buffer | undefined;
    let sending = false;
    const answer = (): void => {
      sending = pending !== undefined;
      if (pending === undefined) return;
      const payload = pending;
      pending = undefined;
      this.#ws.pong(payload, undefined, answer);
    };
    this.#ws.on('ping', (payload) => {
      pending = Buffer.from(payload);
      if (!sending) answer();
    });
  }

  /** Translates an error of `ws`, which closes the connection by itself; failures of the socket end in `closed`. */
  #report(error: Error): void {
    const code = 'code' in error ? String(error.code) : '';
    if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' || code.startsWith('WS_ERR_TOO_MANY')) {
      this.#events?.fault(frameTooLarge(this.#limits), TOO_BIG);
    } else if (code === 'WS_ERR_INVALID_UTF8') {
      this.#events?.fault(malformed('text that is not UTF-8'), INVALID_DATA);
    } else if (code.startsWith('WS_ERR_')) {
      this.#events?.fault(malformed('bytes that are not a WebSocket frame'), PROTOCOL_ERROR);
    }
  }
}

function malformed(what: string): VesicaError {
  return new VesicaError('peer/malformed-message', `the peer sent ${what}; only binary messages are allowed`);
}

/** The message in memory of its own. What `ws` gives may be a small part of a large read, and would keep all of it. */
function ownBytes(data: RawData): Uint8Array {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : data;
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  return bytes.length === bytes.buffer.byteLength ? new Uint8Array(bytes.buffer) : Uint8Array.from(bytes);
}

/** A heartbeat that cannot be sent needs no report: the socket's end follows. */
function ignoreFailure(): void {
  // nothing to do
}
