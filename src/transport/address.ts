import { isIP, type LookupFunction } from 'node:net';
import { VesicaError } from '../errors.js';
import { isLoopback } from '../loopback.js';

/** Where to connect, and whether over TLS. */
export interface Target {
  readonly security: 'tls' | 'plain';
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** The address as text for messages: scheme, host, port. */
  readonly url: string;
}

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Resolves `localhost` by rule (RFC 6761 §6.3) and never by asking a resolver. */
export const loopbackLookup: LookupFunction = (_host, options, answer) => {
  if (options.all === true) {
    answer(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
  } else {
    answer(null, '127.0.0.1', 4);
  }
};

/** @throws VesicaError `config/insecure-transport` unless `host` is this machine. */
export function requireLoopback(host: string, field: string): void {
  if (isLoopback(host)) return;
  throw new VesicaError(
    'config/insecure-transport',
    `without TLS the address must be localhost, 127.x.x.x or ::1; ${host} is not`,
    { field },
  );
}

/** `host:port`, with brackets around an IPv6 address. */
export function hostAndPort(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Reads the address of a partner: `wss://host:port` or `ws://host:port`, without path, query or credentials. The
 * partner is known by its key, so the host name is only a way to reach it.
 *
 * @throws VesicaError `config/invalid` for anything else, `config/insecure-transport` for `ws://` to another machine.
 */
export function parseTarget(text: string): Target {
  const invalid = (reason: string): VesicaError =>
    new VesicaError('config/invalid', `the address to connect to ${reason}`, { field: 'connect' });
  if (!URL.canParse(text)) throw invalid('is not a URL such as wss://partner.example:7701');
  const url = new URL(text);
  if (url.protocol !== 'wss:' && url.protocol !== 'ws:') throw invalid('must begin with wss:// or ws://');
  if (url.username !== '' || url.password !== '') throw invalid('must not hold a user name or password');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw invalid('must end after the port: no path, query or fragment');
  }
  const security = url.protocol === 'wss:' ? 'tls' : 'plain';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (security === 'plain') requireLoopback(host, 'connect');
  const defaultPort = security === 'tls' ? 443 : 80;
  const port = url.port === '' ? defaultPort : Number(url.port);
  return { security, host, port, url: `${url.protocol}//${hostAndPort(host, port)}` };
}

/**
 * Reads an address to listen on: `host:port`, `[ipv6]:port`; port 0 lets the system choose.
 *
 * @throws VesicaError `config/invalid` for anything else.
 */
export function parseListenAddress(text: string): ListenAddress {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text.trim());
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3]);
  if (host === undefined || port > 65_535 || (parts?.[1] !== undefined && isIP(host) !== 6)) {
    throw new VesicaError('config/invalid', 'an address to listen on is host:port, such as 127.0.0.1:7701', {
      field: 'listen',
    });
  }
  return { host, port };
}
