import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startAdmin, type AdminOptions, type RunningAdmin } from '../../src/admin/index.js';
import {
  NODE_DEFAULTS,
  startNode,
  TOKEN_ROLES,
  type Actor,
  type NodeServices,
  type TokenRole,
} from '../../src/node/index.js';
import { systemRandom } from '../../src/system-random.js';
import { createIdentity } from '../../src/transport/index.js';
import { sealing } from '../node/keys/support.js';

export const COMMAND: Actor = { kind: 'command', name: 'test' };
/** Nobody's: a partner that never connects. */
export const PARTNER_FINGERPRINT = `sha256:${'5e'.repeat(32)}`;

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

export interface Ask {
  readonly role?: TokenRole;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or text to send as it is. */
  readonly body?: unknown;
}

export interface TestNode {
  readonly services: NodeServices;
  readonly admin: RunningAdmin;
  readonly secrets: Readonly<Record<TokenRole, string>>;
  /** Lines of the log. */
  readonly log: string[];
  readonly folder: string;
  readonly ask: (method: string, path: string, ask?: Ask) => Promise<Answer>;
}

export interface TestNodeOptions extends Partial<Omit<AdminOptions, 'log'>> {
  /** Called when the test ends, with what is to be done then. */
  readonly finished?: (end: () => Promise<void>) => void;
  /** The clock of the machine unless told. */
  readonly now?: () => Date;
}

const GENEROUS = { perToken: 1_000_000, failedPerAddress: 1_000_000 };

/** A node with its API on a free port and a token of each role. */
export async function newNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const { finished = onTestFinished, now = () => new Date(), ...admin } = options;
  const folder = mkdtempSync(join(tmpdir(), 'vesica-admin-'));
  mkdirSync(join(folder, 'data'));
  const log: string[] = [];
  const node = await startNode(
    {
      ...NODE_DEFAULTS,
      party: 'Here',
      software: 'vesica test',
      stateFolder: join(folder, 'state'),
      dataFolders: [join(folder, 'data')],
      keepOut: [],
      identity: createIdentity('here'),
      masterKeys: sealing(1).keys,
      listen: { host: '127.0.0.1', port: 0 },
      engine: 'noble',
      threads: 1,
    },
    {
      random: systemRandom,
      now,
      onDefect: (where, error) => {
        throw new Error(`defect in ${where}`, { cause: error });
      },
    },
  );
  const { services } = node;
  const running = await startAdmin(services, {
    listen: { host: '127.0.0.1', port: 0 },
    rateLimits: GENEROUS,
    log: { level: 'debug', stream: { write: (line) => void log.push(line) } },
    ...admin,
  });
  finished(async () => {
    await running.close();
    await node.close(1000);
    rmSync(folder, { recursive: true, force: true });
  });
  const secrets = {} as Record<TokenRole, string>;
  for (const role of TOKEN_ROLES) {
    secrets[role] = (await services.tokens.create({ name: `the ${role}`, role }, COMMAND)).secret;
  }
  const ask: TestNode['ask'] = (method, path, { role, headers = {}, body } = {}) =>
    request(running.url, { method, path, body, headers: { ...(role && bearer(secrets[role])), ...headers } });
  return { services, admin: running, secrets, log, folder, ask };
}

export function bearer(secret: string): Record<string, string> {
  return { authorization: `Bearer ${secret}` };
}

/** One request; the body of the answer as text and, if it is JSON, as that. */
export async function request(
  url: string,
  {
    method,
    path,
    headers,
    body,
  }: { method: string; path: string; headers: Record<string, string>; body: unknown },
): Promise<Answer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url + path, {
    method,
    headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(text === undefined ? {} : { body: text }),
  });
  const answer = await response.text();
  const type = (response.headers.get('content-type') ?? '').replace(/;.*/, '');
  const parsed = type.endsWith('json') ? (JSON.parse(answer) as Answer['body']) : {};
  return { status: response.status, type, headers: response.headers, text: answer, body: parsed };
}

export const PEOPLE = 'email,arm\nann@example.com,seen\nbob@example.com,held\n';

/** A definition of a dataset over a file with people in it, in the data folder of a node's `folder`. */
export function definitionOf(folder: string, name = 'people'): Record<string, unknown> {
  const source = join(folder, 'data', `${name}.csv`);
  writeFileSync(source, PEOPLE);
  return {
    name,
    lineage: name,
    role: 'receiver',
    data: { source, identifiers: { email: { type: 'email' } }, profile: 'uid2' },
  };
}

/** Terms between this node and a partner. */
export function termsOf({ info }: NodeServices, name = 'spring'): Record<string, unknown> {
  return {
    format: 'vesica-agreement-1',
    name,
    parties: { here: info.fingerprint, there: PARTNER_FINGERPRINT },
    purposes: ['campaign-measurement'],
    uses: [{ mode: 'psi-ca', roles: { here: 'receiver', there: 'sender' } }],
    profile: 'uid2',
    identifierTypes: ['email'],
    measures: [],
    privacy: {
      disclosures: ['dp'],
      epsilonPerRelease: '1',
      deltaPerRelease: '0.000001',
      epsilonTotal: '5',
      deltaTotal: '0.00001',
      minList: 1,
      minCell: 1,
    },
    share: { labels: true, results: true },
    retentionDays: { reports: 30, exports: 30 },
    schedule: 'daily',
    validFrom: '2020-01-01T00:00:00Z',
    validUntil: '2999-01-01T00:00:00Z',
  };
}

/** Everything that is in a folder, as one text. */
export function contentOf(folder: string): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => (statSync(path).isDirectory() ? contentOf(path) : readFileSync(path, 'latin1')))
    .join('\n');
}
