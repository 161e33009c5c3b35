import Type from 'typebox';
import type { Metrics } from '../metrics.js';
import { content, json, route, type Route } from '../route.js';

const tag = 'node';

export function metricsRoute(metrics: Metrics): Route {
  return route({
    method: 'GET',
    path: '/v1/metrics',
    operation: 'getMetrics',
    tag,
    summary: 'Figures for Prometheus',
    answer: content(['text/plain'], 'Text format 0.0.4.'),
    run: async () => ({ type: metrics.contentType, body: await metrics.text() }),
  });
}

/** @param document called once all routes are known. */
export function openApiRoute(document: () => object): Route {
  return route({
    method: 'GET',
    path: '/v1/openapi.json',
    operation: 'getOpenApi',
    tag,
    summary: 'This description of the API',
    answer: json(
      Type.Object({ openapi: Type.Literal('3.1.0') }, { additionalProperties: true }),
      'An OpenAPI document.',
    ),
    run: () => document() as { openapi: '3.1.0' },
  });
}
