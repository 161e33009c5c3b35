import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openStore, sql } from '../../src/node/store/index.js';
import { freePort } from './support/free-port.js';
import { expectPlainSpeech } from './support/two-terminals.js';
import { vesica, VesicaProcess } from './support/vesica-process.js';
import { Workspace } from './support/workspace.js';

interface Made {
  readonly workspace: Workspace;
  readonly config: string;
  readonly token: string;
  readonly api: string;
}

async function init(): Promise<Made> {
  const workspace = new Workspace();
  const api = `127.0.0.1:${await freePort()}`;
  const listen = `127.0.0.1:${await freePort()}`;
  const options = ['--party', 'shop', '--listen', listen, '--api', api, '--json'];
  const ended = await vesica('init', workspace.path('node'), ...options);
  expect(ended.code, ended.stderr).toBe(0);
  const { token } = JSON.parse(ended.stdout) as { token: { secret: string } };
  return { workspace, config: workspace.path('node/node.yaml'), token: token.secret, api: `http://${api}` };
}

async function started({ config }: Made): Promise<VesicaProcess> {
  const node = new VesicaProcess(['node', '--config', config], { VESICA_NODE_THREADS: '1' });
  await node.says('is ready');
  return node;
}

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('vesica init', () => {
  it('makes a node for its owner alone, shows the token once, and overwrites nothing', async () => {
    const { workspace, config, token } = await init();
    expect(modeOf(workspace.path('node'))).toBe(0o700);
    expect(workspace.files('node')).toEqual([
      ...['master.key', 'node.id', 'node.yaml', 'state/state.lock', 'state/state.sqlite'],
    ]);
    for (const file of workspace.files('node'))
      expect(modeOf(workspace.path(`node/${file}`)), file).toBe(0o600);
    expect(modeOf(workspace.path('node/state'))).toBe(0o700);
    expect(modeOf(workspace.path('node/data'))).toBe(0o700);
    expect(token).toMatch(/^vesica_[A-Za-z0-9_-]{43}$/);
    const key = workspace.read('node/master.key').trim();
    for (const file of workspace.files('node')) {
      const content = readFileSync(workspace.path(`node/${file}`), 'latin1');
      expect(content.includes(token), file).toBe(false);
      if (file !== 'master.key') expect(content.includes(key), file).toBe(false);
    }
    const again = await vesica('init', workspace.path('node'));
    expect(again.code).toBe(7);
    expect(again.stderr).toContain('error output/unwritable');
    expect(again.stderr + again.stdout).not.toContain('vesica_');
    const checked = await vesica('node', '--config', config, '--check');
    expect(checked.code, checked.stderr).toBe(0);
  });

  it('leaves nothing behind when it is told what cannot be', async () => {
    const workspace = new Workspace();
    const ended = await vesica('init', workspace.path('node'), '--api', '0.0.0.0:1');
    expect(ended.stderr).toContain('error config/insecure-transport');
    expect(ended.code).toBe(2);
    expect(existsSync(workspace.path('node'))).toBe(false);
    expectPlainSpeech(ended.stderr);
  });
});

describe('vesica init --data', () => {
  it('names each folder, and refuses one that holds a key or is not there', async () => {
    const workspace = new Workspace();
    for (const name of ['one', 'two']) mkdirSync(workspace.path(name));
    const folders = ['--data', workspace.path('one'), '--data', workspace.path('two')];
    const ended = await vesica('init', workspace.path('node'), ...folders);
    expect(ended.code, ended.stderr).toBe(0);
    for (const name of ['one', 'two'])
      expect(workspace.read('node/node.yaml')).toContain(workspace.path(name));
    expect(existsSync(workspace.path('node/data'))).toBe(false);
    for (const folder of ['.', 'gone']) {
      const refused = await vesica('init', workspace.path('other'), '--data', workspace.path(folder));
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain('data.folders');
      expect(existsSync(workspace.path('other'))).toBe(false);
    }
  });
});

describe('vesica node', () => {
  it('owns its state, answers its API, and ends at SIGTERM with 0', async () => {
    const made = await init();
    const node = await started(made);
    const second = await vesica('node', '--config', made.config);
    expect(second.code).toBe(7);
    expect(JSON.parse(second.stderr.trim())).toMatchObject({ level: 'error', code: 'state/in-use' });
    const verify = await vesica('audit', 'verify', '--config', made.config);
    expect(verify.code).toBe(7);
    expect(verify.stderr).toContain(`vesica audit verify --node ${made.api}`);
    const client = (
      token: string,
      ...command: string[]
    ): Promise<{ code: number | null; stdout: string; stderr: string }> =>
      new VesicaProcess(command, { VESICA_URL: made.api, VESICA_TOKEN: token }).ended;
    expect(JSON.parse((await client(made.token, 'status', '--json')).stdout)).toMatchObject({
      node: { party: 'shop' },
    });
    const wrong = await client(`vesica_${'a'.repeat(43)}`, 'partners', 'list');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('error api/unauthenticated');
    const absent = await client(made.token, 'agreements', 'show', 'nothing');
    expect(absent.stderr).toContain('error api/not-found');
    expect(absent.stderr).toContain('next: ');
    node.signal('SIGTERM');
    const ended = await node.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toBe('');
    const lines = ended.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const line of lines) expect(line).toHaveProperty('level');
    const start = lines.find(({ console }) => console !== undefined);
    expect(start).toMatchObject({ api: made.api, console: `${made.api}/console/` });
    expect(ended.stderr).not.toContain(made.token);
    expect(ended.stderr).not.toContain(made.workspace.read('node/master.key').trim());
    expect((await client(made.token, 'status')).code).toBe(6);
  });
});

describe('governance of a stopped node', () => {
  it('backs up, rotates keys, and restores with the old key', async () => {
    const { workspace, config } = await init();
    await (async () => {
      const node = await started({ workspace, config, token: '', api: '' });
      node.signal('SIGTERM');
      await node.ended;
    })();
    const backup = workspace.path('backup');
    expect((await vesica('backup', backup, '--config', config)).code).toBe(0);
    const full = await vesica('keys', 'rotate', '--config', config, '--json');
    const { oldKey, files } = JSON.parse(full.stdout) as { oldKey: string; files: number };
    expect(files).toBe(1);
    expect(modeOf(oldKey)).toBe(0o600);
    expect(existsSync(workspace.path('node/master.key.new'))).toBe(false);
    renameSync(workspace.path('node/state'), workspace.path('lost'));
    const without = await vesica('restore', backup, '--config', config);
    expect(without.stderr).toContain('error keys/wrong-key');
    expect(existsSync(workspace.path('node/state'))).toBe(false);
    const environment = { VESICA_NODE_PREVIOUS_KEYS: JSON.stringify([{ file: oldKey }]) };
    const restored = await new VesicaProcess(['restore', backup, '--config', config, '--json'], environment)
      .ended;
    expect(restored.code, restored.stderr).toBe(0);
    expect(JSON.parse(restored.stdout)).toMatchObject({ revokedTokens: 1 });
    const verified = await vesica('audit', 'verify', '--config', config, '--json');
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
    const again = await vesica('restore', backup, '--config', config);
    expect(again.stderr).toContain('error state/conflict');
  });

  it('finishes a rotation that was broken off before the keys changed places', async () => {
    const { workspace, config } = await init();
    const node = await started({ workspace, config, token: '', api: '' });
    node.signal('SIGTERM');
    await node.ended;
    const old = workspace.read('node/master.key');
    await vesica('keys', 'rotate', '--config', config);
    // As a crash leaves it: all is sealed with the new key, which is still beside the old one.
    renameSync(workspace.path('node/master.key'), workspace.path('node/master.key.new'));
    workspace.write('node/master.key', old);
    const { chmodSync } = await import('node:fs');
    chmodSync(workspace.path('node/master.key'), 0o600);
    expect((await vesica('node', '--config', config)).stderr).toContain('keys/wrong-key');
    expect((await vesica('keys', 'rotate', '--config', config)).code).toBe(0);
    const again = await started({ workspace, config, token: '', api: '' });
    again.signal('SIGTERM');
    expect((await again.ended).code).toBe(0);
  });

  it('finds an audit log that was tampered with, and ends with 4', async () => {
    const { workspace, config } = await init();
    const checkpoint = await vesica('audit', 'checkpoint', '--config', config);
    const kept = workspace.write('checkpoint.json', checkpoint.stdout);
    expect((await vesica('audit', 'verify', '--config', config, '--against', kept)).code).toBe(0);
    const store = await openStore(workspace.path('node/state'), { now: () => new Date() });
    await sql`DROP TRIGGER audit_entries_stay`.execute(store.db);
    await sql`UPDATE audit_entries SET actor_name = 'nobody' WHERE sequence = 2`.execute(store.db);
    await store.close();
    const verdict = await vesica('audit', 'verify', '--config', config, '--json');
    expect(verdict.code).toBe(4);
    expect(JSON.parse(verdict.stdout)).toMatchObject({ ok: false, fault: 'changed', sequence: 2 });
    rmSync(workspace.path('node/state'), { recursive: true });
    const none = await vesica('audit', 'verify', '--config', config);
    expect(none.stderr).toContain('there is no state');
    expect(readdirSync(workspace.path('node'))).not.toContain('state');
  });
});
