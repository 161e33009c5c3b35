import { VesicaError } from '../../errors.js';
import type { EventStreams } from '../event-streams.js';
import type { LoginSessions } from '../console/login-sessions.js';
import { found } from '../../node/index.js';
import { content, route, type Route } from '../route.js';
import { ID_PARAMS } from '../schemas/parts.js';
import { STREAM_QUERY } from '../schemas/sessions.js';

/** The route that streams the events of a session. A stream lasts no longer than the login that it was opened in. */
export function streamRoute(streams: EventStreams, logins: LoginSessions | undefined): Route {
  return route({
    method: 'GET',
    path: '/v1/sessions/:id/events/stream',
    operation: 'streamSessionEvents',
    tag: 'sessions',
    summary: 'Events of a session as they happen, with progress',
    description:
      'Server-sent events: `transition`, `notice` and `progress` with an event of the session as data, and `end`. A client that comes again sends `Last-Event-ID`.',
    params: ID_PARAMS,
    query: STREAM_QUERY,
    answer: content(['text/event-stream'], 'The stream; it ends with the session.'),
    errors: ['api/not-found'],
    run: async ({ params, query, caller, request }) => {
      const after = lastEventId(request.headers['last-event-id']) ?? query.after ?? 0;
      const token = found(caller, 'token');
      const { login } = request;
      const isLoggedIn =
        login === null ? undefined : async () => (await logins?.callerOf(login.key)) !== undefined;
      const body = await streams.open({ session: params.id, after, caller: token, isLoggedIn });
      return { type: 'text/event-stream; charset=utf-8', body, headers: { 'x-accel-buffering': 'no' } };
    },
  });
}

/** @throws VesicaError `api/invalid-request` unless it is the number of an event. */
function lastEventId(header: string | string[] | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  if (typeof header === 'string' && /^\d{1,9}$/.test(header)) return Number(header);
  throw new VesicaError('api/invalid-request', 'last-event-id is the number of an event', {
    field: 'last-event-id',
  });
}
