import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import { VesicaError } from '../errors.js';
import { Channel } from './channel.js';
import type { Handshakes } from './handshakes.js';
import type { ChannelLimits } from './limits.js';
import { requirePeer, type AcceptPeer } from './peer-check.js';
import { SUBPROTOCOL, webSocketSettings, WebSocketLink } from './ws-link.js';

const MAX_HEADER_BYTES = 8 * 1024;

/** Takes a connection from its first byte of HTTP to a channel. */
export class Upgrader {
  onChannel: (channel: Channel) => void = ignore;
  readonly #handshakes: Handshakes;
  readonly #http = createHttpServer({ maxHeaderSize: MAX_HEADER_BYTES });
  readonly #peerKeys = new WeakMap<Socket, Uint8Array>();

  constructor(limits: ChannelLimits, handshakes: Handshakes) {
    this.#handshakes = handshakes;
    const webSockets = new WebSocketServer({
      ...webSocketSettings(limits),
      noServer: true,
      clientTracking: false,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    this.#http.on('request', (request, response) => {
      handshakes.refuse(request.socket, notVesica());
      response.shouldKeepAlive = false;
      response.writeHead(426, { 'Content-Length': 0, Upgrade: 'websocket' }).end();
      request.resume();
    });
    this.#http.on('clientError', (error, socket) => {
      if (socket instanceof Socket) this.refuseHandshake(socket, 'HTTP', error);
      socket.destroy();
    });
    this.#http.on('upgrade', (request, socket, head) => {
      if (!(socket instanceof Socket)) return;
      const status = unacceptable(request);
      if (status !== undefined) {
        handshakes.refuse(socket, notVesica());
        answerAndEnd(socket, status);
        return;
      }
      webSockets.handleUpgrade(request, socket, head, (ws) => {
        handshakes.settle(socket);
        const link = new WebSocketLink(ws, socket, limits);
        this.onChannel(new Channel(link, limits, this.#peerKeys.get(socket)));
      });
    });
  }

  /** Reads HTTP from `socket`; `peerKey` is what TLS proved. */
  serve(socket: Socket, peerKey: Uint8Array | undefined): void {
    if (peerKey !== undefined) this.#peerKeys.set(socket, peerKey);
    this.#http.emit('connection', socket);
  }

  /** Checks the peer's key, and reads nothing from a peer without the right one. */
  serveAccepted(socket: TLSSocket, accept: AcceptPeer): void {
    let peerKey: Uint8Array;
    try {
      peerKey = requirePeer(socket, accept);
    } catch (error) {
      this.#handshakes.refuse(
        socket,
        error instanceof VesicaError
          ? error
          : new VesicaError('internal/defect', 'the decision about a peer failed', { cause: error }),
      );
      answerAndEnd(socket, '403 Forbidden');
      return;
    }
    this.serve(socket, peerKey);
  }

  refuseHandshake(socket: Socket, what: 'TLS' | 'HTTP', error: Error): void {
    const code = 'code' in error ? String(error.code) : 'connection closed';
    const message = `a connection failed in the ${what} handshake (${code})`;
    this.#handshakes.refuse(socket, new VesicaError('transport/handshake-failed', message));
  }
}

/** The HTTP status for an upgrade request that no Vesica node would send, or `undefined` if it is one. */
function unacceptable(request: IncomingMessage): string | undefined {
  // Browsers name the page that opens a WebSocket, nodes do not. Without this, any page could reach a plain listener
  // on the loopback of whoever looks at it.
  if (request.headers.origin !== undefined) return '403 Forbidden';
  if (request.url !== '/') return '404 Not Found';
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return offered.includes(SUBPROTOCOL) ? undefined : '400 Bad Request';
}

function notVesica(): VesicaError {
  return new VesicaError(
    'transport/handshake-failed',
    `a connection did not ask for the WebSocket subprotocol ${SUBPROTOCOL}`,
  );
}

/** Answers without detail. What the peer still sends is read away, as unread bytes would reset the answer. */
function answerAndEnd(socket: Socket, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  socket.resume();
}

function ignore(): void {
  // nobody listens yet
}
