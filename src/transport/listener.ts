import type { Server } from 'node:net';
import { VesicaError } from '../errors.js';
import { hostAndPort, type ListenAddress } from './address.js';
import type { Channel } from './channel.js';
import { GOING_AWAY } from './close-code.js';
import type { Handshakes } from './handshakes.js';

/** Hands out connected partners. Iterating it takes them one by one and ends when the listener is closed. */
export interface Listener extends AsyncIterable<Channel> {
  /** Where it listens; the port is the real one when 0 was asked for. */
  readonly address: ListenAddress;
  /** The address as a partner on this machine would write it. */
  readonly url: string;
  /**
   * The next partner. Calls are served in order.
   *
   * @throws VesicaError `transport/closed` once the listener is closed.
   */
  next(): Promise<Channel>;
  /**
   * Frees the port, drops unfinished handshakes and closes channels that nobody took. Channels already taken are
   * their taker's. Never throws.
   */
  close(): Promise<void>;
}

interface Waiter {
  resolve(channel: Channel): void;
  reject(error: VesicaError): void;
}

/** The queue between a bound server and `next`. */
export class ChannelListener implements Listener {
  readonly address: ListenAddress;
  readonly url: string;
  readonly #server: Server;
  readonly #handshakes: Handshakes;
  readonly #untaken = new Set<Channel>();
  #waiters: Waiter[] = [];
  #closed = false;

  constructor(server: Server, handshakes: Handshakes, scheme: 'ws' | 'wss') {
    const bound = server.address();
    if (bound === null || typeof bound === 'string') {
      throw new VesicaError('internal/defect', 'a listener was made of a server that is not bound to a port');
    }
    this.address = { host: bound.address, port: bound.port };
    this.url = `${scheme}://${hostAndPort(bound.address, bound.port)}`;
    this.#server = server;
    this.#handshakes = handshakes;
  }

  /** Channels that nobody has taken yet. */
  get untaken(): number {
    return this.#untaken.size;
  }

  offer(channel: Channel): void {
    if (this.#closed) {
      void channel.close(GOING_AWAY, '');
      return;
    }
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve(channel);
      return;
    }
    this.#untaken.add(channel);
    void channel.gone.then(() => this.#untaken.delete(channel));
  }

  next(): Promise<Channel> {
    const [channel] = this.#untaken;
    if (channel !== undefined) {
      this.#untaken.delete(channel);
      return Promise.resolve(channel);
    }
    if (this.#closed) return Promise.reject(listenerClosed());
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Channel, void> {
    for (;;) {
      let channel: Channel;
      try {
        channel = await this.next();
      } catch {
        return;
      }
      yield channel;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    // Frees the port at once; its callback would wait for the channels that were taken.
    this.#server.close();
    this.#handshakes.dropAll();
    for (const waiter of this.#waiters.splice(0)) waiter.reject(listenerClosed());
    await Promise.all([...this.#untaken].map((channel) => channel.close(GOING_AWAY, '')));
  }
}

function listenerClosed(): VesicaError {
  return new VesicaError('transport/closed', 'the listener was closed');
}
