import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startProgress } from '../../bench/progress.js';

const main = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));

interface Party {
  readonly peakRssBytes: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly coreSeconds: number;
  readonly wallSeconds: number;
  readonly stages: readonly { stage: string; wallSeconds: number; coreSeconds: number }[];
}

function run(...given: readonly string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, [main, ...given], { encoding: 'utf8' });
}

it('a session report says where it comes from, every parameter, and what each stage and party cost', () => {
  const { stdout } = run(
    ...['session', '--json', '--mode', 'psi', '--size', '400', '--peer-size', '100', '--overlap', '0.25'],
    ...['--engine', 'wasm', '--threads', '1'],
  );
  const report = JSON.parse(stdout) as Record<string, unknown> & { initiator: Party; responder: Party };
  expect(report).toMatchObject({
    benchmark: 'session',
    node: process.version,
    setting: {
      mode: 'psi',
      size: 400,
      peerSize: 100,
      overlap: 0.25,
      cells: 1,
      measures: 0,
      engine: 'wasm',
      threads: 1,
    },
  });
  expect(report['commit'] === null || /^[0-9a-f]{40,64}\+?$/.test(report['commit'] as string)).toBe(true);
  expect(report['engine']).toMatch(/^wasm:/);
  const cost = report['engineCost'] as {
    hashAndMultiplyMicroseconds: number;
    multiplyMicroseconds: number;
  };
  expect(report['floorCoreSeconds']).toBeCloseTo(
    (500 * (cost.hashAndMultiplyMicroseconds + cost.multiplyMicroseconds)) / 1e6,
    12,
  );
  const { initiator, responder } = report;
  expect(report['coreSeconds']).toBe(initiator.coreSeconds + responder.coreSeconds);
  expect(report['wallSeconds']).toBe(Math.max(initiator.wallSeconds, responder.wallSeconds));
  expect(report['bytesPerPair']).toBe((initiator.bytesSent + responder.bytesSent) / 400);
  expect(report['peakRssBytes']).toEqual({
    initiator: initiator.peakRssBytes,
    responder: responder.peakRssBytes,
  });
  for (const { stages, wallSeconds, coreSeconds } of [initiator, responder]) {
    const names = stages.map(({ stage }) => stage);
    expect(names.slice(0, 3)).toEqual(['list', 'connection', 'greeting']);
    expect(names).toContain('streaming');
    // What the stages of the session take together is what the session takes.
    const own = stages.slice(2);
    const wall = own.reduce((sum, stage) => sum + stage.wallSeconds, 0);
    const core = own.reduce((sum, stage) => sum + stage.coreSeconds, 0);
    expect(wall).toBeLessThanOrEqual(wallSeconds + 0.05);
    expect(wall).toBeGreaterThan(wallSeconds / 2);
    expect(core).toBeLessThanOrEqual(coreSeconds + 0.05);
  }
});

it('an option that it does not know, or a value without meaning, is refused with its name and the usage', () => {
  for (const [options, name] of [
    [['--sizes', '7'], "'--sizes'"],
    [['--size', '0'], '--size'],
    [['--size', '1.5'], '--size'],
    [['--overlap', '2'], '--overlap'],
    [['--mode', 'union'], '--mode'],
    [['--cells', '3'], '--cells'],
  ] as const) {
    const { stdout, stderr, status } = run('session', ...options);
    expect(stderr).toContain(name);
    expect(stderr).toContain('usage: npm run bench -- session');
    expect(stderr).not.toContain('    at ');
    expect([stdout, status]).toEqual(['', 2]);
  }
});

it.each([['SIGINT'], ['SIGTERM']] as const)(
  '%s ends both parties and leaves no file behind',
  async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), 'vesica-stop-'));
    try {
      const child = spawn(
        process.execPath,
        [main, 'session', '--size', '300000', '--engine', 'wasm', '--threads', '1'],
        { env: { ...process.env, TMPDIR: folder }, stdio: ['ignore', 'pipe', 'pipe'] },
      );
      let stderr = '';
      let parties: number[] = [];
      child.stderr.setEncoding('utf8').on('data', (part: string) => {
        stderr += part;
        // After two seconds both run, and their identities lie in the folder.
        if (parties.length > 0 || !stderr.includes(' % after ')) return;
        parties = childrenOf(child.pid!);
        expect(readdirSync(folder)).toHaveLength(1);
        child.kill(signal);
      });
      const code = await new Promise((resolve) => child.once('close', resolve));
      expect({ code, parties: parties.length }).toEqual({ code: 130, parties: 2 });
      expect(stderr).toMatch(/stopped\n$/);
      expect(readdirSync(folder)).toEqual([]);
      for (const party of parties) expect(() => process.kill(party, 0)).toThrow('ESRCH');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

it('tells of progress only after two seconds, and then at most once in two', () => {
  const lines: string[] = [];
  let nowMs = 1000;
  const progress = startProgress({ write: (line) => void lines.push(line), nowMs: () => nowMs });
  for (const at of [1000, 2999, 3000, 4999, 5000]) {
    nowMs = at;
    progress.report('work', (at - 1000) / 8000);
  }
  expect(lines).toEqual(['work: 25 % after 2 s\n', 'work: 50 % after 4 s\n']);
});

/** Processes that `parent` started and that still run: the parties, while it waits for them. */
function childrenOf(parent: number): number[] {
  const list = `/proc/${parent}/task/${parent}/children`;
  const text = existsSync(list)
    ? readFileSync(list, 'utf8')
    : spawnSync('pgrep', ['-P', String(parent)], { encoding: 'utf8' }).stdout;
  return text.split(/\s+/).filter(Boolean).map(Number);
}
