import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { failure, failureOf, PROBLEM_MEDIA_TYPE, problemOf, type Failure } from './problem.js';
import type { Route } from './route.js';

/** Makes every failure a problem document: of routes, of paths that are not, of methods that a path does not have. */
export function answerProblems(app: FastifyInstance, routes: readonly Route[]): void {
  app.setErrorHandler((error, request, reply) => sendProblem(failureOf(error), request, reply));
  const methods = methodsOf(routes);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.replace(/\?.*$/s, '');
    const allowed = methods.filter(({ form }) => form.test(path)).map(({ method }) => method);
    if (allowed.length === 0) {
      return sendProblem(
        failure('api/not-found', 'there is no such path', { field: 'path' }),
        request,
        reply,
      );
    }
    void reply.header('allow', allowed.join(', '));
    const why = `this path has ${allowed.join(', ')}`;
    return sendProblem(failure('api/invalid-request', why, { field: 'method', status: 405 }), request, reply);
  });
}

export function sendProblem(failed: Failure, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (failed.status >= 500 && failed.error.code !== 'api/unavailable') {
    request.log.error({ err: failed.error }, 'the request failed');
  }
  const problem = problemOf(failed, request.id);
  return reply.code(failed.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(problem));
}

/** Answers what cannot be read as HTTP, and hangs up. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket, requestId: string): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const statuses: Readonly<Record<string, number>> = {
    HPE_HEADER_OVERFLOW: 431,
    ERR_HTTP_REQUEST_TIMEOUT: 408,
  };
  const status = statuses[error.code ?? ''] ?? 400;
  const failed = failure('api/invalid-request', 'the request cannot be read as HTTP', { status });
  const body = JSON.stringify(problemOf(failed, requestId));
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

function methodsOf(routes: readonly Route[]): { readonly method: string; readonly form: RegExp }[] {
  return routes.map(({ method, path }) => ({
    method,
    form: new RegExp(`^${path.replaceAll('.', '\\.').replace(/:[a-z]+/gi, '[^/]+')}$`),
  }));
}
