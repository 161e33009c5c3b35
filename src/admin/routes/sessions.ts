import { created, json, route, type Route } from '../route.js';
import { ID_PARAMS, pageOf } from '../schemas/parts.js';
import {
  EVENTS_PAGE,
  EVENTS_QUERY,
  NEW_SESSION,
  SESSION,
  SESSION_APPROVAL,
  SESSION_PREVIEW,
  SESSIONS_QUERY,
} from '../schemas/sessions.js';
import type { ErrorCode } from '../../errors.js';
import type { StoredSessionState } from '../../node/index.js';

const tag = 'sessions';
const DEFAULT_EVENTS = 50;

/** Why a session may not be asked for, or agreed to. */
const REFUSALS = [
  'agreement/mismatch',
  'agreement/not-active',
  'agreement/role-conflict',
  'api/not-found',
  'budget/exceeded',
  'budget/near-repeat',
  'budget/unanswered',
  'config/invalid',
  'dp/invalid-parameter',
  'limit/elements',
  'limit/measures',
  'limit/sessions',
  'limit/text',
  'policy/cell-too-small',
  'policy/epsilon-too-large',
  'policy/list-too-small',
  'policy/not-agreed',
  'policy/purpose-not-agreed',
  'state/conflict',
] as const satisfies readonly ErrorCode[];

export const sessionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/sessions',
    operation: 'listSessions',
    tag,
    summary: 'Sessions of both sides, newest first',
    query: SESSIONS_QUERY,
    answer: json(pageOf(SESSION), 'A page of sessions.'),
    run: ({ services, query: { state, ...query } }) =>
      services.sessions.list({ ...query, state: state?.split(',') as StoredSessionState[] | undefined }),
  }),
  route({
    method: 'POST',
    path: '/v1/sessions',
    operation: 'createSession',
    tag,
    summary: 'Offer a session to the partner of an agreement',
    body: NEW_SESSION,
    answer: created(SESSION, 'The session; it goes on by itself once the partner accepts.'),
    errors: REFUSALS,
    creates: true,
    run: ({ services, body, actor }) => services.sessions.create(body, actor),
  }),
  route({
    method: 'POST',
    path: '/v1/sessions/preview',
    operation: 'previewSession',
    tag,
    summary: 'Tell what a session would cost and who would learn what; nothing is started',
    body: NEW_SESSION,
    answer: json(SESSION_PREVIEW, 'What would come of it.'),
    errors: REFUSALS,
    run: ({ services, body }) => services.sessions.preview(body),
  }),
  route({
    method: 'GET',
    path: '/v1/sessions/:id',
    operation: 'getSession',
    tag,
    summary: 'One session',
    params: ID_PARAMS,
    answer: json(SESSION, 'The session.'),
    errors: ['api/not-found'],
    run: ({ services, params }) => services.sessions.get(params.id),
  }),
  route({
    method: 'POST',
    path: '/v1/sessions/:id/approve',
    operation: 'approveSession',
    tag,
    summary: "Agree to a partner's offer, with the dataset to use",
    params: ID_PARAMS,
    body: SESSION_APPROVAL,
    answer: json(SESSION, 'The session as it is now.'),
    errors: REFUSALS,
    run: ({ services, params, body, actor }) => services.sessions.approve(params.id, body, actor),
  }),
  route({
    method: 'POST',
    path: '/v1/sessions/:id/preview',
    operation: 'previewApproval',
    tag,
    summary: "Tell what a partner's offer would cost with a dataset, and who would learn what",
    params: ID_PARAMS,
    body: SESSION_APPROVAL,
    answer: json(SESSION_PREVIEW, 'What would come of it.'),
    errors: REFUSALS,
    run: ({ services, params, body }) => services.sessions.previewApproval(params.id, body),
  }),
  endRoute('reject', "Decline a partner's offer"),
  endRoute('cancel', 'Stop a session that has not ended'),
  route({
    method: 'GET',
    path: '/v1/sessions/:id/events',
    operation: 'listSessionEvents',
    tag,
    summary: 'What happened to a session, in order',
    params: ID_PARAMS,
    query: EVENTS_QUERY,
    answer: json(EVENTS_PAGE, 'A page of events, oldest first.'),
    errors: ['api/not-found'],
    run: async ({ services, params, query }) => {
      const { after, limit = DEFAULT_EVENTS } = query;
      await services.sessions.get(params.id);
      const events = await services.sessions.events(params.id, after);
      const items = events.slice(0, limit);
      return { items, next: events.length > limit ? (items.at(-1)?.number ?? null) : null };
    },
  }),
];

function endRoute(verb: 'reject' | 'cancel', summary: string): Route {
  return route({
    method: 'POST',
    path: `/v1/sessions/:id/${verb}`,
    operation: `${verb}Session`,
    tag,
    summary,
    params: ID_PARAMS,
    answer: json(SESSION, 'The session as it is now.'),
    errors: ['api/not-found', 'state/conflict'],
    run: ({ services, params, actor }) => services.sessions[verb](params.id, actor),
  });
}
