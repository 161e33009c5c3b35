import { isIP } from 'node:net';
import { VesicaError } from '../errors.js';
import { isLoopback } from '../loopback.js';
import type { ListenAddress } from '../transport/index.js';

const LOCAL_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** @throws VesicaError `config/insecure-transport` for plain HTTP on an address that others can reach: tokens would be read. */
export function requireSecure({ host }: ListenAddress, hasTls: boolean): void {
  if (hasTls || isLoopback(host)) return;
  throw new VesicaError(
    'config/insecure-transport',
    `the API needs a TLS certificate on ${host}; without one it listens on localhost, 127.x.x.x or ::1 only`,
    { field: 'api.listen' },
  );
}

/** A host as it stands in a URL. */
export function urlHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/**
 * The names that a request may call this server by. A page elsewhere whose name is made to resolve to this machine (DNS
 * rebinding) sends its own name.
 */
export function allowedHosts({ host }: ListenAddress, names: readonly string[]): ReadonlySet<string> {
  const local = isLoopback(host) ? LOCAL_NAMES : ['localhost'];
  return new Set([urlHost(host), ...local, ...names].map((name) => name.toLowerCase()));
}

/** The host of a `Host` header without its port. */
export function hostOf(header: string | undefined): string {
  return (header ?? '').toLowerCase().replace(/:\d{1,5}$/, '');
}
