import type { FastifyInstance } from 'fastify';
import { VesicaError } from '../../errors.js';
import type { ConsoleFiles } from './console-files.js';

const HOME = '/console/';

/** The routes that are pages and no part of the API, as the table of permissions names them. */
export const CONSOLE_ROUTES = ['GET /', 'GET /console', 'GET /console/*'] as const;

/** Serves the console under `/console/`; without `files` its routes say that it is off. */
export function registerConsole(app: FastifyInstance, files: ConsoleFiles | undefined): void {
  const [root, bare, all] = CONSOLE_ROUTES;
  for (const permission of [root, bare]) {
    app.get(permission.slice('GET '.length), { config: { permission } }, (_, reply) => {
      requireOn(files);
      return reply.redirect(HOME, 302);
    });
  }
  app.get(all.slice('GET '.length), { config: { permission: all } }, async (request, reply) => {
    const path = request.url.slice(HOME.length).replace(/[?#].*$/s, '');
    const { type, body, headers } = await requireOn(files).get(path, request.headers['accept-encoding']);
    return reply.headers(headers).type(type).send(body);
  });
}

/** @throws VesicaError `api/not-found`. */
export function requireOn<Part>(part: Part | undefined): Part {
  if (part !== undefined) return part;
  const why = 'this node has no console: api.console is off in its configuration';
  throw new VesicaError('api/not-found', why, { field: 'path' });
}
