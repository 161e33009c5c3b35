import { connect as dial, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { decodeMessage, type Message } from '../../../../src/protocol/index.js';
import {
  connect,
  fingerprint,
  listen,
  parseFingerprint,
  type Channel,
  type Listener,
  type NodeIdentity,
} from '../../../../src/transport/index.js';

export type Side = 'initiator' | 'responder';

/** A place in a session: the first frame of a kind that one side sends. */
export interface HoldPoint {
  readonly from: Side;
  /** See `nameOf`. */
  readonly message: string;
}

/** What kind of message: its type; `chunk` and `ack` with their stage. */
export function nameOf(message: Message): string {
  return message.type === 'chunk' || message.type === 'ack'
    ? `${message.type} ${message.stage}`
    : message.type;
}

interface RelayOptions {
  /** The identities of both parties: each takes the relay for the other. */
  readonly identities: Readonly<Record<Side, NodeIdentity>>;
  /** Where the responder listens now. */
  readonly responderUrl: () => string;
}

/**
 * Stands between two nodes and knows the keys of both, so that it sees every message that has left a node, in its order,
 * and can hold the connection at any of them: the frame that it is told to hold, and all that this side sends after it, go no
 * further, while what the other side sends still arrives. So both sides come to a place where each waits for the other.
 *
 * Below TLS it can hold each half of the connection at a count of bytes, for the handshake.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #sockets = new Set<Socket>();
  readonly #front: Server;
  readonly #back: Server;
  #listener: Listener | undefined;
  #hold: HoldPoint | undefined;
  #reached: () => void = () => undefined;
  #released = deferred();
  /** Bytes that the server of a half may send before the handshake is held. */
  #handshake: { readonly at: Side; readonly bytes: number } | undefined;
  #isShut = false;
  #waiting: (() => void)[] = [];
  /** What left each side since `watch`, in its order. */
  readonly left: Record<Side, string[]> = { initiator: [], responder: [] };
  /** Bytes that went either way below TLS since `watch`. */
  bytes = 0;

  private constructor(options: RelayOptions) {
    this.#options = options;
    this.#front = createServer((socket) => this.#enter(socket, 'initiator', () => this.#listener?.url ?? ''));
    this.#back = createServer((socket) => this.#enter(socket, 'responder', options.responderUrl));
  }

  static async open(options: RelayOptions): Promise<Relay> {
    const relay = new Relay(options);
    for (const server of [relay.#front, relay.#back]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
    const { initiator, responder } = options.identities;
    relay.#listener = await listen({
      host: '127.0.0.1',
      port: 0,
      identity: responder,
      peerFingerprint: parseFingerprint(fingerprint(initiator.publicKey)),
    });
    void relay.#takeAll(relay.#listener);
    return relay;
  }

  /** The responder's address, as the initiator knows it. */
  get url(): string {
    return urlOf(this.#front);
  }

  /** Holds the next connection at `point`. Resolves once it is reached. */
  holdAt(point: HoldPoint): Promise<void> {
    this.#hold = point;
    return new Promise((resolve) => (this.#reached = resolve));
  }

  /**
   * Holds the next TLS handshake with the server of one half, the relay's (`initiator`) or the responder's own, once that
   * has sent so many bytes. Resolves once it is reached.
   */
  holdHandshakeAt(at: Side, bytes: number): Promise<void> {
    this.#handshake = { at, bytes };
    return new Promise((resolve) => (this.#reached = resolve));
  }

  /** Cuts the connections there are, and lets new ones wait before their first byte. */
  cut(): void {
    this.#isShut = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  /** Holds nothing any more, and lets in who waits. */
  release(): void {
    this.#isShut = false;
    this.#hold = undefined;
    this.#handshake = undefined;
    this.#released.resolve();
    this.#released = deferred();
    for (const enter of this.#waiting.splice(0)) enter();
  }

  /** Forgets what has left so far. */
  watch(): void {
    this.left.initiator = [];
    this.left.responder = [];
    this.bytes = 0;
  }

  async close(): Promise<void> {
    this.cut();
    await this.#listener?.close();
    this.#front.close();
    this.#back.close();
  }

  #enter(socket: Socket, half: Side, target: () => string): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#isShut) this.#waiting.push(() => this.#enter(socket, half, target));
    else if (!socket.destroyed) this.#wire(socket, half, target());
  }

  /** Passes bytes both ways, and an end of either side to the other at once. */
  #wire(client: Socket, half: Side, url: string): void {
    const { hostname: host, port } = new URL(url);
    const server = dial({ host, port: Number(port) });
    this.#sockets.add(server);
    server.on('error', () => undefined);
    server.once('close', () => {
      this.#sockets.delete(server);
      client.end();
    });
    client.once('close', () => server.end());
    client.on('data', (bytes: Buffer) => {
      this.bytes += bytes.length;
      server.write(bytes);
    });
    let sent = 0;
    server.on('data', (bytes: Buffer) => {
      const held = this.#handshake?.at === half ? this.#handshake.bytes : Infinity;
      const allowed = bytes.subarray(0, Math.max(0, held - sent));
      sent += bytes.length;
      this.bytes += allowed.length;
      client.write(allowed);
      if (allowed.length === bytes.length) return;
      server.pause();
      this.#reached();
    });
  }

  async #takeAll(listener: Listener): Promise<void> {
    for await (const channel of listener) void this.#pass(channel);
  }

  async #pass(initiator: Channel): Promise<void> {
    const { identities } = this.#options;
    try {
      const responder = await connect({
        url: urlOf(this.#back),
        identity: identities.initiator,
        peerFingerprint: parseFingerprint(fingerprint(identities.responder.publicKey)),
      });
      await Promise.all([
        this.#pump('initiator', initiator, responder),
        this.#pump('responder', responder, initiator),
      ]);
    } catch {
      await initiator.close(1001, '');
    }
  }

  async #pump(from: Side, source: Channel, target: Channel): Promise<void> {
    let gate: Promise<void> | undefined;
    let code = 1001;
    try {
      for await (const frame of source.frames) {
        const message = nameOf(decodeMessage(frame));
        this.left[from].push(message);
        if (this.#hold?.from === from && this.#hold.message === message) {
          gate = this.#released.promise;
          this.#reached();
        }
        await gate;
        await target.send(frame);
      }
      code = 1000;
    } catch {
      // The other side learns of it by the close that follows.
    }
    await target.close(code, '');
  }
}

function urlOf(server: Server): string {
  return `wss://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}
