import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { registerRoutes } from '../../src/admin/register.js';
import { LoginSessions } from '../../src/admin/console/login-sessions.js';
import { SessionCookie } from '../../src/admin/console/session-cookie.js';
import { limiters, DEFAULT_RATE_LIMITS } from '../../src/admin/rate-limits.js';
import { json, NOTHING, route } from '../../src/admin/route.js';
import { SERVICE_ROUTES } from '../../src/admin/routes/index.js';
import { loginRoutes } from '../../src/admin/routes/login.js';
import { metricsRoute, openApiRoute } from '../../src/admin/routes/server.js';
import { secondFactorRoutes } from '../../src/admin/routes/second-factor.js';
import { streamRoute } from '../../src/admin/routes/stream.js';
import { EventStreams } from '../../src/admin/event-streams.js';
import { Metrics } from '../../src/admin/metrics.js';
import { newNode } from './support.js';

describe('at the start', () => {
  it('every route must be in the table of permissions, and every line of the table a route', async () => {
    const { services } = await newNode();
    const logins = new LoginSessions(services.context, services.tokens);
    const means = {
      logins,
      cookie: new SessionCookie(false),
      limiters: await limiters(Fastify(), DEFAULT_RATE_LIMITS),
    };
    const all = [
      ...SERVICE_ROUTES,
      ...secondFactorRoutes(logins),
      ...loginRoutes(means),
      streamRoute(new EventStreams(services), logins),
      metricsRoute(new Metrics(services, () => 0)),
      openApiRoute(() => ({})),
    ];
    const files = undefined;
    const open = () => Fastify({ exposeHeadRoutes: false });
    const answer = json(NOTHING, 'Nothing.');
    const parts = { method: 'GET', operation: 'x', tag: 'node', summary: 'x', answer } as const;
    const extra = route({ ...parts, path: '/v1/backdoor', run: () => ({}) });
    expect(() => registerRoutes(open(), services, { routes: all, files })).not.toThrow();
    expect(() => registerRoutes(open(), services, { routes: [...all, extra], files })).toThrow(
      'GET /v1/backdoor is not in the table',
    );
    expect(() => registerRoutes(open(), services, { routes: all.slice(1), files })).toThrow('GET /v1/health');
    const app = open();
    registerRoutes(app, services, { routes: all, files });
    expect(() => app.get('/v1/plugin', () => 'x')).toThrow('GET /v1/plugin is not in the table');
  });
});
