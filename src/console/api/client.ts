import { ApiProblem, problemOf } from './problem.js';
import type { LoggedIn } from './types.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** Parts of a query; what is undefined, null or empty is left out. */
export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Ask {
  readonly body?: unknown;
  readonly query?: Query | undefined;
  /** Makes that a repeat of the request does the work once. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

let login: LoggedIn | null = null;
let onEnded = (): void => undefined;

/** The session, whose value goes with every request that changes something; null when there is none. */
export function setLogin(value: LoggedIn | null): void {
  login = value;
}

/** `tell` is called when the node knows the session no more, or the cookie is that of somebody else's by now. */
export function onSessionEnded(tell: () => void): void {
  onEnded = tell;
}

/** `path` with a query. */
export function withQuery(path: string, query: Query = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') given.set(name, String(value));
  }
  const text = given.toString();
  return text === '' ? path : `${path}?${text}`;
}

/**
 * One request to the node, by the cookie of the session.
 *
 * @throws ApiProblem for whatever is no success; `client/unreachable` when there is no answer.
 */
export async function request<Answer>(method: Method, path: string, ask: Ask = {}): Promise<Answer> {
  const response = await send(method, path, ask);
  if (response.status === 204) return undefined as Answer;
  return (await response.json()) as Answer;
}

/** The same, for an answer that is a file. */
export async function requestBlob(path: string): Promise<Blob> {
  return (await send('GET', path, {})).blob();
}

async function send(method: Method, path: string, ask: Ask, isRepeat = false): Promise<Response> {
  const headers = new Headers({ accept: 'application/json, */*' });
  if (ask.body !== undefined) headers.set('content-type', 'application/json');
  if (method !== 'GET' && login !== null) headers.set('x-vesica-csrf', login.csrf);
  if (ask.idempotencyKey !== undefined) headers.set('idempotency-key', ask.idempotencyKey);
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
  if (ask.body !== undefined) init.body = JSON.stringify(ask.body);
  if (ask.signal !== undefined) init.signal = ask.signal;
  let response: Response;
  try {
    response = await fetch(withQuery(path, ask.query), init);
  } catch (error) {
    if (ask.signal?.aborted === true) throw error;
    throw new ApiProblem({ code: 'client/unreachable', status: 0 });
  }
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.code === 'api/unauthenticated' && path !== '/v1/login') onEnded();
  if (problem.code === 'api/csrf' && !isRepeat && (await renewed())) return send(method, path, ask, true);
  throw problem;
}

/**
 * Whether the value of the session was asked anew: somebody logged in once more in another window. Nothing is repeated for
 * another caller, who did not ask for it.
 */
async function renewed(): Promise<boolean> {
  if (login === null) return false;
  const now = await request<LoggedIn>('GET', '/v1/login').catch(() => null);
  if (now === null) return false;
  if (now.caller.id !== login.caller.id) {
    onEnded();
    return false;
  }
  setLogin(now);
  return true;
}
