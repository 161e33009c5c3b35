import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { randomUUID } from 'node:crypto';
import { text as readAll } from 'node:stream/consumers';
import { isErrorCode, VesicaError } from '../../errors.js';
import { isLoopback } from '../../loopback.js';
import { readPrivateText } from '../config/private-text.js';

/** Where the API is and who asks. */
export interface ConnectionOptions {
  readonly node?: string;
  readonly tokenFile?: string;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiRequest {
  readonly method?: Method;
  /** Beginning with `/v1/`. */
  readonly path: string;
  /** What is `undefined` is left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const DEFAULT_NODE = 'http://127.0.0.1:8701';
const TOKEN = /^vesica_[A-Za-z0-9_-]{43}$/;
/** Nothing was heard for so long. Loading a long list answers when it is read, so this is long. */
const SILENCE_MS = 3_600_000;
const CONNECT_MS = 10_000;

/** A node's admin API. Redirects are not followed: the token would go where nobody meant it to. */
export class Connection {
  readonly url: URL;
  readonly #token: string;
  readonly #signal: AbortSignal;

  constructor(url: URL, token: string, signal: AbortSignal) {
    this.url = url;
    this.#token = token;
    this.#signal = signal;
  }

  /** The JSON of an answer; `undefined` when there is none. @throws VesicaError the problem that the node tells. */
  async json(request: ApiRequest): Promise<unknown> {
    const answer = await this.stream(request);
    const text = await this.#heard(readAll(answer));
    if (text === '') return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw unreachable(this.url, 'what answers there is not a Vesica node: its answer is no JSON');
    }
  }

  /** The body of an answer. @throws VesicaError the problem that the node tells. */
  async stream(request: ApiRequest): Promise<IncomingMessage> {
    const answer = await this.#send(request);
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return answer;
    throw problemOf(status, await this.#heard(readAll(answer)), this.url);
  }

  #send({ method = 'GET', path, query = {}, body, headers = {} }: ApiRequest): Promise<IncomingMessage> {
    const url = new URL(path, this.url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    return new Promise((resolve, reject) => {
      const request = send(url, {
        method,
        signal: this.#signal,
        timeout: CONNECT_MS,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${this.#token}`,
          // A create that is sent twice, because its answer was lost, is done once.
          ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
          ...(content === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': content.length }),
          ...headers,
        },
      });
      request.once('socket', (socket) => socket.once('connect', () => request.setTimeout(SILENCE_MS)));
      request.once('timeout', () => request.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
      request.once('error', (error) => reject(this.#failure(error)));
      request.once('response', resolve);
      request.end(content);
    });
  }

  async #heard<Value>(work: Promise<Value>): Promise<Value> {
    try {
      return await work;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): VesicaError {
    if (this.#signal.aborted) return new VesicaError('session/cancelled', 'the command was stopped');
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return unreachable(this.url, `it does not answer (${code})`);
  }
}

/**
 * The connection that options and environment name. The address is `--node`, or `VESICA_URL`; the token is in `VESICA_TOKEN`,
 * or in the file that `--token-file` or `VESICA_TOKEN_FILE` names. A token on the command line could be read by everybody
 * on the machine.
 *
 * @throws VesicaError `config/invalid`, `config/unreadable`, `config/insecure-transport`.
 */
export async function connectionTo(
  { node, tokenFile }: ConnectionOptions,
  { environment, signal }: { readonly environment: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<Connection> {
  const given = (name: string): string | undefined => {
    const value = environment[name];
    return value === '' ? undefined : value;
  };
  const url = addressOf(node ?? given('VESICA_URL') ?? DEFAULT_NODE);
  const path = tokenFile ?? (given('VESICA_TOKEN') === undefined ? given('VESICA_TOKEN_FILE') : undefined);
  const text = path === undefined ? given('VESICA_TOKEN') : await readPrivateText(path, '--token-file');
  if (text === undefined) {
    const message = 'there is no token: set VESICA_TOKEN, or name a file that holds one with --token-file';
    throw new VesicaError('config/invalid', message, { field: 'VESICA_TOKEN' });
  }
  const token = text.trim();
  if (!TOKEN.test(token)) {
    const from = path ?? 'VESICA_TOKEN';
    throw new VesicaError('config/invalid', `${from} does not hold a token (vesica_ and 43 characters)`, {
      field: path === undefined ? 'VESICA_TOKEN' : '--token-file',
    });
  }
  return new Connection(url, token, signal);
}

function addressOf(text: string): URL {
  const invalid = (what: string): VesicaError =>
    new VesicaError('config/invalid', `--node ${what}`, { field: '--node' });
  if (!URL.canParse(text)) throw invalid(`must be an address such as ${DEFAULT_NODE}`);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalid('must begin with https:// or http://');
  if (url.username !== '' || url.password !== '') throw invalid('must not hold a user name or password');
  if (url.protocol === 'http:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, ''))) {
    const why =
      'without TLS the node must be on this machine: the token would go over the network as plain text';
    throw new VesicaError('config/insecure-transport', `--node: ${why}`, { field: '--node' });
  }
  return url;
}

/** The error that a problem document (RFC 9457) tells of. */
function problemOf(status: number, text: string, url: URL): VesicaError {
  let problem: Partial<Record<string, unknown>> = {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) problem = value;
  } catch {
    // Whatever answers is not a node; said below.
  }
  const { code, detail, field, title } = problem;
  if (typeof code !== 'string') {
    return unreachable(url, `what answers there is not a Vesica node (HTTP ${status})`);
  }
  const said = typeof detail === 'string' ? detail : typeof title === 'string' ? title : `HTTP ${status}`;
  if (!isErrorCode(code)) return new VesicaError('api/unavailable', `the node says ${code}: ${said}`);
  return new VesicaError(code, said, typeof field === 'string' ? { field } : {});
}

function unreachable(url: URL, why: string): VesicaError {
  return new VesicaError('client/unreachable', `${url.origin}: ${why}`, { field: '--node' });
}
