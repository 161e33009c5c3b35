import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SessionMemory } from '../../../src/node/sessions/memory.js';
import { failure } from '../support/states.js';

/** How sessions share the memory of their nodes. */

const entering = {
  partner: 'p',
  get signal() {
    return new AbortController().signal;
  },
};
const counting = { ...entering, mode: 'psi-ca' } as const;
const matching = { ...entering, mode: 'psi' } as const;
const dataset = (id: string) => ({ id, definition: { data: {} } });
const of = (memoryMiB: number): SessionMemory =>
  new SessionMemory({ openSessions: 50, runningSessions: 50, memoryMiB });
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the memory of sessions', () => {
  it('is refused to a list that is known to be too long for it, with what it needs and what there is', async () => {
    const memory = of(256);
    memory.learn(dataset('long'), 1_000_000);
    const own = failure(memory.enter('initiator', dataset('long'), { ...entering, takesAll: false }));
    // 32 MiB and 200 bytes a key.
    const needs = /limits\.memoryMiB is 256.* needs about 223 MiB.* is 64$/;
    expect(await own).toMatchObject({ code: 'limit/elements', field: 'limits.memoryMiB' });
    expect((await own).message).toMatch(needs);
    const peer = failure(memory.makeRoom('responder', { keys: 500_000, dummies: 500_000 }, counting));
    expect(await peer).toMatchObject({ code: 'limit/elements', field: 'limits.memoryMiB' });
    expect((await peer).message).toMatch(/partner.* needs about 115 MiB.* is 64$/);
    expect(memory.load).toEqual({ running: 0, waiting: 0 });
  });

  it('of a partner’s list in mode psi that would never fit is all there is, and its tags go to disk', async () => {
    const memory = of(256);
    const long = await memory.makeRoom('initiator', { keys: 1_000_000, dummies: 0 }, matching);
    expect(long.tagMemoryBytes).toBe(0);
    const next = memory.makeRoom('initiator', { keys: 1000, dummies: 0 }, matching);
    await settled();
    expect(memory.load.waiting).toBe(1);
    long.leave();
    expect((await next).tagMemoryBytes).toBe(Infinity);
  });

  it('goes as a whole to a list that was never read, and what that did not need to the next', async () => {
    const memory = of(1024);
    const first = await memory.enter('initiator', dataset('new'), { ...entering, takesAll: false });
    expect(first.isAll).toBe(true);
    const second = memory.enter('initiator', dataset('new'), { ...entering, takesAll: false });
    const third = memory.enter('initiator', dataset('other'), { ...entering, takesAll: false });
    await settled();
    expect(memory.load).toEqual({ running: 1, waiting: 2 });
    memory.learn(dataset('new'), 100_000);
    first.keep(100_000);
    // It waited as one that was never read, and by its turn it is known.
    const { maxKeys, isAll, leave } = await second;
    expect(isAll).toBe(false);
    expect(maxKeys).toBe(126_000);
    await settled();
    expect(memory.load).toEqual({ running: 2, waiting: 1 });
    first.leave();
    await settled();
    expect(memory.load).toEqual({ running: 1, waiting: 1 });
    leave();
    expect((await third).isAll).toBe(true);
  });

  it('lets every session of any nodes go on in the end, whatever their lists, once each fits alone', async () => {
    const sizes = fc.integer({ min: 1, max: 150_000 });
    const sessions = fc.array(
      fc.record({
        initiator: fc.nat(2),
        by: fc.integer({ min: 1, max: 2 }),
        own: sizes,
        peer: sizes,
        isKnown: fc.boolean(),
      }),
      { minLength: 1, maxLength: 24 },
    );
    await fc.assert(
      fc.asyncProperty(sessions, fc.scheduler(), async (all, scheduler) => {
        const nodes = [of(256), of(256), of(300)];
        const step = (text: string): Promise<unknown> => scheduler.schedule(Promise.resolve(), text);
        const run = async (session: (typeof all)[number], i: number): Promise<void> => {
          const { initiator, by, own, peer, isKnown } = session;
          const responder = (initiator + by) % 3;
          const [here, there] = [nodes[initiator]!, nodes[responder]!];
          const ids = [dataset(`own ${i}`), dataset(`peer ${i}`)] as const;
          if (isKnown) there.learn(ids[1], peer);
          await step('connect');
          const theirs = await there.enter('responder', ids[1], { ...entering, takesAll: false });
          await step('read');
          theirs.keep(peer);
          await step('accept');
          const ours = await here.enter('initiator', ids[0], { ...entering, takesAll: false });
          await step('read');
          ours.keep(own);
          await step('inventory');
          const ourRoom = await here.makeRoom('initiator', { keys: peer, dummies: 0 }, matching);
          await step('inventory');
          const theirRoom = await there.makeRoom('responder', { keys: own, dummies: 0 }, matching);
          await step('stream');
          for (const part of [theirRoom, ourRoom, ours, theirs]) part.leave();
        };
        const running = Promise.all(all.map(run));
        for (;;) {
          await settled();
          if (scheduler.count() === 0) break;
          await scheduler.waitNext(1);
        }
        expect(nodes.map(({ load }) => load)).toEqual(nodes.map(() => ({ running: 0, waiting: 0 })));
        await running;
      }),
      { numRuns: 60 },
    );
  });
});
