import type { FastifyReply, FastifyRequest } from 'fastify';
import { VesicaError } from '../errors.js';
import type { TokenView } from '../node/index.js';
import type { NodeServices } from '../node/index.js';
import { PERMISSIONS } from './permissions.js';
import type { Limiters } from './rate-limits.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The token that the request came with, once it is let in. */
    caller: TokenView | null;
  }
  interface FastifyContextConfig {
    /** As the table of permissions names the route. */
    permission?: string;
  }
}

const CHALLENGE = 'Bearer realm="vesica"';

/**
 * Lets a request in, or not: by its token, how often that was used, and whether its role may use the route. All of it before
 * the body is read. Unknown paths need a token as well.
 */
export function authenticator({ tokens }: Pick<NodeServices, 'tokens'>, limiters: Limiters) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const key = request.routeOptions.config.permission;
    const permission = key === undefined ? undefined : PERMISSIONS[key];
    if (permission === 'anyone') return;
    const secret = secretOf(request);
    const caller = secret === undefined ? undefined : await tokens.verify(secret);
    if (caller === undefined) {
      await limiters.failed(request, reply);
      void reply.header('www-authenticate', CHALLENGE);
      // One answer for all that can be wrong: what a stranger has is nothing to tell them about.
      throw new VesicaError('api/unauthenticated', 'the request has no valid token', {
        field: 'authorization',
      });
    }
    request.caller = caller;
    await limiters.token(request, reply);
    if (permission === undefined || permission.includes(caller.role)) return;
    await tokens.refused(caller.id, 'forbidden');
    const allowed = permission.join(' or ');
    throw new VesicaError('api/forbidden', `role ${caller.role} may not do this, only ${allowed}`, {
      field: 'role',
    });
  };
}

/** What stands behind `Bearer` (RFC 6750 §2.1); `undefined` without a header. */
function secretOf({ headers }: FastifyRequest): string | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  const [, secret = ''] = /^bearer ([^\s]+)$/i.exec(authorization) ?? [];
  return secret;
}
