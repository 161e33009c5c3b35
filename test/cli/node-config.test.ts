import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../src/cli/config/node-environment.js';
import { readNodePlan } from '../../src/cli/config/node-plan.js';
import { nodeYaml } from '../../src/cli/node/node-yaml.js';
import { createLog, type LogOptions } from '../../src/cli/node/log.js';
import { VesicaError } from '../../src/errors.js';
import { Workspace } from './support/workspace.js';

const SETTINGS_OF_INIT = {
  party: 'shop',
  listen: '127.0.0.1:7701',
  api: '127.0.0.1:8701',
  masterKey: 'master.key',
  dataFolders: ['data', '/srv/lists'],
};
const YAML = nodeYaml(SETTINGS_OF_INIT);

function failureOf(yaml: string, environment: NodeJS.ProcessEnv = {}): VesicaError {
  const path = new Workspace().write('node.yaml', yaml);
  try {
    readNodePlan(path, environment);
  } catch (error) {
    if (error instanceof VesicaError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('the configuration of a node', () => {
  it('as init writes it is complete, names every key, and has the defaults', () => {
    const workspace = new Workspace();
    const plan = readNodePlan(workspace.write('node.yaml', YAML), {});
    expect(plan).toMatchObject({
      party: 'shop',
      identityPath: workspace.path('node.id'),
      stateFolder: workspace.path('state'),
      dataFolders: [workspace.path('data'), '/srv/lists'],
      keepOut: [workspace.path('node.yaml'), workspace.path('node.id'), workspace.path('master.key')],
      masterKey: { file: workspace.path('master.key') },
      listen: { host: '127.0.0.1', port: 7701 },
      api: { listen: { host: '127.0.0.1', port: 8701 }, console: 'on' },
      limits: { openSessions: 50, runningSessions: 4, memoryMiB: 2048 },
      shutdownMs: 30_000,
      backup: undefined,
    });
    for (const { key } of SETTINGS) {
      expect(YAML, key).toMatch(new RegExp(`\\b${key.split('.').at(-1) ?? ''}\\b`));
    }
  });

  it('without its comment marks is what it says without them', () => {
    const workspace = new Workspace();
    const spelled = YAML.replace(/^# (limits:|timeouts:|retention:|log:)/gm, '$1').replace(
      /^# {3}(?=\S)/gm,
      '  ',
    );
    // Alarms and backup stay comments with their keys under limits and the like gone.
    const parts = spelled
      .split('\n')
      .filter(
        (line) =>
          !/^ {2}(webhook|url|secret|budgetShare|matchRate|listSize|folder:|everyHours|keep)/.test(line),
      );
    const text = parts.filter((line) => !/maxElements/.test(line)).join('\n');
    const plan = readNodePlan(workspace.write('node.yaml', text), {});
    const plain = readNodePlan(workspace.write('node.yaml', YAML), {});
    expect(plan).toEqual(plain);
  });

  it('takes every key from its own variable', () => {
    expect(new Set(SETTINGS.map(({ variable }) => variable)).size).toBe(SETTINGS.length);
    const path = new Workspace().write('node.yaml', YAML);
    const plan = readNodePlan(path, {
      VESICA_NODE_PARTY: 'other',
      VESICA_NODE_API_LISTEN: '[::1]:9000',
      VESICA_NODE_API_CONSOLE: 'off',
      VESICA_NODE_LIMITS_MEMORY_MIB: '512',
      VESICA_NODE_TIMEOUTS_SHUTDOWN_SECONDS: '2.5',
      VESICA_NODE_MASTER_KEY_COMMAND: '["cat", "/key"]',
      VESICA_NODE_PREVIOUS_KEYS: '[{"environment": "OLD"}]',
      VESICA_NODE_ALARMS_WEBHOOK_URL: 'https://x.example',
      VESICA_NODE_ALARMS_WEBHOOK_SECRET_ENVIRONMENT: 'HOOK',
      VESICA_NODE_ENGINE: '',
      VESICA_ENGINE: 'noble',
    });
    expect(plan).toMatchObject({
      party: 'other',
      api: { listen: { host: '::1', port: 9000 }, console: 'off' },
      limits: { memoryMiB: 512, openSessions: 50 },
      shutdownMs: 2500,
      masterKey: { command: ['cat', '/key'] },
      previousKeys: [{ environment: 'OLD' }],
      alarms: { webhook: { url: 'https://x.example', secret: { environment: 'HOOK' } } },
      engine: 'noble',
    });
  });

  it.each([
    ['an unknown key', `${YAML}\nspeed: 1\n`, {}, 'speed', 'node.yaml'],
    ['an unknown key below', YAML.replace('api:\n', 'api:\n  port: 1\n'), {}, 'api.port', 'node.yaml'],
    ['no party', YAML.replace(/^party:.*$/m, ''), {}, 'party', 'node.yaml'],
    ['a bad address', YAML.replace('127.0.0.1:8701', 'here'), {}, 'api.listen', 'node.yaml'],
    [
      'two sources of a key',
      YAML.replace('  file: master.key', '  file: k\n  environment: K'),
      {},
      'masterKey.file',
      'one of',
    ],
    ['no source of a key', YAML.replace('  file: master.key', '  {}'), {}, 'masterKey', 'one of'],
    [
      'a key in the state',
      YAML.replace('file: master.key', 'file: state/k'),
      {},
      'masterKey.file',
      'outside',
    ],
    ['an unknown variable', YAML, { VESICA_NODE_API_LISTN: 'x' }, 'VESICA_NODE_API_LISTN', 'no key'],
    ['a number that is none', YAML, { VESICA_NODE_THREADS: 'two' }, 'threads', 'VESICA_NODE_THREADS'],
    ['a number out of range', YAML, { VESICA_NODE_THREADS: '65' }, 'threads', 'VESICA_NODE_THREADS'],
    [
      'a list that is none',
      YAML,
      { VESICA_NODE_PREVIOUS_KEYS: 'old.key' },
      'previousKeys',
      'VESICA_NODE_PREVIOUS_KEYS',
    ],
    ['a bad address by a variable', YAML, { VESICA_NODE_LISTEN: '7701' }, 'listen', 'VESICA_NODE_LISTEN'],
    ['a level that is none', YAML, { VESICA_NODE_LOG_LEVEL: 'loud' }, 'log.level', 'VESICA_NODE_LOG_LEVEL'],
  ] as const)('with %s is refused, naming it', (...[, yaml, environment, field, said]) => {
    const error = failureOf(yaml, environment);
    expect(error.code).toBe('config/invalid');
    expect(error.field).toBe(field);
    expect(error.message).toContain(said);
    expect(error.message).toContain(field);
  });

  it('with an API that others can reach needs TLS', () => {
    expect(failureOf(YAML, { VESICA_NODE_API_LISTEN: '0.0.0.0:8701' })).toMatchObject({
      code: 'config/insecure-transport',
      field: 'api.listen',
      message: expect.stringContaining('VESICA_NODE_API_LISTEN') as string,
    });
  });
});

describe('the log of a node', () => {
  const CANARIES = {
    token: `vesica_${'aB3'.repeat(14)}x`,
    email: 'ann.canary@example.com',
    matchKey: '5f'.repeat(32),
    phone: '+31 6 1234 5678',
    device: '0f8fad5b-d9cb-469f-a165-70867728950e',
    base64: Buffer.alloc(32, 'Zq7').toString('base64'),
    pem: '-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----',
  };

  it.each(['json', 'text'] as const)('tells no secret and no identifier, as %s', (format) => {
    let text = '';
    const options: LogOptions = {
      level: 'debug',
      format,
      write: (line) => (text += line),
      now: () => new Date(0),
    };
    const log = createLog(options);
    for (const canary of Object.values(CANARIES)) {
      log.info(`it was ${canary} here`, { [canary]: 1, text: canary, deep: { list: [canary] } });
      log.error('failed', { error: new VesicaError('data/unreadable', `no ${canary}`, { field: canary }) });
      log.warn('failed', {
        error: new Error(canary),
        secret: canary,
        apiToken: canary,
        bytes: Buffer.from(canary),
      });
    }
    for (const [name, canary] of Object.entries(CANARIES)) expect(text, name).not.toContain(canary);
    expect(text).not.toContain('MC4CAQ');
    expect(text.split('\n').filter((line) => line !== '')).toHaveLength(3 * Object.keys(CANARIES).length);
  });

  it('keeps what operators need: digests by name, fingerprints, paths, ids; one object a line', () => {
    const lines: string[] = [];
    const log = createLog({
      level: 'info',
      format: 'json',
      write: (line) => void lines.push(line),
      now: () => new Date(0),
    });
    const digest = 'ab'.repeat(32);
    log.debug('not told');
    log.info('told', {
      termsDigest: digest,
      fingerprint: `sha256:${digest}`,
      state: '/var/lib/vesica/state',
      time: 'x',
    });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      message: 'told',
      termsDigest: digest,
      fingerprint: `sha256:${digest}`,
      state: '/var/lib/vesica/state',
      time_: 'x',
    });
  });
});
