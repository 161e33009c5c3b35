import { found } from '../../node/index.js';
import { created, json, route, type Route } from '../route.js';
import { CREATED_TOKEN, NEW_TOKEN, TOKEN, TOKENS_QUERY } from '../schemas/governance.js';
import { ID_PARAMS, pageOf } from '../schemas/parts.js';

const tag = 'tokens';

export const tokenRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/token',
    operation: 'getOwnToken',
    tag,
    summary: 'The token that this request came with',
    answer: json(TOKEN, 'The token.'),
    run: ({ caller }) => found(caller, 'token'),
  }),
  route({
    method: 'GET',
    path: '/v1/tokens',
    operation: 'listTokens',
    tag,
    summary: 'Tokens, newest first',
    query: TOKENS_QUERY,
    answer: json(pageOf(TOKEN), 'A page of tokens.'),
    run: ({ services, query }) => services.tokens.list(query),
  }),
  route({
    method: 'POST',
    path: '/v1/tokens',
    operation: 'createToken',
    tag,
    summary: 'Make a token; its secret is told in this answer alone',
    body: NEW_TOKEN,
    answer: created(CREATED_TOKEN, 'The token and its secret.'),
    errors: ['config/invalid'],
    creates: true,
    kept: ({ token }) => ({ token, secret: null }),
    run: ({ services, body, actor }) => services.tokens.create(body, actor),
  }),
  route({
    method: 'GET',
    path: '/v1/tokens/:id',
    operation: 'getToken',
    tag,
    summary: 'One token',
    params: ID_PARAMS,
    answer: json(TOKEN, 'The token.'),
    errors: ['api/not-found'],
    run: ({ services, params }) => services.tokens.get(params.id),
  }),
  route({
    method: 'POST',
    path: '/v1/tokens/:id/revoke',
    operation: 'revokeToken',
    tag,
    summary: 'Take a token out of use, for ever',
    params: ID_PARAMS,
    answer: json(TOKEN, 'The token as it is now.'),
    errors: ['api/not-found', 'state/conflict'],
    run: ({ services, params, actor }) => services.tokens.revoke(params.id, actor),
  }),
];
