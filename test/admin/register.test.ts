import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { registerRoutes } from '../../src/admin/register.js';
import { json, NOTHING, route } from '../../src/admin/route.js';
import { SERVICE_ROUTES } from '../../src/admin/routes/index.js';
import { metricsRoute, openApiRoute } from '../../src/admin/routes/server.js';
import { streamRoute } from '../../src/admin/routes/stream.js';
import { EventStreams } from '../../src/admin/event-streams.js';
import { Metrics } from '../../src/admin/metrics.js';
import { newNode } from './support.js';

describe('at the start', () => {
  it('every route must be in the table of permissions, and every line of the table a route', async () => {
    const { services } = await newNode();
    const all = [
      ...SERVICE_ROUTES,
      streamRoute(new EventStreams(services)),
      metricsRoute(new Metrics(services, () => 0)),
      openApiRoute(() => ({})),
    ];
    const open = () => Fastify({ exposeHeadRoutes: false });
    const answer = json(NOTHING, 'Nothing.');
    const parts = { method: 'GET', operation: 'x', tag: 'node', summary: 'x', answer } as const;
    const extra = route({ ...parts, path: '/v1/backdoor', run: () => ({}) });
    expect(() => registerRoutes(open(), services, all)).not.toThrow();
    expect(() => registerRoutes(open(), services, [...all, extra])).toThrow(
      'GET /v1/backdoor is not in the table',
    );
    expect(() => registerRoutes(open(), services, all.slice(1))).toThrow('GET /v1/health');
    const app = open();
    registerRoutes(app, services, all);
    expect(() => app.get('/v1/plugin', () => 'x')).toThrow('GET /v1/plugin is not in the table');
  });
});
