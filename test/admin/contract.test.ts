import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Compile, type Validator } from 'typebox/compile';
import type { TSchema } from 'typebox';
import { TOKEN_ROLES, type TokenRole } from '../../src/node/index.js';
import {
  definitionOf,
  newNode,
  PARTNER_FINGERPRINT,
  termsOf,
  type Answer,
  type TestNode,
} from './support.js';

/** Replays the OpenAPI document against the running server, with good and bad values for each field of each part. */

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: TSchema;
}
interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly 'x-roles'?: readonly TokenRole[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: TSchema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: TSchema }>> }>
  >;
}

const SCALARS: readonly unknown[] = [
  '',
  'x',
  '0',
  '-1',
  '1',
  '200',
  '201',
  '1e9',
  'x'.repeat(300),
  'x'.repeat(20_000),
  '<script>alert(1)</script>',
  "'; DROP TABLE tokens; --",
  '../../etc/passwd',
  '\u202e\ud83d\ude00',
  'a\u0000b',
  'a\r\nb: c',
  '%00%ff%2e%2e',
  '2026-99-99T99:99:99Z',
  '0'.repeat(26),
  '__proto__',
  'constructor',
];
const VALUES: readonly unknown[] = [
  ...SCALARS,
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  9_007_199_254_740_993,
  [],
  ['x'],
  {},
  { toString: 1 },
  Array.from({ length: 300 }, (_, i) => i),
];

/** For fields deep inside, where what is checked is the same. */
const DEEP: readonly unknown[] = ['', 'x'.repeat(300), 'a\u0000b', '__proto__', '-1', null, -1, 1.5, [], {}];

let node: TestNode;
let operations: Operation[];
let schemas: Record<string, TSchema>;
let samples: Record<string, unknown>;
let ids: Record<string, string>;
let end = (): Promise<void> => Promise.resolve();

beforeAll(async () => {
  node = await newNode({ finished: (work) => (end = work) });
  const { body } = await node.ask('GET', '/v1/openapi.json', { role: 'auditor' });
  schemas = (body['components'] as { schemas: Record<string, TSchema> }).schemas;
  operations = Object.entries(body['paths'] as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, one]) => ({ ...one, path, method: method.toUpperCase() })),
  );
  samples = {};
  ids = {};
  const make = async (role: TokenRole, path: string, sample: object): Promise<string> => {
    samples[path] = sample;
    const answer = await node.ask('POST', path, { role, body: sample });
    expect(answer.status, answer.text).toBe(201);
    return (answer.body['id'] ?? (answer.body['token'] as { id: string }).id) as string;
  };
  const partner = { name: 'There', fingerprint: PARTNER_FINGERPRINT, address: 'wss://127.0.0.1:1' };
  ids['partners'] = await make('admin', '/v1/partners', partner);
  ids['datasets'] = await make('operator', '/v1/datasets', definitionOf(node.folder));
  ids['agreements'] = await make('admin', '/v1/agreements', {
    partner: ids['partners'],
    terms: termsOf(node.services),
    approval: 'manual',
    datasets: [ids['datasets']],
  });
  await node.ask('POST', `/v1/agreements/${ids['agreements']}/activate`, { role: 'admin' });
  ids['tokens'] = await make('admin', '/v1/tokens', { name: 'sample', role: 'analyst' });
  const ask = { mode: 'psi-ca', purpose: 'campaign-measurement' };
  ids['schedules'] = await make('operator', '/v1/schedules', {
    ...{ agreement: ids['agreements'], dataset: ids['datasets'], name: 'weekly' },
    ...{ pattern: '0 6 * * 1', timeZone: 'Europe/Berlin', missedRun: 'skip', request: ask },
  });
  samples['/v1/sessions/preview'] = { agreement: ids['agreements'], dataset: ids['datasets'], ask };
  ids['sessions'] = await make('operator', '/v1/sessions', samples['/v1/sessions/preview'] as object);
  const stop = await node.ask('POST', `/v1/sessions/${ids['sessions']}/cancel`, { role: 'operator' });
  expect(stop.status, stop.text).toBe(200);
});
afterAll(() => end());

/** The document's references, filled in. */
function resolved(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(resolved);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref } = schema as { $ref?: string };
  if ($ref !== undefined) return resolved(schemas[$ref.replace('#/components/schemas/', '')]);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolved(value)]));
}

/** What the document says of an answer, ready to check with: thousands of answers are compared with each. */
const validators = new Map<unknown, Validator>();
function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema) ?? Compile(resolved(schema) as TSchema);
  validators.set(schema, known);
  return known;
}

function check(operation: Operation, answer: Answer, sent: string): void {
  const where = `${operation.operationId} with ${sent.slice(0, 200)} -> ${answer.status}`;
  // 414 and 431 are of HTTP itself, before there is an operation.
  expect(answer.status, `${where} ${answer.text}`).toBeLessThan(500);
  const documented = operation.responses[String(answer.status)];
  expect(documented, `${where} is not documented: ${answer.text.slice(0, 300)}`).toBeDefined();
  const { content } = documented!;
  if (content === undefined) {
    expect(answer.text, where).toBe('');
    return;
  }
  expect(Object.keys(content), where).toContain(answer.type);
  if (!answer.type.endsWith('json')) return;
  const validator = validatorOf(content[answer.type]!.schema);
  if (validator.Check(answer.body)) return;
  expect(validator.Errors(answer.body), `${where}: ${answer.text.slice(0, 500)}`).toEqual([]);
}

function pathWith(operation: Operation, values: Readonly<Record<string, string>> = {}): string {
  const kind = operation.path.split('/')[2] ?? '';
  const usual: Record<string, string> = {
    id: ids[kind] ?? '0'.repeat(26),
    version: '0'.repeat(26),
    partner: ids['partners']!,
    lineage: 'people',
    area: 'api',
    name: 'gone',
  };
  return operation.path.replace(/\{([a-z]+)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? usual[name] ?? 'x'),
  );
}

/** A body with one of its fields, at any depth, replaced, left out or added. */
function* bodiesFrom(sample: unknown, depth = 0): Generator {
  for (const value of depth < 2 ? VALUES : DEEP) yield value;
  if (typeof sample !== 'object' || sample === null) return;
  if (!Array.isArray(sample)) {
    yield { ...sample, unknown: 1 };
    for (const key of Object.keys(sample)) {
      yield Object.fromEntries(Object.entries(sample).filter(([other]) => other !== key));
    }
  }
  for (const [key, value] of Object.entries(sample)) {
    for (const changed of bodiesFrom(value, depth + 1)) {
      const copy = (Array.isArray(sample) ? [...(sample as unknown[])] : { ...sample }) as Record<
        string,
        unknown
      >;
      copy[key] = changed;
      yield copy;
    }
  }
}

async function send(operation: Operation, path: string, ask: Parameters<TestNode['ask']>[2]): Promise<void> {
  const answer = await node.ask(operation.method, path, ask);
  check(operation, answer, JSON.stringify([path, ask]));
}

const isStream = ({ path }: Operation): boolean => path.endsWith('/stream');
/** What would take away what the other tests use. */
const isLast = ({ operationId }: Operation): boolean =>
  /^(remove|revoke|end|archive|delete|suspend)/.test(operationId);
const roleOf = (operation: Operation): TokenRole => operation['x-roles']?.[0] ?? 'admin';

describe('the document', () => {
  it('is OpenAPI 3.1 with ids that are unique, references that lead somewhere, and roles', () => {
    expect(operations.length).toBeGreaterThan(65);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    const references = JSON.stringify(operations).matchAll(/#\/components\/schemas\/([A-Za-z]+)/g);
    for (const [, name] of references) expect(Object.keys(schemas)).toContain(name);
    const open = operations.filter((operation) => operation['x-roles'] === undefined);
    expect(open.map(({ operationId }) => operationId)).toEqual([
      'getHealth',
      'getReadiness',
      'getProblemType',
      'logIn',
      'getLogin',
    ]);
  });
});

describe('each operation answers as documented', () => {
  it('to each role', async () => {
    for (const operation of operations.filter((one) => !isLast(one))) {
      for (const role of TOKEN_ROLES) {
        const body = operation.method === 'GET' ? undefined : samples[operation.path];
        await send(operation, pathWith(operation), { role, ...(body === undefined ? {} : { body }) });
      }
    }
  });

  it('to parameters of the path, the query and headers that are anything', async () => {
    for (const operation of operations) {
      for (const { name, in: place } of operation.parameters ?? []) {
        for (const value of SCALARS as readonly string[]) {
          const role = roleOf(operation);
          if (place === 'header') {
            // A stream that opens ends only with its session: this one has ended.
            const text = value.replace(/[^\x20-\x7e]/g, '');
            if (value.length > 1000) continue;
            await send(operation, pathWith(operation), { role, headers: { [name]: text } });
          } else if (place === 'path') {
            if (value === '' || value.length > 90) continue;
            await send(operation, pathWith(operation, { [name]: value }), { role });
          } else {
            if (value.length > 1000) continue;
            const query = `?${name}=${encodeURIComponent(value)}`;
            await send(operation, pathWith(operation) + query, { role });
          }
        }
      }
      if (isLast(operation)) continue;
      await send(operation, `${pathWith(operation)}?unknown=1`, { role: roleOf(operation) });
      await send(operation, `${pathWith(operation)}?__proto__=1&limit=1&limit=2`, {
        role: roleOf(operation),
      });
    }
  });

  it('to bodies of which any field is anything', async () => {
    for (const operation of operations.filter((one) => one.requestBody !== undefined && !isStream(one))) {
      const kind = operation.path.split('/')[2] ?? '';
      const sample = samples[operation.path] ?? samples[`/v1/${kind}`] ?? {};
      for (const body of bodiesFrom(sample)) {
        await send(operation, pathWith(operation), { role: roleOf(operation), body: JSON.stringify(body) });
      }
    }
  });

  it('to bodies that are no JSON, too long, poisoned, or of another type', async () => {
    const poisoned = ['{"__proto__":{"x":1}}', '{"constructor":{"prototype":{}}}', '{"a":{"__proto__":1}}'];
    const texts = ['', '{', 'null', '[]', '"x"', '\u0000', '[['.repeat(5000), ...poisoned];
    for (const operation of operations.filter(({ method }) => method !== 'GET')) {
      if (isLast(operation)) continue;
      const role = roleOf(operation);
      const path = pathWith(operation);
      for (const body of texts) await send(operation, path, { role, body });
      await send(operation, path, { role, body: 'a=b', headers: { 'content-type': 'text/plain' } });
      const long = await node.ask(operation.method, path, { role, body: `"${'x'.repeat(262_144)}"` });
      check(operation, long, 'a long body');
      expect(long.status).toBe(413);
    }
  });
});
