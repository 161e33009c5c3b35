import Type from 'typebox';
import { ERRORS, VesicaError } from '../../errors.js';
import { codeOf, titleOf } from '../problem.js';
import { json, route, strict, type Route } from '../route.js';
import { HEALTH, NODE_INFO, PROBLEM_TYPE, READY } from '../schemas/governance.js';

const tag = 'node';
const word = Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' });

export const nodeRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/health',
    operation: 'getHealth',
    tag,
    summary: 'Whether the process answers; for whoever restarts it',
    answer: json(HEALTH, 'It does.'),
    run: () => ({ status: 'ok' }) as const,
  }),
  route({
    method: 'GET',
    path: '/v1/ready',
    operation: 'getReadiness',
    tag,
    summary: 'Whether the node takes work; for whoever sends it some',
    answer: json(READY, 'It does.'),
    errors: ['api/unavailable'],
    run: ({ services }) => {
      const { isReady } = services.health();
      if (!isReady) throw new VesicaError('api/unavailable', 'the node is starting or stopping');
      return { status: 'ready' } as const;
    },
  }),
  route({
    method: 'GET',
    path: '/v1/node',
    operation: 'getNode',
    tag,
    summary: 'Which node this is, and what it is doing',
    answer: json(NODE_INFO, 'The node.'),
    run: ({ services }) => {
      const { running, waiting } = services.health();
      return { ...services.info, running, waiting };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/problems/:area/:name',
    operation: 'getProblemType',
    tag,
    summary: 'What is known of a type of problem',
    params: Type.Object({ area: word, name: word }, strict),
    answer: json(PROBLEM_TYPE, 'The type.'),
    errors: ['api/not-found'],
    run: ({ params }) => {
      const code = codeOf(`${params.area}/${params.name}`);
      const { http, retryable, next, class: kind } = ERRORS[code];
      return { code, title: titleOf(code), status: http, class: kind, retryable, next };
    },
  }),
];
