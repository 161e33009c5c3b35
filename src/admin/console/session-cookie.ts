import type { FastifyReply, FastifyRequest } from 'fastify';
import { VesicaError } from '../../errors.js';

export const COOKIE_NAME = 'vesica_session';
export const CSRF_HEADER = 'x-vesica-csrf';

/**
 * The cookie that a session of the console is known by: no script reads it, no other site's page sends it, and it goes with
 * the browser. Where the way to the browser is TLS it is `Secure` and has the prefix `__Host-` (RFC 6265bis §4.1.3.2), by
 * which a browser takes it from this host alone.
 */
export class SessionCookie {
  readonly #hasTls: boolean;

  constructor(hasTls: boolean) {
    this.#hasTls = hasTls;
  }

  /** The id in the cookie of a request; `undefined` without one, and with two: one of them is not ours. */
  read(request: FastifyRequest): string | undefined {
    const prefix = `${this.#nameFor(request)}=`;
    const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
    const found = pairs.filter((pair) => pair.startsWith(prefix));
    return found.length === 1 ? found[0]?.slice(prefix.length) : undefined;
  }

  write(request: FastifyRequest, reply: FastifyReply, id: string): void {
    const secure = this.#isSecure(request) ? '; Secure' : '';
    const value = `${this.#nameFor(request)}=${id}; Path=/; HttpOnly; SameSite=Strict${secure}`;
    void reply.header('set-cookie', value);
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    this.write(request, reply, '; Max-Age=0');
  }

  #nameFor(request: FastifyRequest): string {
    return this.#isSecure(request) ? `__Host-${COOKIE_NAME}` : COOKIE_NAME;
  }

  /**
   * A proxy that ends TLS says so, the first of several for the way to the browser; who says so without one gets a cookie that
   * their browser does not send.
   */
  #isSecure({ headers }: FastifyRequest): boolean {
    if (this.#hasTls) return true;
    const [first = ''] = String(headers['x-forwarded-proto'] ?? '').split(',');
    return first.trim().toLowerCase() === 'https';
  }
}

/**
 * Refuses what a browser says comes from a page of another site, and of another host of the same site (W3C Fetch Metadata).
 *
 * @throws VesicaError `api/csrf`.
 */
export function requireOwnPage({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new VesicaError('api/csrf', 'the request was made by a page of another site', {
    field: 'sec-fetch-site',
  });
}
