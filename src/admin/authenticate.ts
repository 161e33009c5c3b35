import type { FastifyReply, FastifyRequest } from 'fastify';
import { VesicaError } from '../errors.js';
import type { FactorVerdict, NodeServices, TokenView } from '../node/index.js';
import { isCsrfOf, type Login, type LoginSessions } from './console/login-sessions.js';
import { CSRF_HEADER, requireOwnPage, type SessionCookie } from './console/session-cookie.js';
import { PERMISSIONS } from './permissions.js';
import type { Limiters } from './rate-limits.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The token that the request came with, or that its session is of, once it is let in. */
    caller: TokenView | null;
    /** The session of the console that the request is part of. */
    login: Login | null;
  }
  interface FastifyContextConfig {
    /** As the table of permissions names the route. */
    permission?: string;
  }
}

const CHALLENGE = 'Bearer realm="vesica"';

export interface AuthenticationMeans {
  readonly tokens: NodeServices['tokens'];
  readonly limiters: Limiters;
  readonly cookie: SessionCookie;
  /** Not there when the console is off. */
  readonly logins: LoginSessions | undefined;
}

/**
 * Lets a request in, or not: by its token or the session of its cookie, how often that was used, and whether its role may use
 * the route. All of it before the body is read. Unknown paths need a token as well.
 */
export function authenticator(means: AuthenticationMeans) {
  const { tokens, limiters } = means;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const key = request.routeOptions.config.permission;
    const permission = key === undefined ? undefined : PERMISSIONS[key];
    if (permission === 'anyone') return;
    const secret = secretOf(request);
    const caller = secret === undefined ? await loggedIn(request, means) : await tokens.verify(secret);
    if (caller === undefined) {
      await limiters.failed(request, reply);
      // One answer for all that can be wrong: what a stranger has is nothing to tell them about.
      throw unauthenticated(reply, { message: 'the request has no valid token', field: 'authorization' });
    }
    request.caller = caller;
    await limiters.token(request, reply);
    if (request.login !== null) requireOwnRequest(request, request.login);
    else await requireNoFactor(caller, reply, tokens);
    if (permission === undefined || permission.includes(caller.role)) return;
    await tokens.refused(caller.id, 'forbidden');
    const allowed = permission.join(' or ');
    throw new VesicaError('api/forbidden', `role ${caller.role} may not do this, only ${allowed}`, {
      field: 'role',
    });
  };
}

/**
 * Looks again, once the body is there, at whoever is about to change something: a client may hold its body back for as long as
 * a request may take, and its token be revoked, its session end or its second factor be confirmed in between.
 */
export function reauthenticator({ tokens, logins }: AuthenticationMeans) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { caller: before, login, method } = request;
    if (before === null || method === 'GET') return;
    const now = login === null ? await tokens.find(before.id) : await logins?.callerOf(login.key);
    if (now?.state !== 'valid') {
      throw unauthenticated(reply, { message: 'the request has no valid token', field: 'authorization' });
    }
    if (login === null) await requireNoFactor(now, reply, tokens);
    request.caller = now;
  };
}

/** The answer to who cannot be told from a stranger. */
export function unauthenticated(
  reply: FastifyReply,
  { message, field }: { readonly message: string; readonly field: string },
): VesicaError {
  void reply.header('www-authenticate', CHALLENGE);
  return new VesicaError('api/unauthenticated', message, { field });
}

/**
 * Lets a code through that was accepted.
 *
 * @param of - Whether the code was to log in with, or part of a request of somebody who is.
 * @throws VesicaError `api/rate-limited`, with Retry-After in the reply; for a wrong code `api/code-required` at login, else
 * `api/invalid-request`, field `code`.
 */
export function requireAccepted(
  verdict: FactorVerdict,
  reply: FastifyReply,
  of: 'login' | 'body' = 'login',
): void {
  if (verdict.isAccepted) return;
  if (verdict.waitSeconds > 0) {
    void reply.header('retry-after', String(verdict.waitSeconds));
    throw new VesicaError('api/rate-limited', 'too many wrong codes came for this token', { field: 'code' });
  }
  const why = 'the code is wrong, or was used before';
  throw new VesicaError(of === 'login' ? 'api/code-required' : 'api/invalid-request', why, { field: 'code' });
}

async function loggedIn(
  request: FastifyRequest,
  { cookie, logins }: AuthenticationMeans,
): Promise<TokenView | undefined> {
  const login = await logins?.find(cookie.read(request) ?? '');
  if (login === undefined) return undefined;
  request.login = login;
  return login.caller;
}

/** @throws VesicaError `api/code-required`. */
async function requireNoFactor(
  { id, hasSecondFactor }: TokenView,
  reply: FastifyReply,
  tokens: AuthenticationMeans['tokens'],
): Promise<void> {
  if (!hasSecondFactor) return;
  await tokens.refused(id, 'code-missing');
  void reply.header('www-authenticate', CHALLENGE);
  const why = 'the token has a second factor, so it opens the console and nothing else';
  throw new VesicaError('api/code-required', why, { field: 'authorization' });
}

/** A browser sends the cookie by itself: what changes something must show that a page of the console asked for it. */
function requireOwnRequest(request: FastifyRequest, login: Login): void {
  requireOwnPage(request);
  if (request.method === 'GET' || isCsrfOf(login, request.headers[CSRF_HEADER])) return;
  throw new VesicaError('api/csrf', `the request needs the csrf of its session in ${CSRF_HEADER}`, {
    field: CSRF_HEADER,
  });
}

/** What stands behind `Bearer` (RFC 6750 §2.1); `undefined` without a header. */
function secretOf({ headers }: FastifyRequest): string | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  const [, secret = ''] = /^bearer ([^\s]+)$/i.exec(authorization) ?? [];
  return secret;
}
