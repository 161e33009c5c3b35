import type { FastifyInstance } from 'fastify';
import { CONSOLE_ROUTES, registerConsole } from './console/register-console.js';
import type { ConsoleFiles } from './console/console-files.js';
import { once } from './idempotency.js';
import { IdempotencyKeys, type Actor } from '../node/index.js';
import type { NodeServices } from '../node/index.js';
import { PERMISSIONS } from './permissions.js';
import { keyOf, NOTHING, type Call, type Content, type Route } from './route.js';
import { serialized } from './serialize.js';
import { checkOf } from './validation.js';
import type { TSchema } from 'typebox';

const NOBODY: Actor = { kind: 'token', name: 'nobody' };

/**
 * Registers routes and the pages of the console: each checks its request, does its work and writes its answer as its schemas say.
 *
 * @throws Error at start when a route is not in the table of permissions, whoever adds it, or when a line of the table has no
 * route.
 */
export function registerRoutes(
  app: FastifyInstance,
  services: NodeServices,
  { routes, files }: { readonly routes: readonly Route[]; readonly files: ConsoleFiles | undefined },
): void {
  const known = new Set<string>([...routes.map(keyOf), ...CONSOLE_ROUTES]);
  const idle = Object.keys(PERMISSIONS).filter((key) => !known.has(key));
  if (idle.length > 0)
    throw new Error(`the table of permissions names routes that are not: ${idle.join(', ')}`);
  app.addHook('onRoute', ({ method, url, config }) => {
    const key = `${String(method)} ${url}`;
    if (!Object.hasOwn(PERMISSIONS, key) || config?.permission !== key) {
      throw new Error(`${key} is not in the table of permissions`);
    }
  });
  const keys = new IdempotencyKeys(services.context);
  for (const route of routes) registerRoute(app, { services, keys }, route);
  registerConsole(app, files);
}

interface Means {
  readonly services: NodeServices;
  readonly keys: IdempotencyKeys;
}

function registerRoute(app: FastifyInstance, { services, keys }: Means, route: Route): void {
  const { method, path, answer } = route;
  const checkParams = checkOf(route.params ?? NOTHING, 'params');
  const checkQuery = checkOf(route.query ?? NOTHING, 'query');
  const checkBody = checkOf(route.body ?? NOTHING, 'body');
  app.route({
    method,
    url: path,
    config: { permission: keyOf(route) },
    handler: async (request, reply) => {
      const call: Call<TSchema, TSchema, TSchema> = {
        services,
        params: checkParams(request.params),
        query: checkQuery(request.query),
        body: checkBody(request.body ?? {}),
        caller: request.caller ?? undefined,
        actor: request.caller === null ? NOBODY : { kind: 'token', name: request.caller.name },
        request,
        reply,
      };
      if (answer.kind === 'content') {
        const { type, body, headers = {} } = (await route.run(call)) as Content;
        return reply.code(answer.status).headers(headers).type(type).send(body);
      }
      if (answer.kind === 'none') {
        await route.run(call);
        return reply.code(answer.status).send();
      }
      const { schema, status } = answer;
      const work = async () => {
        const result = await route.run(call);
        const response = serialized(schema, result);
        const kept = route.kept === undefined ? response : serialized(schema, route.kept(result));
        return { status, response, kept };
      };
      const done =
        route.creates === true ? await once(keys, request, work) : { answer: await work(), isRepeat: false };
      if (done.isRepeat) void reply.header('idempotency-replayed', 'true');
      return reply.code(done.answer.status).type('application/json').send(done.answer.response);
    },
  });
}
