import { connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect, TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { VesicaError } from '../errors.js';
import { loopbackLookup, parseTarget, type Target } from './address.js';
import { Channel } from './channel.js';
import type { Fingerprint } from './fingerprint.js';
import type { NodeIdentity } from './identity.js';
import { channelLimits, type ChannelOptions } from './limits.js';
import { onlyPeer, requirePeer, tlsSettings } from './peer-check.js';
import { SUBPROTOCOL, webSocketSettings, WebSocketLink } from './ws-link.js';

export const DEFAULT_HANDSHAKE_TIMEOUT_MS = 10_000;

/** How to reach a partner. */
export interface ConnectOptions extends ChannelOptions {
  /** `wss://host:port`, or `ws://` and a loopback address. */
  readonly url: string;
  /** With `wss://` only, and then required: whom this node shows itself to be. */
  readonly identity?: NodeIdentity;
  /** With `wss://` only, and then required: the one key the partner may have. */
  readonly peerFingerprint?: Fingerprint;
  /** From the first packet to the open channel; default 10 s. */
  readonly handshakeTimeoutMs?: number;
  /** Gives up when aborted. */
  readonly signal?: AbortSignal;
}

/** How far an attempt has come; decides what a failure means. */
type Stage = 'dial' | 'tls' | 'upgrade';

/**
 * Connects to a listening partner. Over TLS the partner's key is checked before a single byte of HTTP leaves.
 *
 * @throws VesicaError `config/invalid`, `config/insecure-transport` for unusable options; `transport/unreachable` when
 * nothing answers at the address; `transport/wrong-peer` when the partner has another key, or (`reportedBy: peer`)
 * does not accept this node's; `transport/handshake-failed` when it does not speak TLS 1.3, WebSocket or the
 * subprotocol; `transport/timeout`; `session/cancelled` when `signal` is aborted.
 */
export async function connect(options: ConnectOptions): Promise<Channel> {
  const target = parseTarget(options.url);
  requireMatchingSecurity(target, options);
  const { signal } = options;
  const timeoutMs = options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS;
  let stage: Stage = 'dial';
  let socket: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let cancel = (): void => undefined;
  try {
    return await new Promise<Channel>((resolve, reject) => {
      cancel = () => reject(new VesicaError('session/cancelled', 'connecting was cancelled'));
      if (signal?.aborted === true) {
        cancel();
        return;
      }
      signal?.addEventListener('abort', cancel);
      timer = setTimeout(() => reject(timedOut(target, stage, timeoutMs)), timeoutMs);
      const opening = dial(target, options);
      socket = opening;
      // The listener stays, so that an error after the attempt has ended never goes unhandled.
      opening.on('error', (error) => reject(failed(target, stage, error)));
      opening.once('close', () => reject(failed(target, stage)));
      opening.once('connect', () => {
        stage = target.security === 'tls' ? 'tls' : 'upgrade';
      });
      opening.once(target.security === 'tls' ? 'secureConnect' : 'connect', () => {
        stage = 'upgrade';
        upgrade(opening, target, options).then(resolve, reject);
      });
    });
  } catch (error) {
    socket?.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

/** TLS settings belong to `wss://` and only there: next to `ws://` they would look like protection and be none. */
function requireMatchingSecurity(target: Target, options: ConnectOptions): void {
  const { identity, peerFingerprint } = options;
  if (target.security === 'tls' && identity === undefined) {
    throw new VesicaError('config/invalid', 'wss:// needs the identity of this node', {
      field: 'tls.identity',
    });
  }
  if (target.security === 'tls' && peerFingerprint === undefined) {
    throw new VesicaError('config/invalid', "wss:// needs the partner's fingerprint", { field: 'tls.peer' });
  }
  if (target.security === 'plain' && (identity !== undefined || peerFingerprint !== undefined)) {
    throw new VesicaError(
      'config/insecure-transport',
      'TLS is configured, but the address begins with ws://',
      {
        field: 'connect',
      },
    );
  }
}

function dial({ security, host, port }: Target, { identity }: ConnectOptions): Socket {
  if (security === 'tls' && identity !== undefined) {
    // No server name is sent: the partner is known by its key, and the name would travel in clear.
    return tlsConnect({ ...tlsSettings(identity), host, port, rejectUnauthorized: false, servername: '' });
  }
  return netConnect({ host, port, ...(host === 'localhost' ? { lookup: loopbackLookup } : {}) });
}

/** The steps after the socket is there: check the peer, then, and only then, ask for the WebSocket. */
async function upgrade(socket: Socket, target: Target, options: ConnectOptions): Promise<Channel> {
  const limits = channelLimits(options);
  let peerKey: Uint8Array | undefined;
  if (target.security === 'tls') {
    const { peerFingerprint } = options;
    if (!(socket instanceof TLSSocket) || peerFingerprint === undefined) {
      throw new VesicaError('internal/defect', 'a wss:// address was dialled without TLS');
    }
    peerKey = requirePeer(socket, onlyPeer(peerFingerprint));
  }
  const ws = new WebSocket(target.url, [SUBPROTOCOL], {
    ...webSocketSettings(limits),
    followRedirects: false,
    createConnection: () => socket,
  });
  return new Promise((resolve, reject) => {
    ws.once('open', () => resolve(new Channel(new WebSocketLink(ws, socket, limits), limits, peerKey)));
    ws.once('unexpected-response', (_request, response) => {
      reject(refused(target, response.statusCode));
      response.resume();
    });
    ws.on('error', (error) => reject(failed(target, 'upgrade', error)));
  });
}

function refused(target: Target, status: number | undefined): VesicaError {
  if (status === 403 && target.security === 'tls') {
    return new VesicaError('transport/wrong-peer', `${target.url} does not accept this node's key`, {
      field: 'tls.identity',
      reportedBy: 'peer',
    });
  }
  return new VesicaError(
    'transport/handshake-failed',
    `${target.url} answered with HTTP status ${status ?? 0} instead of a Vesica channel`,
  );
}

function timedOut(target: Target, stage: Stage, timeoutMs: number): VesicaError {
  return stage === 'dial'
    ? new VesicaError('transport/unreachable', `nothing answered at ${target.url} within ${timeoutMs} ms`)
    : new VesicaError('transport/timeout', `${target.url} did not finish the handshake in ${timeoutMs} ms`);
}

/** The system's or OpenSSL's own code says more than its sentence, and holds nothing of the peer's choosing. */
function failed(target: Target, stage: Stage, cause?: Error): VesicaError {
  const code = cause !== undefined && 'code' in cause ? String(cause.code) : 'connection closed';
  if (stage === 'dial') {
    return new VesicaError('transport/unreachable', `cannot reach ${target.url} (${code})`, { cause });
  }
  const what = stage === 'tls' ? 'TLS' : 'WebSocket';
  return new VesicaError(
    'transport/handshake-failed',
    `the ${what} handshake with ${target.url} failed (${code})`,
    { cause },
  );
}
