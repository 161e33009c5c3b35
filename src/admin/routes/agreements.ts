import { AGREEMENT_CHANGE_SCHEMA } from '../../node/index.js';
import { created, json, route, type Route } from '../route.js';
import { ID_PARAMS, pageOf } from '../schemas/parts.js';
import { AGREEMENT, AGREEMENTS_QUERY, NEW_AGREEMENT } from '../schemas/partners.js';

const tag = 'agreements';

export const agreementRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/agreements',
    operation: 'listAgreements',
    tag,
    summary: 'Agreements, newest first',
    query: AGREEMENTS_QUERY,
    answer: json(pageOf(AGREEMENT), 'A page of agreements.'),
    run: ({ services, query }) => services.agreements.list(query),
  }),
  route({
    method: 'POST',
    path: '/v1/agreements',
    operation: 'createAgreement',
    tag,
    summary: 'Enter an agreement as a draft',
    description:
      "Both sides enter the same terms; their digest is compared at the start of each session. `approval` and `datasets` are this side's own.",
    body: NEW_AGREEMENT,
    answer: created(AGREEMENT, 'The draft.'),
    errors: ['api/not-found', 'config/invalid', 'dp/invalid-parameter', 'state/conflict'],
    creates: true,
    run: ({ services, body, actor }) => services.agreements.create(body, actor),
  }),
  route({
    method: 'GET',
    path: '/v1/agreements/:id',
    operation: 'getAgreement',
    tag,
    summary: 'One agreement',
    params: ID_PARAMS,
    answer: json(AGREEMENT, 'The agreement.'),
    errors: ['api/not-found'],
    run: ({ services, params }) => services.agreements.get(params.id),
  }),
  route({
    method: 'PATCH',
    path: '/v1/agreements/:id',
    operation: 'changeAgreement',
    tag,
    summary: 'Change what this side alone decides; the terms of an agreement never change',
    params: ID_PARAMS,
    body: AGREEMENT_CHANGE_SCHEMA,
    answer: json(AGREEMENT, 'The agreement as it is now.'),
    errors: ['api/not-found', 'config/invalid', 'state/conflict'],
    run: ({ services, params, body, actor }) => services.agreements.change(params.id, body, actor),
  }),
  stateRoute('activate', 'Make a draft active'),
  stateRoute('end', 'End an agreement as agreed'),
  stateRoute('revoke', 'End an agreement at once, against the agreement if need be'),
];

function stateRoute(verb: 'activate' | 'end' | 'revoke', summary: string): Route {
  return route({
    method: 'POST',
    path: `/v1/agreements/:id/${verb}`,
    operation: `${verb}Agreement`,
    tag,
    summary,
    params: ID_PARAMS,
    answer: json(AGREEMENT, 'The agreement as it is now.'),
    errors: ['api/not-found', 'agreement/not-active', 'config/invalid', 'state/conflict'],
    run: ({ services, params, actor }) => services.agreements[verb](params.id, actor),
  });
}
