import { describe, expect, it, onTestFinished } from 'vitest';
import { Heartbeat } from '../../../src/node/upkeep/index.js';

/** Work that a test lets go on, run by run. */
function steppedWork() {
  const waiting: (() => void)[] = [];
  const begun: (() => void)[] = [];
  const state = { runs: 0, atOnce: 0, mostAtOnce: 0 };
  const work = async (): Promise<void> => {
    state.runs += 1;
    state.atOnce += 1;
    state.mostAtOnce = Math.max(state.mostAtOnce, state.atOnce);
    begun.shift()?.();
    await new Promise<void>((resolve) => waiting.push(resolve));
    state.atOnce -= 1;
  };
  /** Resolves when the next run begins. */
  const begins = (): Promise<void> => new Promise((resolve) => begun.push(resolve));
  return { work, begins, finish: () => waiting.shift()?.(), state };
}

const noError = (error: unknown): void => expect.unreachable(String(error));

describe('a heartbeat', () => {
  it('runs its work at once, again and again, never twice at a time', async () => {
    const { work, begins, finish, state } = steppedWork();
    const heartbeat = new Heartbeat({ everyMs: 1, work, onError: noError });
    let begun = begins();
    heartbeat.start();
    heartbeat.start();
    for (let run = 1; run <= 5; run += 1) {
      await begun;
      expect(state).toEqual({ runs: run, atOnce: 1, mostAtOnce: 1 });
      begun = begins();
      finish();
    }
    await begun;
    const stopped = heartbeat.stop();
    finish();
    await stopped;
  });

  it('waits at its stop for the work under way, and starts none after it', async () => {
    const { work, begins, finish, state } = steppedWork();
    const heartbeat = new Heartbeat({ everyMs: 0, work, onError: noError });
    const begun = begins();
    heartbeat.start();
    await begun;
    let isStopped = false;
    const stopped = heartbeat.stop().then(() => (isStopped = true));
    await new Promise(setImmediate);
    expect(isStopped).toBe(false);
    finish();
    await stopped;
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(state.runs).toBe(1);
  });

  it('that is stopped and started while it works does not work twice at a time', async () => {
    const { work, begins, finish, state } = steppedWork();
    const heartbeat = new Heartbeat({ everyMs: 1, work, onError: noError });
    let begun = begins();
    heartbeat.start();
    await begun;
    void heartbeat.stop();
    heartbeat.start();
    for (let run = 2; run <= 6; run += 1) {
      begun = begins();
      finish();
      await begun;
      expect(state).toEqual({ runs: run, atOnce: 1, mostAtOnce: 1 });
    }
    const stopped = heartbeat.stop();
    finish();
    await stopped;
  });

  it('hands over what its work failed with, and goes on', async () => {
    const errors: unknown[] = [];
    let runs = 0;
    const heartbeat = await new Promise<Heartbeat>((resolve) => {
      const beating = new Heartbeat({
        everyMs: 0,
        work: () => {
          runs += 1;
          if (runs === 3) resolve(beating);
          return Promise.reject(new Error(`run ${runs}`));
        },
        onError: (error) => errors.push((error as Error).message),
      });
      onTestFinished(() => beating.stop());
      beating.start();
    });
    await heartbeat.stop();
    expect(errors.slice(0, 3)).toEqual(['run 1', 'run 2', 'run 3']);
  });
});
