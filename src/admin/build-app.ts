import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import helmet from '@fastify/helmet';
import Fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { ListenAddress } from '../transport/index.js';
import { answerProblems, answerUnreadable, sendProblem } from './answer-problems.js';
import { authenticator, reauthenticator } from './authenticate.js';
import { ConsoleFiles } from './console/console-files.js';
import { LoginSessions } from './console/login-sessions.js';
import { SessionCookie } from './console/session-cookie.js';
import { EventStreams } from './event-streams.js';
import { allowedHosts, hostOf } from './listen-address.js';
import { loggerOptions, type AdminLog } from './log.js';
import { Metrics } from './metrics.js';
import type { NodeServices } from '../node/index.js';
import { openApiDocument } from './openapi.js';
import { failure, failureOf } from './problem.js';
import { DEFAULT_RATE_LIMITS, limiters, type RateLimits } from './rate-limits.js';
import { registerRoutes } from './register.js';
import type { Route } from './route.js';
import { SERVICE_ROUTES } from './routes/index.js';
import { loginRoutes } from './routes/login.js';
import { secondFactorRoutes } from './routes/second-factor.js';
import { metricsRoute, openApiRoute } from './routes/server.js';
import { streamRoute } from './routes/stream.js';

export interface AdminOptions {
  readonly listen: ListenAddress;
  /** PEM texts. Needed unless the address is a loopback one. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined;
  readonly log: AdminLog;
  /** Names that clients call this server by, besides its address and `localhost`; without a port. */
  readonly hostNames?: readonly string[] | undefined;
  readonly rateLimits?: RateLimits | undefined;
  /** Between the signs of life of a stream of events; 15 s unless told. */
  readonly heartbeatMs?: number | undefined;
  /** Whether people may log in with a browser; `on` unless told. */
  readonly console?: 'on' | 'off' | undefined;
  /** Where the console was built to; that of this package unless told. */
  readonly consoleFolder?: string | undefined;
}

export interface AdminApp {
  readonly app: FastifyInstance;
  /** All routes, in the order in which they are described. */
  readonly routes: readonly Route[];
  /** Ends streams and refuses requests from now on. */
  stop(): void;
}

export const BODY_LIMIT_BYTES = 262_144;
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 16_384;
/** Beside this file's package, whether it runs as it is or compiled. */
const CONSOLE_FOLDER = fileURLToPath(new URL('../../dist/console', import.meta.url));

/** The API, not listening yet. @throws Error when a route and the table of permissions do not agree. */
export async function buildApp(services: NodeServices, options: AdminOptions): Promise<AdminApp> {
  const { newId } = services.context;
  const app: FastifyInstance = Fastify({
    logger: loggerOptions(options.log),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: newId,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      sendProblem(failureOf(error), request, reply);
    },
    serverFactory: (handler) => serverOf(handler, options, newId),
  });
  let isStopping = false;
  await app.register(helmet, helmetOptions(options.tls !== undefined));
  const counters = await limiters(app, options.rateLimits ?? DEFAULT_RATE_LIMITS);
  const isConsoleOn = (options.console ?? 'on') === 'on';
  const logins = isConsoleOn ? new LoginSessions(services.context, services.tokens) : undefined;
  const cookie = new SessionCookie(options.tls !== undefined);
  const streams = new EventStreams(services, options.heartbeatMs);
  const metrics = new Metrics(services, () => streams.count);
  const routes: Route[] = [
    ...SERVICE_ROUTES,
    ...secondFactorRoutes(logins),
    ...loginRoutes({ logins, cookie, limiters: counters }),
    streamRoute(streams, logins),
    metricsRoute(metrics),
    openApiRoute(() => document),
  ];
  const document = openApiDocument(routes, services.info.software);

  app.decorateRequest('caller', null);
  app.decorateRequest('login', null);
  acceptJsonOnly(app);
  answerProblems(app, routes);
  const hosts = allowedHosts(options.listen, options.hostNames ?? []);
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    if (isStopping) {
      void reply.header('connection', 'close');
      return sendProblem(failure('api/unavailable', 'the node is stopping'), request, reply);
    }
    if (hosts.has(hostOf(request.headers.host))) return;
    const why = 'this server is not called by that name; see api.hostNames';
    return sendProblem(failure('api/invalid-request', why, { field: 'host', status: 421 }), request, reply);
  });
  const means = { tokens: services.tokens, limiters: counters, cookie, logins };
  app.addHook('onRequest', authenticator(means));
  app.addHook('preHandler', reauthenticator(means));
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    const { url: route = 'none' } = routeOptions;
    const ms = Math.round(reply.elapsedTime);
    metrics.answered(
      { method: routeOptions.url === undefined ? 'any' : method, route, status: reply.statusCode },
      ms,
    );
    const token = request.caller?.name;
    request.log.info({ method, route, status: reply.statusCode, ms, caller: token }, 'answered');
    done();
  });
  const files = isConsoleOn ? new ConsoleFiles(options.consoleFolder ?? CONSOLE_FOLDER) : undefined;
  registerRoutes(app, services, { routes, files });
  const stop = (): void => {
    isStopping = true;
    streams.close();
  };
  return { app, routes, stop };
}

function serverOf(handler: RequestListener, { tls }: AdminOptions, newId: () => string): Server {
  const limits = { maxHeaderSize: MAX_HEADER_BYTES };
  const server =
    tls === undefined
      ? createServer(limits, handler)
      : createSecureServer({ ...limits, cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2' }, handler);
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.on('clientError', (error: Error & { code?: string }, socket: Socket) => {
    answerUnreadable(error, socket, newId());
  });
  return server;
}

/** Nothing is loaded from anywhere and nobody may frame it; a report, which is a page, has a policy of its own. */
function helmetOptions(hasTls: boolean) {
  const nothing = ["'none'"];
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: nothing, baseUri: nothing, formAction: nothing, frameAncestors: nothing },
    },
    referrerPolicy: { policy: 'no-referrer' as const },
    crossOriginResourcePolicy: { policy: 'same-origin' as const },
    frameguard: { action: 'deny' as const },
    hsts: hasTls ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  };
}

/** JSON alone, and an empty body is none: clients that always tell a media type send it with nothing as well. */
function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
}
