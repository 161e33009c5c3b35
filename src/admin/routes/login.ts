import type { LoginSessions } from '../console/login-sessions.js';
import { requireOwnPage, type SessionCookie } from '../console/session-cookie.js';
import { requireOn } from '../console/register-console.js';
import { requireAccepted, unauthenticated } from '../authenticate.js';
import { VesicaError } from '../../errors.js';
import type { Limiters } from '../rate-limits.js';
import { json, none, route, type Route } from '../route.js';
import { LOGGED_IN, LOGIN } from '../schemas/login.js';

const tag = 'console';

/** What logging in works with; `logins` is not there when the console is off. */
export interface LoginMeans {
  readonly logins: LoginSessions | undefined;
  readonly cookie: SessionCookie;
  readonly limiters: Limiters;
}

export function loginRoutes({ logins: all, cookie, limiters }: LoginMeans): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/login',
      operation: 'logIn',
      tag,
      summary: 'Begin a session of the console, which a cookie carries from then on',
      description:
        'A token with a second factor needs its code. The answer sets a cookie that no script can read. A session ends after ' +
        '30 minutes without a request, after 12 hours, and with its token.',
      body: LOGIN,
      answer: json(LOGGED_IN, 'Who is logged in.'),
      errors: ['api/unauthenticated', 'api/code-required', 'api/csrf', 'api/not-found', 'api/rate-limited'],
      run: async ({ services, body, request, reply }) => {
        const logins = requireOn(all);
        requireOwnPage(request);
        const { tokens, secondFactors, context } = services;
        const token = await tokens.verify(body.token);
        if (token === undefined) {
          await limiters.failed(request, reply);
          throw unauthenticated(reply, { message: 'this is no valid token of this node', field: 'token' });
        }
        request.caller = token;
        await limiters.token(request, reply);
        if (token.hasSecondFactor) {
          if (body.code === undefined) {
            throw new VesicaError('api/code-required', 'the token needs a code of its second factor', {
              field: 'code',
            });
          }
          const verdict = await secondFactors.accept(token.id, body.code);
          if (!verdict.isAccepted && verdict.waitSeconds === 0) await limiters.failed(request, reply);
          requireAccepted(verdict, reply);
        }
        const { name, id } = token;
        await context.audit.append({
          actor: { kind: 'token', name },
          action: 'console.logged-in',
          subject: { kind: 'token', id },
          detail: { withCode: token.hasSecondFactor },
        });
        const before = await logins.find(cookie.read(request) ?? '');
        if (before !== undefined) logins.end(before.key);
        const started = logins.start(token);
        cookie.write(request, reply, started.id);
        return started.login;
      },
    }),
    route({
      method: 'GET',
      path: '/v1/login',
      operation: 'getLogin',
      tag,
      summary: 'Who is logged in with the cookie of the request',
      answer: json(LOGGED_IN, 'Who is logged in.'),
      errors: ['api/unauthenticated', 'api/csrf', 'api/not-found'],
      run: async ({ request, reply }) => {
        const logins = requireOn(all);
        requireOwnPage(request);
        const login = await logins.find(cookie.read(request) ?? '');
        if (login !== undefined) return login;
        throw unauthenticated(reply, { message: 'nobody is logged in', field: 'cookie' });
      },
    }),
    route({
      method: 'POST',
      path: '/v1/logout',
      operation: 'logOut',
      tag,
      summary: 'End the session of the request; without one, nothing',
      answer: none('It has ended.'),
      run: async ({ services, actor, caller, request, reply }) => {
        const { login } = request;
        if (login === null || all === undefined || caller === undefined) return;
        all.end(login.key);
        cookie.clear(request, reply);
        const subject = { kind: 'token', id: caller.id };
        await services.context.audit.append({ actor, action: 'console.logged-out', subject, detail: {} });
      },
    }),
  ];
}
