import { once } from 'node:events';
import { createServer as createNetServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { VesicaError } from '../errors.js';
import { hostAndPort, requireLoopback, type ListenAddress } from './address.js';
import { DEFAULT_HANDSHAKE_TIMEOUT_MS } from './connect.js';
import type { Fingerprint } from './fingerprint.js';
import { Handshakes } from './handshakes.js';
import type { NodeIdentity } from './identity.js';
import { channelLimits, type ChannelOptions } from './limits.js';
import { ChannelListener, type Listener } from './listener.js';
import { onlyPeer, tlsSettings, type AcceptPeer } from './peer-check.js';
import { Upgrader } from './upgrader.js';

const DEFAULT_MAX_PENDING = 64;

/** How to wait for partners. */
export interface ListenOptions extends ChannelOptions {
  /** Address or name of an interface of this machine. */
  readonly host: string;
  /** 0 lets the system choose; see `Listener.address`. */
  readonly port: number;
  /** This node's identity. With it the listener speaks TLS only; without it plain WebSocket, on loopback only. */
  readonly identity?: NodeIdentity;
  /** With `identity`: the one key that may connect. */
  readonly peerFingerprint?: Fingerprint;
  /** With `identity`: decides on the key of each peer. Where `peerFingerprint` is given too, both must agree. */
  readonly accept?: AcceptPeer;
  /** From the first packet to the open channel; default 10 s. */
  readonly handshakeTimeoutMs?: number;
  /** Connections that are not yet open or not yet taken by `next`; further ones are dropped. Default 64. */
  readonly maxPending?: number;
  /** Told about each connection that was refused and why. Must not throw. */
  readonly onRefused?: (error: VesicaError) => void;
}

/**
 * Waits for partners. A connection is handed out only after TLS 1.3, the peer's key, the WebSocket upgrade and the
 * subprotocol have all passed; the peer's key before its first byte of HTTP is read.
 *
 * @throws VesicaError `config/invalid` for unusable options or an address that is not this machine's,
 * `config/insecure-transport` for a listener without identity on another address than loopback,
 * `transport/address-in-use`.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const accept = acceptance(options);
  const handshakes = new Handshakes(options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS, (error) =>
    options.onRefused?.(error),
  );
  const upgrader = new Upgrader(channelLimits(options), handshakes);
  const server =
    options.identity === undefined || accept === undefined
      ? createNetServer((socket) => upgrader.serve(socket, undefined))
      : tlsServer(options.identity, accept, upgrader);
  await bind(server, options);
  const listener = new ChannelListener(server, handshakes, options.identity === undefined ? 'ws' : 'wss');
  const maxPending = options.maxPending ?? DEFAULT_MAX_PENDING;
  upgrader.onChannel = (channel) => listener.offer(channel);
  server.on('connection', (socket) => {
    socket.on('error', ignore);
    if (handshakes.count + listener.untaken < maxPending) handshakes.admit(socket);
    else socket.destroy();
  });
  // A failed accept (no file descriptors left) concerns one connection, not the listener.
  server.on('error', ignore);
  return listener;
}

/** Who may connect, or `undefined` for a plain listener, which cannot know. */
function acceptance({ identity, peerFingerprint, accept, host }: ListenOptions): AcceptPeer | undefined {
  const isPinned = peerFingerprint !== undefined || accept !== undefined;
  if (identity === undefined) {
    if (isPinned) {
      throw new VesicaError('config/invalid', 'checking a partner needs the identity of this node', {
        field: 'tls.identity',
      });
    }
    requireLoopback(host, 'listen');
    return undefined;
  }
  if (!isPinned) {
    throw new VesicaError('config/invalid', "listening with TLS needs the partner's fingerprint", {
      field: 'tls.peer',
    });
  }
  const pinned = peerFingerprint === undefined ? undefined : onlyPeer(peerFingerprint);
  return (publicKey) => (pinned?.(publicKey) ?? true) && (accept?.(publicKey) ?? true);
}

function tlsServer(identity: NodeIdentity, accept: AcceptPeer, upgrader: Upgrader): Server {
  const settings = { ...tlsSettings(identity), requestCert: true, rejectUnauthorized: false };
  const server = createTlsServer(settings, (socket) => {
    socket.on('error', ignore);
    upgrader.serveAccepted(socket, accept);
  });
  server.on('tlsClientError', (error, socket) => {
    upgrader.refuseHandshake(socket, 'TLS', error);
    socket.destroy();
  });
  return server;
}

async function bind(server: Server, { host, port }: ListenAddress): Promise<void> {
  const where = hostAndPort(host, port);
  try {
    // By rule, not by resolver (see `isLoopback`).
    server.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port, exclusive: true });
    await once(server, 'listening');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (code === 'EADDRINUSE') {
      throw new VesicaError('transport/address-in-use', `another process listens on ${where}`, {
        field: 'listen',
        cause,
      });
    }
    throw new VesicaError('config/invalid', `cannot listen on ${where} (${code})`, {
      field: 'listen',
      cause,
    });
  }
}

function ignore(): void {
  // The end of the socket, which follows every error, is what counts.
}
