import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, linkSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { takeOver } from '../../src/ledger/lock-file.js';
import { failure, newPath, openLedger, request } from './support/ledgers.js';

// Runs the built program, as the tests of the command do.
const SCRIPT = fileURLToPath(new URL('support/ledger-process.mjs', import.meta.url));
const LIMIT = { epsilon: '20', delta: '1e-6' };

/** Starts a process with a ledger; `says` resolves to its next line, or `undefined` when it has ended. */
function start(...parameters: string[]): { child: ChildProcess; says: () => Promise<string | undefined> } {
  const child = spawn(process.execPath, [SCRIPT, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = linesOf(child.stdout);
  return { child, says: async () => (await lines.next()).value ?? undefined };
}
async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string, undefined> {
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  return undefined;
}
const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await ended(child);
}
const lockText = (holder: Partial<Record<'pid' | 'host' | 'token', unknown>>): string =>
  JSON.stringify({ pid: 1, host: hostname(), token: '00000000-0000-4000-8000-000000000000', ...holder });
/** The number of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

describe('the lock', () => {
  it('keeps every other process out while its holder lives, and is taken over once it was killed', async () => {
    const path = newPath();
    const { child, says } = start(path, 'hold');
    expect(await says()).toBe('open');
    const refused = await failure(openLedger(path));
    expect(refused.code).toBe('ledger/in-use');
    expect(refused.message).toContain(`process ${String(child.pid)} `);
    expect(await start(path, 'hold').says()).toBe('ledger/in-use');
    await kill(child);
    expect(existsSync(`${path}.lock`)).toBe(true);
    await (await openLedger(path)).close();
    expect(readdirSync(dirname(path))).toEqual(['budget.jsonl']);
  });

  it('of a dead process goes to exactly one of many that want it at once', async () => {
    const dead = deadPid();
    for (let round = 0; round < 3; round += 1) {
      const path = newPath();
      writeFileSync(`${path}.lock`, lockText({ pid: dead }));
      const startsAt = String(Date.now() + 1500);
      const processes = Array.from({ length: 6 }, () => start(path, 'hold', startsAt));
      const outcomes = await Promise.all(processes.map(({ says }) => says()));
      expect(outcomes.sort()).toEqual([...Array<string>(5).fill('ledger/in-use'), 'open']);
      await Promise.all(processes.map(({ child }) => kill(child)));
    }
  });

  it('is not taken over while another process is about to', async () => {
    const path = newPath();
    writeFileSync(`${path}.lock`, lockText({ pid: deadPid() }));
    linkSync(`${path}.lock`, `${path}.lock.00000000-0000-4000-8000-000000000000.claim`);
    expect((await failure(openLedger(path))).code).toBe('ledger/in-use');
  });

  it('of the one that was faster is not taken for the dead one that both saw', async () => {
    const path = newPath();
    const [lock, prepared] = [`${path}.lock`, `${path}.prepared`];
    const dead = { pid: deadPid(), host: hostname(), token: '11111111-0000-4000-8000-000000000000' };
    writeFileSync(lock, lockText({}));
    writeFileSync(prepared, lockText(dead));
    expect(await takeOver(lock, prepared, dead)).toBe(false);
    expect(readFileSync(lock, 'utf8')).toBe(lockText({}));
    expect(readdirSync(dirname(path)).sort()).toEqual(['budget.jsonl.lock', 'budget.jsonl.prepared']);
  });

  it('of this process number is that of an earlier process', async () => {
    const path = newPath();
    writeFileSync(`${path}.lock`, lockText({ pid: process.pid }));
    await openLedger(path);
  });

  it.each([
    ['of another machine', lockText({ pid: 4_000_000, host: 'elsewhere' })],
    ['that is not one', ''],
    ['without a token', lockText({ token: '../x' })],
  ])('%s is left alone', async (_what, text) => {
    const path = newPath();
    writeFileSync(`${path}.lock`, text);
    const { code, message } = await failure(openLedger(path));
    expect(code).toBe('ledger/in-use');
    expect(message).toContain(`remove ${text.includes('elsewhere') ? `${path}.lock` : 'it'}`);
    expect(readFileSync(`${path}.lock`, 'utf8')).toBe(text);
  });
});

describe('a process that is killed', () => {
  it('between commit and finish leaves its cost spent and no answer', async () => {
    const path = newPath();
    const { child, says } = start(path, 'commit');
    expect([await says(), await says()]).toEqual(['open', 'committed']);
    await kill(child);
    const ledger = await openLedger(path, { limit: LIMIT });
    expect(ledger.statement().spent.sessions).toBe(1);
    expect(await ledger.recall(request(7))).toBeUndefined();
  });
});

describe('a disk that takes no more', () => {
  it('refuses the commit, which then does not count, now or later', async () => {
    const path = newPath();
    // A limit on the size of files makes the system itself cut a write short and refuse the rest.
    const { stdout } = spawnSync(
      'sh',
      ['-c', 'ulimit -f 4; exec "$@"', 'sh', process.execPath, SCRIPT, path, 'fill'],
      {
        encoding: 'utf8',
      },
    );
    const [opened, told] = stdout.split('\n');
    const { commits, message, ...rest } = JSON.parse(told!) as { commits: number; message: string };
    expect(opened).toBe('open');
    expect(rest).toEqual({ code: 'ledger/unwritable', again: 'ledger/unwritable', sessions: commits });
    expect(message).toBe(`${path}: the system says EFBIG`);
    expect(commits).toBeGreaterThan(3);
    // What was written of the refused entry is gone already.
    expect(readFileSync(path, 'utf8').split('\n').length).toBe(commits + 2);
    expect(readFileSync(path, 'utf8')).toMatch(/\n$/);
    const ledger = await openLedger(path, { limit: LIMIT });
    expect(ledger.statement().spent.sessions).toBe(commits);
  });
});
