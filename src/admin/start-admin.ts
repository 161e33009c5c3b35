import { buildApp, type AdminOptions } from './build-app.js';
import { requireSecure, urlHost } from './listen-address.js';
import type { NodeServices } from '../node/index.js';
import { VesicaError } from '../errors.js';

/** The API of a node, while it listens. */
export interface RunningAdmin {
  /** Where, without a slash at the end. */
  readonly url: string;
  /** Where people go with a browser; not there when the console is off. */
  readonly consoleUrl: string | undefined;
  /** Takes no more requests, ends streams and finishes what is under way, for `deadlineMs` at most; 10 s unless told. */
  close(deadlineMs?: number): Promise<void>;
}

const DEADLINE_MS = 10_000;

/**
 * Serves the API of a node.
 *
 * @throws VesicaError `config/insecure-transport` without TLS on an address that others can reach; `transport/address-in-use`;
 * `config/invalid` with field `api.listen` when it cannot listen there, or `api.tls` when that is no certificate with its key.
 */
export async function startAdmin(services: NodeServices, options: AdminOptions): Promise<RunningAdmin> {
  const { listen, tls } = options;
  requireSecure(listen, tls !== undefined);
  const admin = await buildApp(services, options).catch((error: unknown) => {
    throw isTlsFailure(error) ? invalid('api.tls', 'api.tls is no certificate with its key', error) : error;
  });
  const { app } = admin;
  // `localhost` is this machine by rule (RFC 6761 §6.3), whatever a resolver says.
  const host = listen.host === 'localhost' ? '127.0.0.1' : listen.host;
  try {
    await app.listen({ host, port: listen.port });
  } catch (error) {
    await app.close();
    throw listenFailure(error, listen.port);
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : listen.port;
  let closing: Promise<void> | undefined;
  const finish = async (deadlineMs: number): Promise<void> => {
    admin.stop();
    const timer = setTimeout(() => {
      app.server.closeAllConnections();
    }, deadlineMs);
    await app.close().finally(() => clearTimeout(timer));
  };
  const url = `${tls === undefined ? 'http' : 'https'}://${urlHost(host)}:${port}`;
  return {
    url,
    consoleUrl: options.console === 'off' ? undefined : `${url}/console/`,
    close: (deadlineMs = DEADLINE_MS) => (closing ??= finish(deadlineMs)),
  };
}

function isTlsFailure(error: unknown): boolean {
  const { code = '' } = error as { code?: string };
  return /^ERR_(OSSL|SSL|TLS|CRYPTO)/.test(code);
}

function listenFailure(error: unknown, port: number): unknown {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE') {
    const why = `port ${port} is in use`;
    return new VesicaError('transport/address-in-use', why, { field: 'api.listen', cause: error });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND') {
    return invalid('api.listen', 'this machine cannot listen on that address', error);
  }
  return error;
}

function invalid(field: string, message: string, cause: unknown): VesicaError {
  return new VesicaError('config/invalid', message, { field, cause });
}
