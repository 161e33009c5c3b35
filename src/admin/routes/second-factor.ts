import type { FastifyRequest } from 'fastify';
import { VesicaError } from '../../errors.js';
import { found, type TokenView } from '../../node/index.js';
import { requireAccepted } from '../authenticate.js';
import type { LoginSessions } from '../console/login-sessions.js';
import { json, route, type Route } from '../route.js';
import { TOKEN } from '../schemas/governance.js';
import { FACTOR_CODE, NEW_FACTOR } from '../schemas/login.js';
import { ID_PARAMS } from '../schemas/parts.js';

const tag = 'tokens';

/** Second factors: of the own token with a code, of others by whoever manages tokens. */
export function secondFactorRoutes(logins: LoginSessions | undefined): readonly Route[] {
  /** The session that made the change goes on; all others of the token end. */
  const kept = ({ login }: FastifyRequest, token: TokenView): TokenView => {
    if (login !== null) logins?.keep(login.key, token);
    return token;
  };
  return [
    route({
      method: 'POST',
      path: '/v1/token/factor',
      operation: 'beginSecondFactor',
      tag,
      summary: 'Make a second factor for the own token; it is in force once it is confirmed',
      answer: json(NEW_FACTOR, 'What the authenticator must know; told in this answer alone.'),
      errors: ['state/conflict'],
      run: ({ services, caller }) => services.secondFactors.begin(found(caller, 'token').id),
    }),
    route({
      method: 'POST',
      path: '/v1/token/factor/confirm',
      operation: 'confirmSecondFactor',
      tag,
      summary: 'Put the new second factor in force, with a code that it gives',
      description:
        'From then on the token opens the console with a code, and nothing without one: as a bearer token it is refused.',
      body: FACTOR_CODE,
      answer: json(TOKEN, 'The token as it is now.'),
      errors: ['state/conflict'],
      run: async ({ services, caller, body, actor, request }) =>
        kept(request, await services.secondFactors.confirm(found(caller, 'token').id, body.code, actor)),
    }),
    route({
      method: 'POST',
      path: '/v1/token/factor/remove',
      operation: 'removeSecondFactor',
      tag,
      summary: 'Take the second factor from the own token, with a code of it',
      body: FACTOR_CODE,
      answer: json(TOKEN, 'The token as it is now.'),
      errors: ['state/conflict'],
      run: async ({ services, caller, body, actor, request, reply }) => {
        const { id, hasSecondFactor } = found(caller, 'token');
        // Not for `remove` to find out: it may wait for a confirmation, and then take away what no code was shown for.
        if (!hasSecondFactor) {
          throw new VesicaError('state/conflict', 'the token has no second factor', { field: 'token' });
        }
        requireAccepted(await services.secondFactors.accept(id, body.code), reply, 'body');
        return kept(request, await services.secondFactors.remove(id, { actor, by: 'code' }));
      },
    }),
    route({
      method: 'POST',
      path: '/v1/tokens/:id/factor/remove',
      operation: 'removeTokenFactor',
      tag,
      summary: 'Take the second factor from the token of somebody who lost it',
      params: ID_PARAMS,
      answer: json(TOKEN, 'The token as it is now.'),
      errors: ['api/not-found', 'state/conflict'],
      run: ({ services, params, caller, actor }) => {
        if (params.id === caller?.id) {
          const why =
            'the second factor of the own token is removed with a code of it: /v1/token/factor/remove';
          throw new VesicaError('state/conflict', why, { field: 'token' });
        }
        return services.secondFactors.remove(params.id, { actor, by: 'admin' });
      },
    }),
  ];
}
