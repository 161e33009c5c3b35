import type { TSchema } from 'typebox';
import { ERRORS, type ErrorCode } from '../errors.js';
import { COOKIE_NAME, CSRF_HEADER } from './console/session-cookie.js';
import { IDEMPOTENCY_KEY_PATTERN } from './idempotency.js';
import { PERMISSIONS } from './permissions.js';
import { PROBLEM, PROBLEM_MEDIA_TYPE } from './problem.js';
import { keyOf, type Route } from './route.js';
import { COMPONENTS } from './schemas/components.js';

type Json = Readonly<Record<string, unknown>>;

/** What any route may answer with. */
const ALWAYS: readonly ErrorCode[] = ['api/invalid-request', 'api/unavailable', 'internal/defect'];
const WITH_TOKEN: readonly ErrorCode[] = [
  'api/unauthenticated',
  'api/code-required',
  'api/csrf',
  'api/forbidden',
  'api/rate-limited',
];
const SYSTEM: readonly ErrorCode[] = ['state/damaged', 'state/unwritable'];

const TAGS: Readonly<Record<string, string>> = {
  node: 'The node itself: health, figures, this description.',
  console: 'Sessions of people with a browser.',
  tokens: 'Who may use the API.',
  partners: 'Who this node deals with, known by the keys of their nodes.',
  agreements: 'What was agreed with a partner; both sides enter the same terms.',
  datasets: 'Where lists come from, and what became of their rows.',
  sessions: 'Joint computations with a partner.',
  reports: 'What sessions found.',
  exports: 'Lists of own rows to upload elsewhere.',
  schedules: 'Sessions that start by themselves.',
  ledger: 'What partners have learnt, and what they still may.',
  audit: 'What happened on this node, for ever.',
  alarms: 'What needs attention.',
};

/** The OpenAPI 3.1 document of the routes. Everything in it comes from what the routes are registered and checked by. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:([a-z]+)/gi, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Vesica node',
      version,
      description:
        'Administration of a Vesica node. Failures are problem documents (RFC 9457); their `code` is stable. Lists come in ' +
        'pages, newest first: send `next` of a page as `after`. A request that makes something takes an `Idempotency-Key`, ' +
        'remembered for 24 hours.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'vesica_ and 43 characters',
          description:
            'A token of this node. Its role decides what it may do: see `x-roles` of each operation. One with a second factor is ' +
            'refused here.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: COOKIE_NAME,
          description:
            `A session of the console, from \`POST /v1/login\`; over TLS its name is \`__Host-${COOKIE_NAME}\`. Every request ` +
            `but GET must carry the session's \`csrf\` in the header \`${CSRF_HEADER}\`, and none may come from another site.`,
        },
      },
      schemas: Object.fromEntries(
        Object.entries(COMPONENTS).map(([name, schema]) => [name, referenced(schema, schema)]),
      ),
    },
  };
}

function operationOf(route: Route): Json {
  const permission = PERMISSIONS[keyOf(route)] ?? [];
  const roles = permission === 'anyone' ? 'Anyone may, without a token.' : `Roles: ${permission.join(', ')}.`;
  const parameters = [
    ...parametersOf(route.params, 'path'),
    ...parametersOf(route.query, 'query'),
    ...headersOf(route),
  ];
  return {
    operationId: route.operation,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, roles].filter((part) => part !== undefined).join('\n\n'),
    ...(permission === 'anyone' ? { security: [] } : { 'x-roles': permission }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: bodyOf(route.body) }),
    responses: { [route.answer.status]: answerOf(route), ...problemsOf(route) },
  };
}

function parametersOf(schema: TSchema | undefined, place: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, TSchema & { description?: string }>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(property.description === undefined ? {} : { description: property.description }),
    schema: referenced(property),
  }));
}

function headersOf({ creates, answer }: Route): Json[] {
  const header = (name: string, description: string, pattern: string): Json => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string', pattern },
  });
  const isStream = answer.kind === 'content' && answer.media.includes('text/event-stream');
  return [
    ...(creates === true
      ? [
          header(
            'Idempotency-Key',
            'The same key with the same request gets the same answer; nothing is made twice.',
            IDEMPOTENCY_KEY_PATTERN,
          ),
        ]
      : []),
    ...(isStream
      ? [header('Last-Event-ID', 'Number of the last event that the client has.', '^\\d{0,9}$')]
      : []),
  ];
}

function bodyOf(schema: TSchema): Json {
  const { required = [] } = schema as { required?: readonly string[] };
  return {
    required: required.length > 0,
    content: { 'application/json': { schema: referenced(schema) } },
  };
}

function answerOf({ answer, creates }: Route): Json {
  const { description } = answer;
  if (answer.kind === 'none') return { description };
  if (answer.kind === 'content') {
    const schema = { type: 'string' };
    return { description, content: Object.fromEntries(answer.media.map((media) => [media, { schema }])) };
  }
  const replayed = {
    'Idempotency-Replayed': {
      description: '`true` when this is the answer to an earlier request with the same key.',
      schema: { type: 'string', const: 'true' },
    },
  };
  return {
    description,
    ...(creates === true ? { headers: replayed } : {}),
    content: { 'application/json': { schema: referenced(answer.schema) } },
  };
}

/** The problems of a route by HTTP status. */
function problemsOf(route: Route): Record<string, Json> {
  const codes = new Set<ErrorCode>([...ALWAYS, ...SYSTEM, ...(route.errors ?? [])]);
  if (PERMISSIONS[keyOf(route)] !== 'anyone') WITH_TOKEN.forEach((code) => codes.add(code));
  if (route.params !== undefined) codes.add('api/not-found');
  if (route.creates === true) codes.add('api/idempotency-conflict');
  if (route.method !== 'GET') codes.add('api/too-large');
  const byStatus = new Map<number, Set<ErrorCode>>();
  const add = (status: number, code: ErrorCode): void => {
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  };
  for (const code of codes) add(ERRORS[code].http, code);
  add(421, 'api/invalid-request');
  if (route.method !== 'GET') add(415, 'api/invalid-request');
  return Object.fromEntries([...byStatus].map(([status, set]) => [status, problemAnswer(status, [...set])]));
}

function problemAnswer(status: number, codes: readonly ErrorCode[]): Json {
  const wait = {
    'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } },
  };
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    ...(status === 429 ? { headers: wait } : {}),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: {
          allOf: [referenced(PROBLEM), { properties: { status: { const: status }, code: { enum: codes } } }],
        },
      },
    },
  };
}

const NAMES = new Map<unknown, string>(Object.entries(COMPONENTS).map(([name, schema]) => [schema, name]));

/** A schema with references in place of the schemas that have a name; `itself` is written out. */
function referenced(schema: unknown, itself?: unknown): unknown {
  const name = NAMES.get(schema);
  if (name !== undefined && schema !== itself) return { $ref: `#/components/schemas/${name}` };
  if (Array.isArray(schema)) return schema.map((item) => referenced(item));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, referenced(value)]));
}
