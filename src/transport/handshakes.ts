import type { Socket } from 'node:net';
import { VesicaError } from '../errors.js';

interface Pending {
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
  reported: boolean;
}

/**
 * Connections that have not become channels yet: bounded in time, whatever they send or do not send, and each one that
 * fails reported once. A connection is known by the peer's address and port, which a TLS socket shares with the
 * socket under it.
 */
export class Handshakes {
  readonly #pending = new Map<string, Pending>();
  readonly #timeoutMs: number;
  readonly #onRefused: (error: VesicaError) => void;

  constructor(timeoutMs: number, onRefused: (error: VesicaError) => void) {
    this.#timeoutMs = timeoutMs;
    this.#onRefused = onRefused;
  }

  get count(): number {
    return this.#pending.size;
  }

  /** Watches a fresh connection until `settle`, its end, or the timeout, which destroys it. */
  admit(socket: Socket): void {
    const key = peerOf(socket);
    const timer = setTimeout(() => {
      const message = 'a connection did not finish its handshake in time';
      this.#report(pending, new VesicaError('transport/timeout', message));
      socket.destroy();
    }, this.#timeoutMs);
    const pending: Pending = { socket, timer, reported: false };
    this.#pending.set(key, pending);
    socket.once('close', () => {
      clearTimeout(timer);
      // Settled, or the same address and port name a newer connection by now.
      if (this.#pending.get(key) !== pending) return;
      this.#pending.delete(key);
      const message = 'a connection ended before its handshake was finished';
      this.#report(pending, new VesicaError('transport/handshake-failed', message));
    });
  }

  /** The connection is refused because of `error`. It stays watched until it is gone. */
  refuse(socket: Socket, error: VesicaError): void {
    const pending = this.#pending.get(peerOf(socket));
    if (pending !== undefined) this.#report(pending, error);
  }

  /** The handshake on this connection is over; it is the channel's now. */
  settle(socket: Socket): void {
    const key = peerOf(socket);
    clearTimeout(this.#pending.get(key)?.timer);
    this.#pending.delete(key);
  }

  dropAll(): void {
    for (const pending of this.#pending.values()) {
      pending.reported = true;
      pending.socket.destroy();
    }
  }

  #report(pending: Pending, error: VesicaError): void {
    if (pending.reported) return;
    pending.reported = true;
    this.#onRefused(error);
  }
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`;
}
