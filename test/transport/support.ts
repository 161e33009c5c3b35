import { once } from 'node:events';
import { connect as netConnect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer, type ClientOptions } from 'ws';
import { VesicaError, type ErrorCode } from '../../src/errors.js';
import type { Connection } from '../../src/protocol/index.js';
import type { Channel } from '../../src/transport/channel.js';
import {
  connect,
  createIdentity,
  listen,
  memoryPair,
  type ChannelOptions,
  type Listener,
  type ListenOptions,
} from '../../src/transport/index.js';

export const publisher = createIdentity('publisher');
export const advertiser = createIdentity('advertiser');
/** The same name as the publisher, another key. */
export const impostor = createIdentity('publisher');

export const KINDS = ['memory', 'ws', 'wss'] as const;
export type Kind = (typeof KINDS)[number];

export interface Pair {
  /** The side that connected. */
  readonly a: Channel;
  /** The side that listened. */
  readonly b: Channel;
}

/** Two connected channels of one kind; closed after the test. */
export async function openPair(
  kind: Kind,
  options: ChannelOptions = {},
  listenerOptions = options,
): Promise<Pair> {
  const [a, b] =
    kind === 'memory'
      ? memoryPair(options, listenerOptions)
      : await overSocket(kind, options, listenerOptions);
  onTestFinished(async () => {
    await Promise.all([a.close(1000, ''), b.close(1000, '')]);
  });
  return { a, b };
}

async function overSocket(
  kind: 'ws' | 'wss',
  options: ChannelOptions,
  listenerOptions: ChannelOptions,
): Promise<[Channel, Channel]> {
  const security = kind === 'ws' ? {} : { identity: publisher, peerFingerprint: advertiser.fingerprint };
  const listener = await openListener({ ...listenerOptions, ...security });
  const taken = listener.next();
  const own = kind === 'ws' ? {} : { identity: advertiser, peerFingerprint: publisher.fingerprint };
  const a = await connect({ ...options, ...own, url: listener.url });
  return [a, await taken];
}

/** A listener on a free port of the loopback; closed after the test. */
export async function openListener(options: Partial<ListenOptions> = {}): Promise<Listener> {
  const listener = await listen({ host: '127.0.0.1', port: 0, ...options });
  onTestFinished(() => listener.close());
  return listener;
}

/** Collects what a listener refuses; `next` waits for the next refusal. */
export function refusals(): { onRefused: (error: VesicaError) => void; next: () => Promise<VesicaError> } {
  const seen: VesicaError[] = [];
  let wake = (): void => undefined;
  return {
    onRefused: (error) => {
      seen.push(error);
      wake();
    },
    next: async () => {
      while (seen.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return seen.shift()!;
    },
  };
}

/** A TCP server of the test's own on a free port of the loopback. */
export async function rawServer(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return portOf(server);
}

/** Listens on a free port of the loopback. */
export async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A TCP client of the test's own, connected. */
export async function rawClient(listener: Listener): Promise<Socket> {
  const socket = netConnect(listener.address.port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

/** Resolves when `socket` is gone. */
export async function closed(socket: Socket): Promise<void> {
  socket.resume();
  // Not `once`, which rejects on an error, and a reset is as good an end as any.
  if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

/** A WebSocket client without any of Vesica's rules, open, and the channel the listener made of it. */
export async function rawPeer(
  options: ChannelOptions = {},
  clientOptions: ClientOptions = {},
): Promise<{ ws: WebSocket; channel: Channel }> {
  const listener = await openListener(options);
  const taken = listener.next();
  const ws = new WebSocket(listener.url, ['vesica.v1'], { perMessageDeflate: false, ...clientOptions });
  ws.on('error', () => undefined);
  await once(ws, 'open');
  const channel = await taken;
  onTestFinished(async () => {
    ws.terminate();
    await channel.close(1000, '');
  });
  return { ws, channel };
}

/** A WebSocket server without any of Vesica's rules; `onPeer` gets each connection. */
export async function rawWebSocketServer(
  onPeer: (ws: WebSocket) => void,
  subprotocol = 'vesica.v1',
): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => subprotocol });
  server.on('connection', (ws) => {
    ws.on('error', () => undefined);
    onPeer(ws);
  });
  onTestFinished(() => {
    for (const ws of server.clients) ws.terminate();
    server.close();
  });
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The error `promise` rejects with, which must be coded. */
export async function failure(promise: Promise<unknown>): Promise<VesicaError> {
  const error = await promise.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VesicaError);
  return error as VesicaError;
}

export async function expectFailure(promise: Promise<unknown>, code: ErrorCode): Promise<VesicaError> {
  const error = await failure(promise);
  expect(error.code, error.message).toBe(code);
  return error;
}

/** All frames until the peer closes. */
export async function drain(connection: Connection): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  for await (const frame of connection.frames) frames.push(frame);
  return frames;
}

/** `length` bytes that differ from frame to frame and from place to place. */
export function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 1) bytes[i] = (i * 31 + seed * 17 + (i >> 8)) & 0xff;
  return bytes;
}

/** Lets the event loop turn `count` times: sockets are served, no time is waited for. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Whether two byte strings are equal; element-wise matchers take seconds on a megabyte. */
export function same(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}

/** As `same`, for lists of frames. */
export function sameFrames(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return a.length === b.length && a.every((frame, i) => same(frame, b[i]!));
}
