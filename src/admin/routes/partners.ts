import { NEW_PARTNER_SCHEMA, PARTNER_CHANGE_SCHEMA } from '../../node/index.js';
import { created, json, route, type Route } from '../route.js';
import { ID_PARAMS, pageOf } from '../schemas/parts.js';
import { PARTNER, PARTNERS_QUERY } from '../schemas/partners.js';

const tag = 'partners';

export const partnerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/partners',
    operation: 'listPartners',
    tag,
    summary: 'Partners, newest first',
    query: PARTNERS_QUERY,
    answer: json(pageOf(PARTNER), 'A page of partners.'),
    run: ({ services, query }) => services.partners.list(query),
  }),
  route({
    method: 'POST',
    path: '/v1/partners',
    operation: 'createPartner',
    tag,
    summary: 'Enter a partner, who may connect at once',
    body: NEW_PARTNER_SCHEMA,
    answer: created(PARTNER, 'The partner.'),
    errors: ['config/invalid', 'state/conflict'],
    creates: true,
    run: ({ services, body, actor }) => services.partners.add(body, actor),
  }),
  route({
    method: 'GET',
    path: '/v1/partners/:id',
    operation: 'getPartner',
    tag,
    summary: 'One partner',
    params: ID_PARAMS,
    answer: json(PARTNER, 'The partner.'),
    errors: ['api/not-found'],
    run: ({ services, params }) => services.partners.get(params.id),
  }),
  route({
    method: 'PATCH',
    path: '/v1/partners/:id',
    operation: 'changePartner',
    tag,
    summary: 'Give a partner another name, key, address or note',
    description: 'Agreements name keys: those made with an earlier key cannot be used any more.',
    params: ID_PARAMS,
    body: PARTNER_CHANGE_SCHEMA,
    answer: json(PARTNER, 'The partner as it is now.'),
    errors: ['api/not-found', 'config/invalid', 'state/conflict'],
    run: ({ services, params, body, actor }) => services.partners.change(params.id, body, actor),
  }),
  stateRoute('suspend', 'suspended', 'Let a partner connect no more, for a while'),
  stateRoute('activate', 'active', 'Let a partner connect again'),
  stateRoute('remove', 'removed', 'End all agreements with a partner and let it connect no more'),
];

function stateRoute(verb: string, state: 'active' | 'suspended' | 'removed', summary: string): Route {
  return route({
    method: 'POST',
    path: `/v1/partners/:id/${verb}`,
    operation: `${verb}Partner`,
    tag,
    summary,
    params: ID_PARAMS,
    answer: json(PARTNER, 'The partner as it is now.'),
    errors: ['api/not-found', 'state/conflict'],
    run: ({ services, params, actor }) => services.partners.setState(params.id, state, actor),
  });
}
